"""The calls to Microsoft Graph by which Intune takes corporate identifiers.

Source: importedDeviceIdentity of the Graph beta reference; v1.0 has none of it. On
azure-core's pipeline: Microsoft's own client for Graph is huge.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.graph_errors import reaction_to
from shared.adapters.lost_calls import described, never_left
from shared.domain.errors import AnswerLost, TargetUnreachable
from shared.failpoints import failpoint


PUBLIC_HOST: Final = "graph.microsoft.com"
_COLLECTION: Final = "/beta/deviceManagement/importedDeviceIdentities"
_TYPE: Final = {"@odata.type": "#microsoft.graph.importedDeviceIdentity"}

#: An identity with the members that Graph names.
type Identity = Mapping[str, Any]


def token_scope(host: str) -> str:
    """Return the scope of tokens for a Graph; each national cloud has one of its own.

    A stand-in on this machine takes what the public one takes.
    """
    return f"https://{PUBLIC_HOST if ':' in host else host}/.default"


class GraphClient:
    """Speaks to one Graph. Nothing is repeated here, and no redirect is followed.

    Args:
        host: Host name, with a port only for a local stand-in.
        credential: The identity; it needs DeviceManagementServiceConfig.ReadWrite.All.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
    """

    def __init__(
        self,
        host: str,
        credential: TokenCredential,
        timeout: float,
        ca_file: str | None = None,
    ) -> None:
        self.host = host
        # No policy repeats or redirects: after a lost answer Intune is asked first what it has.
        self._client: PipelineClient[Any, HttpResponse] = PipelineClient(
            f"https://{host}",
            policies=[
                RequestIdPolicy(),
                UserAgentPolicy("device-identity-import"),
                BearerTokenCredentialPolicy(credential, token_scope(host)),
            ],
            connection_timeout=timeout,
            read_timeout=timeout,
            connection_verify=ca_file or True,
        )

    def import_identities(self, identities: Iterable[Identity], *, overwrite: bool) -> None:
        """Import identities with exactly one call.

        What the answer says of each is not looked at: its `status` is false for an identity that
        was taken and true once the device has enrolled (microsoft-graph-docs#14035).

        Raises:
            TargetThrottled, TargetUnreachable: Surely nothing was imported.
            CallRefused: Neither, because of at least one of the identities.
            TargetRefused: Neither, for good.
            AnswerLost: Some may have been.
        """
        body = {"overwriteImportedDeviceIdentities": overwrite}
        self._call("importDeviceIdentityList", identities, body)

    def search_existing(self, identities: Iterable[Identity]) -> list[Identity]:
        """Return those identities that Intune has, as it spells them.

        Raises:
            NotStarted, AnswerLost: As for an import; here it makes no difference.
        """
        return self._call("searchExistingIdentities", identities, {})

    def _call(
        self, action: str, identities: Iterable[Identity], more: Mapping[str, Any]
    ) -> list[Identity]:
        items = [{**_TYPE, **identity} for identity in identities]
        request = HttpRequest(
            "POST",
            self._client.format_url(f"{_COLLECTION}/{action}"),
            json={"importedDeviceIdentities": items, **more},
        )
        try:
            with failpoint("service.call", f"POST {action}"):
                answer = self._client.send_request(request)
            if answer.status_code == 200:  # noqa: PLR2004 - both calls have this one success
                return [dict(identity) for identity in answer.json()["value"]]
            raise reaction_to(answer.status_code, answer.headers, answer.text())
        except ClientAuthenticationError as why:
            raise TargetUnreachable(described(self.host, why)) from why  # no token, so no call
        except ServiceRequestError as why:
            reaction = TargetUnreachable if never_left(why) else AnswerLost
            raise reaction(described(self.host, why)) from why
        except (AzureError, ValueError, KeyError, TypeError) as why:
            raise AnswerLost(described(self.host, why)) from why
