"""Tokens for stand-ins: of the right shape, and worth nothing."""

import pytest

from emulators.graph import access as graph
from emulators.iot_hub.access import claims_of
from emulators.iot_hub.arm.access import authenticate
from shared.adapters.graph_client import token_scope
from shared.adapters.local_credential import LocalCredential


def test_graph_lets_it_import():
    """By its audience and its role."""
    token = LocalCredential().get_token(token_scope("localhost:1")).token
    graph.authorize(f"Bearer {token}", graph.WRITE)


def test_resource_manager_lets_it_in():
    """By its audience alone."""
    token = LocalCredential().get_token("https://management.azure.com/.default").token
    authenticate(f"Bearer {token}")


def test_nobody_signed_it():
    """The third part is empty, and no service takes such a token."""
    token = LocalCredential().get_token("https://storage.azure.com/.default").token
    assert claims_of(token)["aud"] == "https://storage.azure.com"
    assert token.endswith(".")


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("graph.microsoft.com", "https://graph.microsoft.com/.default"),
        ("graph.microsoft.us", "https://graph.microsoft.us/.default"),
        ("localhost:8443", "https://graph.microsoft.com/.default"),
    ],
)
def test_each_cloud_has_tokens_of_its_own(host: str, scope: str):
    """That of a stand-in is the public one."""
    assert token_scope(host) == scope
