"""Tokens: what Graph looks at, and what Intune asks for."""

import json
import time

import pytest

from tests.emulators.graph.client import READ, READ_WRITE, GraphClient, serial, token
from tests.emulators.iot_hub.client import bearer_token


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("Basic bWU6bWU=", "Access token is empty."),
        ("Bearer ", "Access token is empty."),
        ("Bearer nonsense", "CompactToken parsing failed with error code: 80049217"),
        ("Bearer a.b.c", "CompactToken parsing failed with error code: 80049217"),
        (
            token(READ_WRITE, exp=time.time() - 1),
            "Lifetime validation failed, the token is expired.",
        ),
        (token(READ_WRITE, exp=None), "Lifetime validation failed, the token is expired."),
        (
            bearer_token("https://graph.windows.net", roles=[READ_WRITE]),
            "Access token validation failure. Invalid audience.",
        ),
    ],
)
def test_a_token_that_is_none_is_refused_by_graph(graph, authorization, message):
    """401 with Graph's own words, and the challenge that clients look for."""
    with GraphClient(graph, authorization) as call:
        answer = call("GET", "")
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("InvalidAuthenticationToken", message)
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    assert answer.headers["www-authenticate"].startswith('Bearer realm=""')


@pytest.mark.parametrize(
    "audience",
    [
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/",
        "00000003-0000-0000-c000-000000000000",
    ],
)
def test_graph_has_more_than_one_audience(graph, audience):
    """Its address and its app id."""
    with GraphClient(graph, bearer_token(audience, roles=[READ_WRITE])) as call:
        assert call.bring(serial("A")).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": [READ_WRITE]},
        {"scp": f"User.Read {READ_WRITE}"},
        {"roles": ["Device.Read.All", READ_WRITE], "scp": None},
    ],
)
def test_a_permission_may_be_the_applications_or_delegated(graph, claims):
    """`roles` are a list, `scp` a text."""
    with GraphClient(graph, token(**claims)) as call:
        assert call.bring(serial("A")).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"roles": []}, {"roles": READ_WRITE}, {"roles": [f"{READ_WRITE}.Not"]}, {"scp": "x"}],
)
def test_without_the_permission_intune_refuses(graph, claims):
    """403, with the permissions that would do."""
    with GraphClient(graph, token(**claims)) as call:
        answer = call.bring(serial("A"))
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "Forbidden"
    said = json.loads(answer.json()["error"]["message"])["Message"]
    assert f"must have one of the following scopes: {READ_WRITE} - Operation ID" in said
    assert graph.tenant.calls == {"POST /importedDeviceIdentities/importDeviceIdentityList": 1}


def test_reading_needs_less_than_searching(graph):
    """A search is an action, and was refused to who may only read."""
    with GraphClient(graph) as all_rights:
        [result] = all_rights.bring(serial("A")).json()["value"]
    with GraphClient(graph, token(READ)) as call:
        assert call.identifiers() == ["A"]
        assert call("GET", result["id"]).status_code == 200
        assert call.search(serial("A")).status_code == 403
        assert call("DELETE", result["id"]).status_code == 403
        assert call.identifiers() == ["A"]


def test_a_token_is_never_repeated(graph):
    """Neither in a body nor in a header."""
    secret = bearer_token("https://elsewhere").removeprefix("Bearer ")
    with GraphClient(graph, f"Bearer {secret}") as call:
        answer = call("GET", "")
    assert secret not in answer.text + str(answer.headers)
