import base64
import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.adapters.iot_hub_client import (
    IotHubClient,
    SharedAccessPolicy,
    bearer_token,
    shared_access_signature,
)
from shared.domain.errors import (
    AnswerLost,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetUnreachable,
    Unavailable,
)
from tests.unit.adapters.scripted_hub import Scripted, ScriptedHub, scripted_hub


KEY = base64.b64encode(b"k" * 32).decode()


def test_a_token_is_what_the_sdks_make():
    """The same as azure-iot-hub 2.7.0 (PyPI) and azure-iothub 1.16.6 (npm) make."""
    token = shared_access_signature("myhub.azure-devices.net", "iothubowner", KEY, 1_700_000_000)
    assert token == (
        "SharedAccessSignature sr=myhub.azure-devices.net"
        "&sig=Mhrrxwj71qffW5nNgMm1Sn6A7U1fLEerTxTag58RW7Q%3D&se=1700000000&skn=iothubowner"
    )


def test_a_host_with_a_port_is_signed_as_it_is_sent():
    """The PyPI SDK quotes the colon; the signature covers the quoted text."""
    token = shared_access_signature("localhost:8443", "iothubowner", KEY, 1_700_000_000)
    assert "sr=localhost%3A8443&sig=%2BnVMp9iMrxaVOdsUZbH08YmIX2RoFeSNyEe%2Fo%2B7oldU%3D" in token


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedHub]:
    with scripted_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def hub(serving: ScriptedHub) -> ScriptedHub:
    serving.requests.clear()
    serving.answers[:] = [Scripted()]
    return serving


class Renewed:
    """A credential whose every token is another."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return the next token."""
        return AccessToken(f"token-{next(self._numbers)}", int(time.time()) + 3600)


class Away:
    """A credential that has no token to give."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Fail as azure-identity does."""
        raise ClientAuthenticationError(message="no identity here")


def a_client(hub: ScriptedHub, credential: Any = None, **options: Any) -> IotHubClient:
    signing = bearer_token(credential or Renewed())
    return IotHubClient(hub.host, signing, 5, hub.ca_file, **options)


UNAUTHORIZED = Scripted(
    401,
    b'{"Message":"ErrorCode:IotHubUnauthorizedAccess;Unauthorized"}',
    {"iothub-errorcode": "IotHubUnauthorizedAccess"},
)
#: Asks for a token with more in it, to which azure-core would answer by itself.
CHALLENGE = Scripted(
    401, b"", {"WWW-Authenticate": 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="'}
)


@pytest.mark.parametrize("refusal", [UNAUTHORIZED, CHALLENGE, Scripted(401, b"")])
def test_a_get_whose_token_is_refused_is_sent_once_more_with_a_fresh_one(
    hub: ScriptedHub, refusal: Scripted
):
    """A token may be refused before its time is over."""
    hub.answers[:] = [refusal, Scripted(200, b'[{"jobId":"1"}]')]
    assert a_client(hub).jobs() == [{"jobId": "1"}]
    assert hub.requests == [("GET", "Bearer token-1"), ("GET", "Bearer token-2")]


def test_a_shared_access_signature_is_made_anew_as_well(hub: ScriptedHub):
    """Both ways of signing are asked a second time."""
    hub.answers[:] = [UNAUTHORIZED, Scripted()]
    assert (
        IotHubClient(hub.host, SharedAccessPolicy(hub.host, "p", KEY), 5, hub.ca_file).jobs() == []
    )
    assert len(hub.requests) == 2


@pytest.mark.parametrize("refusal", [UNAUTHORIZED, CHALLENGE])
def test_a_fresh_token_that_is_refused_too_is_the_end(hub: ScriptedHub, refusal: Scripted):
    """Two calls, and then a person is told."""
    hub.answers[:] = [refusal]
    with pytest.raises(TargetRefused):
        a_client(hub).jobs()
    assert len(hub.requests) == 2


def test_a_get_that_is_refused_for_another_reason_is_not_repeated(hub: ScriptedHub):
    """A token has nothing to do with it, although the status is the same."""
    hub.answers[:] = [Scripted(401, b"", {"iothub-errorcode": "IotHubNotFound"})]
    with pytest.raises(TargetRefused, match="IotHubNotFound"):
        a_client(hub).jobs()
    assert len(hub.requests) == 1


@pytest.mark.parametrize("refusal", [UNAUTHORIZED, CHALLENGE])
def test_a_post_is_never_sent_again(hub: ScriptedHub, refusal: Scripted):
    """Neither by the client nor by azure-core, which would answer the challenge."""
    hub.answers[:] = [refusal]
    with pytest.raises(TargetRefused):
        a_client(hub).create_job({"type": "import"})
    assert hub.requests == [("POST", "Bearer token-1")]


def test_after_a_refused_post_the_next_call_has_a_fresh_token(hub: ScriptedHub):
    """The refused token is not kept until its time is over."""
    client = a_client(hub)
    hub.answers[:] = [UNAUTHORIZED, Scripted()]
    with pytest.raises(TargetRefused):
        client.create_job({"type": "import"})
    client.jobs()
    assert hub.requests[-1] == ("GET", "Bearer token-2")


def test_without_a_token_nothing_is_sent(hub: ScriptedHub):
    """So a job that was to be started was surely not."""
    client = a_client(hub, Away())
    with pytest.raises(TargetUnreachable):
        client.create_job({"type": "import"})
    with pytest.raises(Unavailable):
        client.jobs()
    assert not hub.requests


CONTAINER = Scripted(400, b'{"errorCode":400008,"message":"Unauthorized to write"}')


def test_a_container_that_a_key_does_not_open_is_refused_at_once(hub: ScriptedHub):
    """Waiting makes no key better."""
    hub.answers[:] = [CONTAINER]
    with pytest.raises(TargetRefused) as refused:
        a_client(hub).create_job({"type": "import"})
    assert refused.value.code == "BlobContainerValidationError"


def test_a_container_that_an_identity_may_not_use_yet_is_waited_for(hub: ScriptedHub):
    """The client is told whether the hub comes with an identity, and to which account."""
    hub.answers[:] = [CONTAINER]
    with pytest.raises(StorageNotReady) as waiting:
        a_client(hub, identity_account="exchange1").create_job({"type": "import"})
    assert waiting.value.refused.code == "BlobContainerValidationError"
    assert "exchange1" in str(waiting.value)


@pytest.mark.parametrize("status", [201, 202, 204])
def test_a_success_that_nobody_promised_is_no_refusal(hub: ScriptedHub, status: int):
    """The job may well have been started."""
    hub.answers[:] = [Scripted(status, b"")]
    with pytest.raises(AnswerLost):
        a_client(hub).create_job({"type": "import"})
    assert len(hub.requests) == 1


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "no-such-charset"])
def test_bytes_that_are_no_text_are_read_all_the_same(hub: ScriptedHub, charset: str):
    """The name of the error is found beside them, whatever encoding they are said to be in."""
    body = b'{"Message":"ErrorCode:JobQuotaExceeded;\xff\xfe\x80"}'
    hub.answers[:] = [
        Scripted(403, body, {"Content-Type": f"application/json; charset={charset}"})
    ]
    with pytest.raises(TargetBusy):
        a_client(hub).create_job({"type": "import"})
