"""What every request is looked at for: its version, its token, its path."""

import time

import pytest

from emulators.iot_hub.arm.access import AUDIENCES
from emulators.iot_hub.arm.contract import API_VERSIONS
from tests.emulators.arm.client import AUDIENCE, ArmClient
from tests.emulators.iot_hub.client import bearer_token


def error_of(answer):
    """Return status and code of Resource Manager's own errors."""
    return answer.status_code, answer.json()["error"]["code"]


def test_a_version_is_required(running):
    """Even from those who have no token."""
    with ArmClient(running, authorization="") as call:
        refused = call.url(
            "GET", f"{running.base_url}/subscriptions/s/providers/Microsoft.Devices/IotHubs"
        )
    assert error_of(refused) == (400, "MissingApiVersionParameter")
    assert refused.json()["error"]["message"] == (
        "The api-version query parameter (?api-version=) is required for all requests."
    )
    assert refused.headers["x-ms-failure-cause"] == "gateway"


def test_a_version_must_look_like_one(running):
    """The refusal lists what there is."""
    with ArmClient(running, "latest") as call:
        refused = call("GET", "")
    assert error_of(refused) == (400, "InvalidApiVersionParameter")
    assert refused.json()["error"]["message"] == (
        "The api-version 'latest' is invalid. "
        f"The supported versions are '{','.join(API_VERSIONS)}'."
    )


def test_a_version_must_be_one_of_the_provider(running):
    """In the words of azure-cli#9681."""
    with ArmClient(running, "2022-02-22") as call:
        refused = call("GET", "")
    assert error_of(refused) == (404, "InvalidResourceType")
    assert refused.json()["error"]["message"] == (
        "The resource type 'IotHubs' could not be found in the namespace 'Microsoft.Devices' "
        "for api version '2022-02-22'. "
        f"The supported api-versions are '{','.join(API_VERSIONS)}'."
    )


@pytest.mark.parametrize("version", API_VERSIONS)
def test_every_version_of_the_provider_is_taken(running, version):
    """Hubs look the same in all of them."""
    with ArmClient(running, version) as call:
        assert call("GET", "").json()["name"] == "east"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_token_for_resource_manager_opens_everything(running, audience):
    """Under both of its names, with or without a slash. Role assignments are not modelled."""
    with ArmClient(running, authorization=bearer_token(audience)) as call:
        assert call("GET", "").ok


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "AuthenticationFailed"),
        ("Bearer", "AuthenticationFailedInvalidHeader"),
        ("Bearer ", "AuthenticationFailedInvalidHeader"),
        ("SharedAccessSignature sr=localhost", "AuthenticationFailedInvalidHeader"),
        ("Bearer nonsense", "InvalidAuthenticationToken"),
        (bearer_token(AUDIENCE, exp=None), "InvalidAuthenticationToken"),
        (bearer_token(AUDIENCE, aud=None), "InvalidAuthenticationToken"),
        (bearer_token("https://iothubs.azure.net"), "InvalidAuthenticationTokenAudience"),
        (bearer_token(AUDIENCE, exp=time.time() - 1), "ExpiredAuthenticationToken"),
        (bearer_token(AUDIENCE, exp=-1e99), "ExpiredAuthenticationToken"),
    ],
    ids=lambda value: "token" if value.startswith("Bearer ey") else value,
)
def test_anything_else_is_refused(running, header, code):
    """With a challenge, and nothing of the token."""
    with ArmClient(running, authorization=header) as call:
        refused = call("GET", "")
    assert error_of(refused) == (401, code)
    assert refused.headers["www-authenticate"].startswith('Bearer authorization_uri="https://')
    token = header.partition(" ")[2].strip()
    assert not token or token not in refused.text


def test_an_expired_token_is_told_both_times(running):
    """As .NET writes them for the United States."""
    with ArmClient(running, authorization=bearer_token(AUDIENCE, exp=1715623558)) as call:
        message = call("GET", "").json()["error"]["message"]
    ends = "The access token expiry UTC time '5/13/2024 6:05:58 PM' is earlier than "
    assert message.startswith(f"{ends}current UTC time '")


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
@pytest.mark.parametrize("path", ["", "/jobs", "/quotaMetrics", "/IotHubStats"])
def test_paths_match_in_any_case(call, running, path, change):
    """The names of groups and hubs too."""
    resource = running.management.resource_id(running.hubs["east"])
    assert call.url("GET", change(resource + path)).ok


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        (
            "/subscriptions/S/resourceGroups/local/providers/Microsoft.Devices/IotHubs/east",
            "SubscriptionNotFound",
            "The subscription 'S' could not be found.",
        ),
        (
            "/subscriptions/{0}/resourceGroups/G/providers/Microsoft.Devices/IotHubs",
            "ResourceGroupNotFound",
            "Resource group 'G' could not be found.",
        ),
        (
            "/subscriptions/{0}/resourceGroups/local/providers/Microsoft.Devices/IotHubs/H/jobs",
            "ResourceNotFound",
            (
                "The Resource 'Microsoft.Devices/IotHubs/H' under resource group 'local' was not "
                "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            ),
        ),
    ],
)
def test_what_is_not_there_is_told_by_name(call, running, path, code, message):
    """In Resource Manager's words."""
    missing = call.url("GET", path.format(running.management.subscription))
    assert missing.status_code == 404
    assert missing.json() == {"error": {"code": code, "message": message}}


def test_every_answer_has_the_headers_of_resource_manager(call):
    """Refusals too."""
    for answer in (call("GET", ""), call("GET", "", hub="none")):
        headers = answer.headers
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert (headers["cache-control"], headers["pragma"], headers["expires"]) == (
            "no-cache",
            "no-cache",
            "-1",
        )
        assert headers["x-ms-request-id"] == headers["x-ms-correlation-request-id"]
