import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.error_envelopes import Said, read_envelopes
from shared.domain.hub_error_table import ERRORS


TRACKED = {"ExceptionMessage": "Tracking ID:e40e9db2-G:5-TimeStamp:08/20/2020 22:05:30"}
IDS = {"trackingId": "985ADF09-G2:-TimeStamp:2026-08-15T09:09:19Z", "timestampUtc": "2026-08-15"}
#: Each puts what is inside it, an envelope or a sentence, into an envelope without a name.
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "E1": lambda inside: json.dumps({"Message": inside, **TRACKED}),
    "E1 after some words": lambda inside: json.dumps({"Message": f"Error: 429 {inside}"}),
    "E2": lambda inside: json.dumps({"message": inside, **IDS}),
    "bare": lambda inside: json.dumps({"message": inside}),
    "details": lambda inside: json.dumps({"code": None, "message": "", "details": inside}),
    "DETAILS": lambda inside: json.dumps({"HttpStatusCode": "BadRequest", "Message": inside}),
    "ARM": lambda inside: json.dumps({"error": {"code": "BadRequest", "message": inside}}),
    "ARM, not quoted": lambda inside: f'{{"error": {inside}}}',
    "in quotes": lambda inside: json.dumps({"Message": json.dumps(inside)}),
}
SENTENCE = "Something is wrong"


def e1(name: str, text: str = SENTENCE) -> str:
    return json.dumps({"Message": f"ErrorCode:{name};{text}", **TRACKED})


def e2(name: str, text: str = SENTENCE) -> str:
    return json.dumps({"errorCode": ERRORS[name].number or name, "message": text, **IDS})


def details(name: str, text: str = SENTENCE) -> str:
    return json.dumps({"code": name, "httpStatusCode": "X", "message": text, "details": None})


def details_of_2016(name: str, text: str = SENTENCE) -> str:
    return json.dumps({"Code": name, "HttpStatusCode": "X", "Message": text, "Details": None})


def arm(name: str, text: str = SENTENCE) -> str:
    return json.dumps({"error": {"code": name, "message": text}})


type Envelope = Callable[..., str]
names = st.sampled_from(sorted(ERRORS))
envelopes = st.sampled_from([e1, e2, details, details_of_2016, arm])
wrappings = st.lists(st.sampled_from(sorted(WRAPPINGS)), max_size=5)


@given(names, envelopes, wrappings)
def test_any_nesting_gives_the_name_and_the_sentence(
    name: str, envelope: Envelope, order: list[str]
):
    """Whichever way round the envelopes are, and however deep the error is."""
    body = envelope(name)
    for wrapping in order:
        body = WRAPPINGS[wrapping](body)
    assert read_envelopes({}, body) == Said(name, SENTENCE)


@given(names, names, envelopes, envelopes)
def test_of_two_names_the_outer_one_counts(
    outer: str, inner: str, around: Envelope, inside: Envelope
):
    """Whoever answers knows best what became of the call; why is told by who refused it."""
    body = around(outer, f"Error: 429 {inside(inner)}.")
    assert read_envelopes({}, body) == Said(outer, SENTENCE)


@pytest.mark.parametrize("header", ["iothub-errorcode", "IotHubErrorCode", "IOTHUB-ERRORCODE"])
@given(name=names, inside=names, envelope=envelopes)
def test_a_header_is_believed_before_any_body(
    header: str, name: str, inside: str, envelope: Envelope
):
    """The C# SDK looks there first too; bulk calls have a header of their own."""
    assert read_envelopes({header: name}, envelope(inside)).code == name


@given(st.sampled_from(["", "Bad, bad", "Ünbekannt", "x" * 81]), names, envelopes)
def test_a_header_that_names_nothing_is_ignored(header: str, name: str, envelope: Envelope):
    """A word of letters and digits is a name, anything else is none."""
    assert read_envelopes({"iothub-errorcode": header}, envelope(name)).code == name


def test_a_name_that_nobody_knows_yet_is_kept():
    """The hub may learn new errors; a number stays a number."""
    assert read_envelopes({}, '{"Message":"ErrorCode:NewError;so it is"}') == (
        "NewError",
        "so it is",
    )
    assert read_envelopes({}, '{"errorCode":499999,"message":"odd"}') == ("499999", "odd")
    assert read_envelopes({"iothub-errorcode": "NewError"}, "") == ("NewError", "")


def test_a_known_name_counts_more_than_an_unknown_one_around_it():
    """Resource Manager says BadRequest to all that its provider says by name."""
    inner = {"Message": "ErrorCode:ArgumentInvalid;no type"}
    body = json.dumps({"error": {"code": "BadRequest", "message": json.dumps(inner)}})
    assert read_envelopes({}, body) == ("ArgumentInvalid", "no type")


@pytest.mark.parametrize("code", [400007, "400007"])
def test_the_providers_numbers_are_its_own(code: object):
    """400007 is a container that cannot be used (azure-iot-cli-extension#93), not a bad entity."""
    text = "Unable to access blob. timestamp: 2019-09-12 18:15:32Z, errorcode: IH400007."
    body = json.dumps({"code": code, "httpStatusCode": "BadRequest", "message": text})
    assert read_envelopes({}, body).code == "IH400007"
    assert read_envelopes({}, text).code == "IH400007"
    assert read_envelopes({}, json.dumps({"errorCode": code})).code != "IH400007"


def test_the_providers_other_numbers_are_the_hubs():
    """A busy slot is 403003 for both."""
    assert read_envelopes({}, '{"code":403003,"message":"no"}').code == "JobQuotaExceeded"
    assert read_envelopes({}, '{"code":"409004","message":"taken"}').code == "IH409004"


def test_the_line_for_people_is_found():
    """Verbatim from a live hub: name, message, time and tracking id in one text."""
    text = (
        "ErrorCode:JobQuotaExceeded;Error: 403 ErrorCode: JobQuotaExceeded\n"
        "Message: Job quota has been exceeded\nTimestamp: 08/15/2026 09:38:50\nTracking ID: "
    )
    body = json.dumps({"Message": text, "ExceptionMessage": ""})
    assert read_envelopes({}, body) == ("JobQuotaExceeded", "Job quota has been exceeded")


@given(names.filter(lambda name: ERRORS[name].number), st.sampled_from([e1, e2]), wrappings)
def test_a_body_that_was_cut_off_still_names_its_error(
    name: str, envelope: Envelope, order: list[str]
):
    """The name stands before the text, so it is there when the end is missing."""
    body = envelope(name)
    for wrapping in order:
        body = WRAPPINGS[wrapping](body)
    cut = body[: body.index(SENTENCE)]
    assert read_envelopes({}, cut).code == name


def test_a_body_may_be_one_string():
    """A text in quotes is JSON too."""
    body = json.dumps("ErrorCode:ArgumentInvalid;no type")
    assert read_envelopes({}, body) == ("ArgumentInvalid", "no type")


def test_a_page_of_a_front_end_says_nothing():
    """Neither does an empty body, nor JSON that is no envelope."""
    for body in ("", " ", "<html>ErrorCode:JobQuotaExceeded</html>", "{}", "[1]", "null", "7"):
        assert read_envelopes({}, body).code == ""
    assert read_envelopes({}, "\n<html>busy</html>").text == ""
    assert read_envelopes({}, '{"isSuccessful":false,"errors":[]}').text == ""


@pytest.mark.parametrize("text", ["no healthy upstream", '"a" is no "b"', "what {is} this {}?"])
def test_plain_text_is_a_sentence(text: str):
    """Some proxies say what is wrong without any envelope; quotes and braces stay."""
    assert read_envelopes({}, text) == ("", text)
    assert read_envelopes({}, json.dumps({"message": text})) == ("", text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
MEMBERS = st.sampled_from(
    ["Message", "message", "errorCode", "code", "Code", "error", "details", "ExceptionMessage"]
)


@given(st.text())
def test_no_text_breaks_the_reader(body: str):
    """Whatever a front end sends is read."""
    read_envelopes({"iothub-errorcode": body}, body)
    read_envelopes({}, f"ErrorCode:{body}")


@given(JSON | st.dictionaries(MEMBERS, JSON | st.dictionaries(MEMBERS, JSON)))
def test_no_json_breaks_the_reader(value: object):
    """Members of any type are read."""
    read_envelopes({}, json.dumps(value))
    read_envelopes({}, json.dumps({"Message": json.dumps(value)}))


@pytest.mark.parametrize(
    "body", ['{"error":' * 100_000, "[" * 100_000, '{"errorCode":' + "9" * 9999]
)
def test_no_depth_breaks_the_reader(body: str):
    """Python's own limits are not passed on."""
    read_envelopes({}, body)
    read_envelopes({}, body + "1" + "}" * body.count("{"))
