"""Tokens: what opens what, and for how long."""

import base64
import hmac
from urllib.parse import quote_plus

import pytest

from emulators.service_bus.state.refusals import Unauthorized
from emulators.service_bus.state.tokens import Authority, covers, entity_path
from tests.emulators.service_bus.builders import FakeClock


CLOCK = FakeClock()
AUTHORITY = Authority("rule", "secret", CLOCK)


def a_token(audience="sb://host/orders", key="secret", name="rule", seconds=60):
    """A SAS token as Microsoft's documents say to make it."""
    resource, expiry = quote_plus(audience), int(CLOCK()) + seconds
    signature = hmac.digest(key.encode(), f"{resource}\n{expiry}".encode(), "sha256")
    encoded = quote_plus(base64.b64encode(signature))
    return f"SharedAccessSignature sr={resource}&sig={encoded}&se={expiry}&skn={name}"


@pytest.mark.parametrize("path", ["orders", "Orders", "orders/$DeadLetterQueue"])
@pytest.mark.parametrize("audience", ["sb://host/orders", "amqps://host/orders/", "sb://host/"])
def test_a_token_opens_its_resource_and_what_is_below(audience, path):
    """That of the namespace opens everything."""
    AUTHORITY.check(a_token(audience), path)


@pytest.mark.parametrize(
    ("token", "path", "reason"),
    [
        (a_token(key="wrong"), "orders", "InvalidSignature"),
        (a_token(name="other"), "orders", "InvalidSignature"),
        (a_token().replace("orders", "others"), "orders", "InvalidSignature"),
        (a_token(seconds=0), "orders", "ExpiredToken"),
        (a_token(), "others", "InvalidAudience"),
        (a_token(), "orders-2", "InvalidAudience"),
        ("SharedAccessSignature ", "orders", "InvalidSignature"),
        ("SharedAccessSignature sr=a&sig=ü&se=1&skn=rule", "orders", "InvalidSignature"),
        ("no token", "orders", "InvalidToken"),
        ("a.b", "orders", "InvalidToken"),
        ("a..c", "orders", "InvalidToken"),
    ],
)
def test_other_tokens_are_refused(token, path, reason):
    """The reason is told, the token is not."""
    with pytest.raises(Unauthorized, match=reason) as error:
        AUTHORITY.check(token, path)
    assert token not in str(error.value)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("orders", "orders"),
        ("amqps://host:5672/orders", "orders"),
        ("sb://host/events/Subscriptions/all/", "events/Subscriptions/all"),
        ("$cbs", "$cbs"),
        ("", ""),
    ],
)
def test_an_address_is_a_path_or_a_url(address, path):
    """The SDK uses URLs, other clients paths."""
    assert entity_path(address) == path


def test_a_path_is_covered_by_whole_names():
    """`order` is not part of `orders`."""
    assert covers("orders", "orders/x")
    assert not covers("order", "orders")
