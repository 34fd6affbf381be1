import base64
import time
from urllib.parse import quote, quote_plus

import pytest

from emulators.iot_hub.access import DEFAULT_POLICIES, Policy, Right, authorize
from emulators.iot_hub.errors import HubError
from tests.emulators.iot_hub.client import AUDIENCE, bearer_token, signature


HOST = "localhost:8443"
KEY = base64.b64encode(b"k" * 32).decode()
POLICIES = {"iothubowner": Policy(KEY, ~Right(0)), "service": Policy(KEY, Right.SERVICE_CONNECT)}
LATER = time.time() + 600


def is_allowed(header: str, needed: Right = Right.REGISTRY_READ, host: str = HOST) -> bool:
    try:
        authorize(header, host, needed, POLICIES)
    except HubError:
        return False
    return True


def test_the_signature_of_both_microsoft_sdks_is_right():
    """The vector that azure-iot-hub 2.7 and azure-iothub 1.16 for Node agree on."""
    made = signature("myhub.azure-devices.net", KEY, "iothubowner", 1700000000)
    assert "sig=Mhrrxwj71qffW5nNgMm1Sn6A7U1fLEerTxTag58RW7Q%3D" in made


@pytest.mark.parametrize(
    "resource",
    [quote_plus(HOST), HOST, "localhost", "LOCALHOST%3a8443"],
    ids=["quoted by Python", "raw from Node", "without a port", "in another case"],
)
def test_the_text_as_transmitted_is_what_was_signed(resource):
    """However the host is written, the signature is checked over exactly that."""
    assert is_allowed(signature(resource, KEY, "iothubowner", LATER))


def test_the_fields_of_a_signature_come_in_any_order():
    """Node sends the policy's name before the expiry."""
    scheme, fields = signature(HOST, KEY, "iothubowner", LATER).split(" ")
    assert is_allowed(f"{scheme} {'&'.join(reversed(fields.split('&')))}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "SharedAccessSignature",
        "SharedAccessSignature sr=localhost",
        "Basic bWU6bWU=",
        "Bearer nonsense",
        "Bearer a.b.c",
        signature("localhost:9999", KEY, "iothubowner", LATER),
        signature("other.azure-devices.net", KEY, "iothubowner", LATER),
        signature(HOST, KEY, "iothubowner", time.time() - 1),
        signature(HOST, KEY, "no-such-policy", LATER),
        signature(HOST, base64.b64encode(b"x" * 32).decode(), "iothubowner", LATER),
        signature(HOST, KEY, "iothubowner", LATER).replace("sr=localhost", "sr=LOCALHOST"),
        bearer_token(exp=time.time() - 1),
        bearer_token(exp=None),
        bearer_token("https://management.azure.com"),
    ],
)
def test_anything_else_is_refused(header):
    """Whatever is wrong, the refusal is the same."""
    assert not is_allowed(header)


def test_the_refusal_has_the_services_words():
    """They do not tell what was wrong."""
    with pytest.raises(HubError, match=r"^Unauthorized$") as caught:
        authorize("", HOST, Right.REGISTRY_READ, POLICIES)
    assert caught.value.code.name == "IotHubUnauthorizedAccess"


@pytest.mark.parametrize("audience", [AUDIENCE, AUDIENCE + "/"])
def test_a_token_for_iot_hub_opens_everything(audience):
    """A role assignment is not modelled: the shape of the token is enough."""
    assert is_allowed(bearer_token(audience), Right.REGISTRY_WRITE | Right.SERVICE_CONNECT)


def test_a_policy_opens_only_what_it_is_for():
    """The service policy reads twins, but not the registry."""
    header = signature(quote(HOST, safe=""), KEY, "service", LATER)
    assert is_allowed(header, Right.SERVICE_CONNECT)
    assert not is_allowed(header, Right.REGISTRY_READ)


def test_twins_are_not_for_registry_policies():
    """Seen on a live hub: registryReadWrite gets 401 on GET /twins."""
    assert Right.SERVICE_CONNECT not in DEFAULT_POLICIES["registryReadWrite"].rights
    assert Right.SERVICE_CONNECT in DEFAULT_POLICIES["iothubowner"].rights
