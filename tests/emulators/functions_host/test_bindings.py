"""What bindings mean, and which are refused."""

import pytest

from emulators.functions_host.bindings import (
    BindingRejected,
    connection_string,
    is_disabled,
    resolve,
)


def a_queue_output(**changes):
    return {"type": "queue", "direction": "OUT", "name": "out", "queueName": "q"} | changes


def a_queue_trigger(**changes):
    return {"type": "queueTrigger", "direction": "IN", "name": "in", "queueName": "q"} | changes


def test_settings_are_put_in_wherever_they_are_named():
    """Several in one text, and in any field; what is no text stays what it is."""
    binding = a_queue_trigger(queueName="%A%-%B%", properties={"SupportsDeferredBinding": True})
    resolved = resolve({"f": [binding]}, {"A": "x", "B": "y"})
    assert resolved == {"f": [binding | {"queueName": "x-y"}]}


def test_a_percent_sign_alone_is_no_setting():
    """It takes two."""
    bindings = {"f": [a_queue_trigger(queueName="100%")]}
    assert resolve(bindings, {}) == bindings


@pytest.mark.parametrize(
    "binding",
    [
        {"type": "serviceBus", "direction": "OUT", "name": "out"},
        {"type": "blob", "direction": "IN", "name": "in"},
        {"type": "eventGridTrigger", "direction": "IN", "name": "in"},
        a_queue_output(direction="IN"),
    ],
)
def test_a_binding_that_is_not_served_is_refused(binding):
    """With the name of the function, so that it can be found."""
    refused = f"function f: the local host has no binding {binding['type']}"
    with pytest.raises(BindingRejected, match=refused):
        resolve({"f": [binding]}, {})


def test_an_output_needs_its_connection_from_the_start():
    """Not only when the function first puts something out."""
    with pytest.raises(BindingRejected, match="connection Elsewhere: there is no app setting"):
        resolve({"f": [a_queue_trigger(), a_queue_output(connection="Elsewhere")]}, {})


@pytest.mark.parametrize(
    ("connection", "found"),
    [(None, "host"), ("", "host"), ("Files", "files"), ("Prefixed", "with prefix")],
)
def test_a_connection_is_the_name_of_a_setting(connection, found):
    """None is the host's own account; a setting with the prefix AzureWebJobs goes first."""
    environ = {"AzureWebJobsStorage": "host", "Files": "files", "Prefixed": "without"}
    environ["AzureWebJobsPrefixed"] = "with prefix"
    assert connection_string(connection, environ) == found


@pytest.mark.parametrize(("value", "disabled"), [("true", True), ("1", True), ("false", False)])
def test_a_setting_switches_a_function_off(value, disabled):
    """Only the function that it names."""
    environ = {"AzureWebJobs.f.Disabled": value}
    assert is_disabled("f", environ) is disabled
    assert not is_disabled("g", environ)
