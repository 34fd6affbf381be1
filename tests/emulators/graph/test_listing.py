"""The collection, filtered and page by page."""

from urllib.parse import quote

import pytest

from tests.emulators.graph.client import GraphClient, serial


def follow(call: GraphClient, query: str) -> list[list[str]]:
    """Read all pages by their links."""
    pages, answer = [], call("GET", query)
    while True:
        body = answer.json()
        pages.append([item["importedDeviceIdentifier"] for item in body["value"]])
        if "@odata.nextLink" not in body:
            return pages
        path = body["@odata.nextLink"].removeprefix(call.running.base_url)
        assert path.startswith("/beta/deviceManagement/importedDeviceIdentities?")
        answer = call("GET", path)


@pytest.fixture
def five(call: GraphClient) -> GraphClient:
    """A client of a tenant with five identities."""
    call.bring(*(serial(f"A{number}", description=f"it's {number}") for number in range(5)))
    return call


def test_top_is_the_size_of_every_page(five: GraphClient):
    """The links keep it, and the last page has none."""
    assert follow(five, "?$top=2") == [["A0", "A1"], ["A2", "A3"], ["A4"]]
    assert follow(five, "?$top=5") == [["A0", "A1", "A2", "A3", "A4"]]


def test_skip_is_for_the_first_page_only(five: GraphClient):
    """The link goes on from where the page ended."""
    assert follow(five, "?$skip=1&$top=3") == [["A1", "A2", "A3"], ["A4"]]


def test_a_page_has_a_thousand_at_most(call: GraphClient):
    """Whatever is asked for."""
    call.bring(*(serial(f"A{number:04}") for number in range(1001)))
    for query in ("", "?$top=5000"):
        assert [len(page) for page in follow(call, query)] == [1000, 1]


def test_paging_is_not_upset_by_changes(five: GraphClient):
    """What comes or goes meanwhile shifts nothing."""
    body = five("GET", "?$top=2").json()
    five("DELETE", body["value"][0]["id"])
    five.bring(serial("A5"))
    path = body["@odata.nextLink"].removeprefix(five.running.base_url)
    assert [item["importedDeviceIdentifier"] for item in five("GET", path).json()["value"]] == [
        "A2",
        "A3",
    ]


@pytest.mark.parametrize(
    ("filtered", "found"),
    [
        ("contains(importedDeviceIdentifier,'A1')", ["A1"]),
        ("contains( importedDeviceIdentifier , 'A' )", ["A0", "A1", "A2", "A3", "A4"]),
        ("importedDeviceIdentifier eq 'A3'", ["A3"]),
        ("importedDeviceIdentifier eq 'a3'", []),
        ("description eq 'it''s 2'", ["A2"]),
        ("importedDeviceIdentityType eq 'imei'", []),
        ("enrollmentState eq 'notContacted' and importedDeviceIdentifier eq 'A4'", ["A4"]),
        (
            "importedDeviceIdentifier eq 'A0' or description eq 'it''s 1' and platform eq 'ios'",
            ["A0"],
        ),
    ],
)
def test_a_filter_finds_what_scripts_look_for(five: GraphClient, filtered, found):
    """Text as it is kept, case and all."""
    assert five.identifiers(f"?$filter={quote(filtered)}") == found


def test_a_filter_goes_with_the_links(five: GraphClient):
    """So that no page shows more than the first."""
    query = "?$top=1&$filter=importedDeviceIdentifier eq 'A1' or importedDeviceIdentifier eq 'A3'"
    assert follow(five, query) == [["A1"], ["A3"]]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=",
        "$filter=importedDeviceIdentifier ne 'A'",
        "$filter=importedDeviceIdentifier eq A",
        "$filter=number eq '1'",
        "$filter=(importedDeviceIdentifier eq 'A')",
        "$filter=importedDeviceIdentifier eq 'A' and",
        "$filter=importedDeviceIdentifier eq 'A' xor platform eq 'ios'",
        "$filter=importedDeviceIdentifier eq 'A'; DROP TABLE identities",
        "$top=many",
        "$top=-1",
        "$skip=1.5",
        "$skiptoken=next",
        "$orderby=id",
        "$select=id",
    ],
)
def test_what_is_not_understood_is_refused(five: GraphClient, query):
    """Never passed over: the caller would take everything for the answer."""
    answer = five("GET", f"?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_no_identity_at_all_is_a_page(call: GraphClient):
    """And so is one of no size."""
    assert follow(call, "") == [[]]
    call.bring(serial("A"))
    assert follow(call, "?$top=0") == [[]]


def test_an_identity_that_is_not_there(call: GraphClient):
    """Intune says so in its own way."""
    answer = call("GET", "9f70a12f-a12f-9f70-2fa1-709f2fa1709f")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert '"Message": "An error has occurred - ' in answer.json()["error"]["message"]
