"""The configuration file: Microsoft's format, and what is not emulated."""

import json
from datetime import timedelta

import pytest

from emulators.service_bus.config import BadConfig, load


#: As in Microsoft's own sample, with every property that it shows.
SAMPLE = {
    "UserConfig": {
        "Namespaces": [
            {
                "Name": "sbemulatorns",
                "Queues": [
                    {
                        "Name": "queue.1",
                        "Properties": {
                            "DeadLetteringOnMessageExpiration": False,
                            "DefaultMessageTimeToLive": "PT1H",
                            "DuplicateDetectionHistoryTimeWindow": "PT20S",
                            "ForwardDeadLetteredMessagesTo": "",
                            "ForwardTo": "",
                            "LockDuration": "PT1M",
                            "MaxDeliveryCount": 3,
                            "RequiresDuplicateDetection": False,
                            "RequiresSession": False,
                        },
                    }
                ],
                "Topics": [
                    {
                        "Name": "topic.1",
                        "Properties": {
                            "DefaultMessageTimeToLive": "PT1H",
                            "DuplicateDetectionHistoryTimeWindow": "PT20S",
                            "RequiresDuplicateDetection": False,
                        },
                        "Subscriptions": [
                            {
                                "Name": "subscription.1",
                                "Properties": {
                                    "DeadLetteringOnMessageExpiration": False,
                                    "DefaultMessageTimeToLive": "PT1H",
                                    "LockDuration": "PT1M",
                                    "MaxDeliveryCount": 3,
                                    "ForwardDeadLetteredMessagesTo": "",
                                    "ForwardTo": "",
                                    "RequiresSession": False,
                                },
                                "Rules": [
                                    {
                                        "Name": "app-prop-filter-1",
                                        "Properties": {
                                            "FilterType": "Correlation",
                                            "CorrelationFilter": {
                                                "ContentType": "application/json",
                                                "Properties": {"prop1": "value1"},
                                            },
                                        },
                                    }
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
        "Logging": {"Type": "File"},
    }
}


@pytest.fixture
def file(tmp_path):
    """Write a configuration, and return where."""

    def write(content):
        path = tmp_path / "config.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def a_file_with(**properties):
    """A file with one queue that has these properties."""
    queue = {"Name": "q", "Properties": properties}
    return {"UserConfig": {"Namespaces": [{"Name": "n", "Queues": [queue]}]}}


def test_microsofts_sample_is_understood(file):
    """Queues, topics, subscriptions, and correlation filters."""
    config = load(file(SAMPLE))
    (queue,), (topic,) = config.queues, config.topics
    assert (queue.name, queue.properties.max_delivery_count) == ("queue.1", 3)
    assert queue.properties.detection_window == 0
    (subscription,) = topic.subscriptions
    (rule,) = subscription.rules
    assert rule.properties.correlation_filter.content_type == "application/json"


def test_the_committed_configuration_is_that_of_the_app():
    """Results are kept for two weeks, ids for a day."""
    config = load()
    (queue,), (topic,) = config.queues, config.topics
    assert queue.name == "import-results"
    assert queue.properties.time_to_live == timedelta(days=14).total_seconds()
    assert queue.properties.detection_window == timedelta(days=1).total_seconds()
    assert queue.properties.dead_lettering_on_message_expiration
    assert (topic.name, [one.name for one in topic.subscriptions]) == ("import-events", ["all"])


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("PT1M30S", 90),
        ("P14D", 14 * 86400),
        ("P1DT12H", 36 * 3600),
        ("PT1.5S", 1.5),
        ("P10675199DT2H48M5.4775807S", 922_337_203_685.477581),
    ],
)
def test_durations_are_those_of_iso_8601(file, duration, seconds):
    """Days, fractions, and the longest that .NET has."""
    config = load(file(a_file_with(DefaultMessageTimeToLive=duration)))
    assert config.queues[0].properties.time_to_live == seconds


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"LockDuration": "PT6M"}, "LockDuration"),
        ({"LockDuration": "a minute"}, "LockDuration"),
        ({"DuplicateDetectionHistoryTimeWindow": "PT10S"}, "DuplicateDetectionHistoryTimeWindow"),
        ({"DuplicateDetectionHistoryTimeWindow": "P8D"}, "DuplicateDetectionHistoryTimeWindow"),
        ({"MaxDeliveryCount": 0}, "MaxDeliveryCount"),
        ({"ForwardTo": "elsewhere"}, "ForwardTo"),
        ({"EnablePartitioning": True}, "EnablePartitioning"),
    ],
)
def test_what_the_service_refuses_or_we_do_not_emulate_is_refused(file, properties, reason):
    """Nothing is ignored in silence; the message names the property."""
    with pytest.raises(BadConfig, match=f"UserConfig.Namespaces.0.Queues.0.Properties.{reason}"):
        load(file(a_file_with(**properties)))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"UserConfig": {"Namespaces": []}}'])
def test_other_files_are_refused(file, text):
    """What is no configuration is told as such."""
    with pytest.raises(BadConfig, match=r"config\.json"):
        load(file(text))
