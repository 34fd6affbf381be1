"""host.json, local.settings.json and what overrides them."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.settings import (
    SettingsRejected,
    read_app_settings,
    read_host_options,
    time_span,
)


@pytest.fixture
def host_json(tmp_path):
    """Return a function that writes host.json and reads its options."""

    def read(content, **environ):
        path = tmp_path / "host.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_host_options(path, environ).extensions

    return read


@pytest.fixture
def settings_file(tmp_path):
    """Return a function that writes local.settings.json and reads it."""

    def read(content):
        path = tmp_path / "local.settings.json"
        path.write_text(json.dumps(content))
        return read_app_settings(path)

    return read


def test_without_extensions_the_documented_defaults_apply(host_json):
    """Those of Microsoft's host.json reference."""
    options = host_json({"version": "2.0", "extensionBundle": {"id": "not for us"}})
    assert options.queues.batch_size == 16
    assert options.queues.max_dequeue_count == 5
    assert options.queues.visibility_timeout == timedelta(0)
    assert options.queues.max_polling_interval == timedelta(minutes=1)
    assert options.queues.message_encoding == "base64"
    assert options.blobs.poison_blob_threshold == 5


def test_what_host_json_says_applies(host_json):
    """Under the names that the reference has."""
    queues = {
        "batchSize": 4,
        "newBatchThreshold": 2,
        "maxDequeueCount": 3,
        "visibilityTimeout": "00:00:30",
        "maxPollingInterval": "00:00:02",
        "messageEncoding": "None",
    }
    blobs = {"maxDegreeOfParallelism": 2, "poisonBlobThreshold": 1}
    options = host_json({"version": "2.0", "extensions": {"queues": queues, "blobs": blobs}})
    assert options.queues.new_batch_threshold == 2
    assert options.queues.visibility_timeout == timedelta(seconds=30)
    assert options.queues.message_encoding == "none"
    assert options.blobs.max_degree_of_parallelism == 2


def test_a_setting_overrides_host_json(host_json):
    """As in Azure, where it is named after the path in host.json."""
    name = "AzureFunctionsJobHost__extensions__queues__maxDequeueCount"
    options = host_json({"version": "2.0"}, **{name: "7"})
    assert options.queues.max_dequeue_count == 7


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "host.json cannot be read"),
        ("[]", "is not a JSON object"),
        ({}, "version: Field required"),
        ({"version": "1.0"}, "version: String should match"),
        (
            {"version": "2.0", "extensions": {"queues": {"batchSize": 33}}},
            "extensions.queues.batchSize: Input should be less than or equal to 32",
        ),
        (
            {"version": "2.0", "extensions": {"queues": {"maxPollingInterval": "5"}}},
            "'5' is not a time span",
        ),
        (
            {"version": "2.0", "extensions": {"queues": {"visibilityTimeout": 30}}},
            "'30' is not a time span",
        ),
        (
            {"version": "2.0", "extensions": {"queues": {"messageEncoding": "utf-8"}}},
            "extensions.queues.messageEncoding: Input should be 'base64' or 'none'",
        ),
    ],
)
def test_a_host_json_that_azure_would_refuse_is_refused(host_json, content, complaint):
    """The complaint says where."""
    with pytest.raises(SettingsRejected, match=complaint):
        host_json(content)


def test_app_settings_are_the_values(settings_file):
    """The rest of the file is for Core Tools."""
    content = {"IsEncrypted": False, "Values": {"A": "1"}, "Host": {"CORS": "*"}}
    assert settings_file(content) == {"A": "1"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"IsEncrypted": True, "Values": {}}, "encrypted: run `func settings decrypt`"),
        ({"Values": {"A": 1}}, "`Values` must map names to strings"),
        ({"Values": []}, "`Values` must map names to strings"),
    ],
)
def test_settings_that_core_tools_would_refuse_are_refused(settings_file, content, complaint):
    """The complaint says what to do."""
    with pytest.raises(SettingsRejected, match=complaint):
        settings_file(content)


@given(st.timedeltas(timedelta(0), timedelta(days=9999)))
def test_a_time_span_is_read_as_dotnet_writes_it(span):
    """`d.hh:mm:ss.fffffff`, the fraction with seven digits."""
    hours, rest = divmod(span.seconds, 3600)
    text = f"{span.days}.{hours:02}:{rest // 60:02}:{rest % 60:02}.{span.microseconds:06}0"
    assert time_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "5", "00:00", "-00:00:01", "00:00:00.", "24:00:00", "00:60:00"]
)
def test_what_is_no_time_span_is_refused(text):
    """In .NET a number alone is days, and so are 24 hours: nobody means that."""
    with pytest.raises(ValueError, match="is not a time span"):
        time_span(text)
