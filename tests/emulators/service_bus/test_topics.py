"""Topics: each subscription has its own copy of what its rules let in."""

from datetime import UTC, datetime

from azure.servicebus import ServiceBusMessage

from emulators.service_bus.config import (
    Config,
    CorrelationFilter,
    Rule,
    RuleProperties,
    Subscription,
    Topic,
    TopicProperties,
)
from tests.emulators.service_bus.builders import a_subscription, seconds
from tests.emulators.service_bus.sdk import complete, is_empty, receive


def a_rule(name, **conditions):
    properties = RuleProperties(
        filter_type="Correlation", correlation_filter=CorrelationFilter(**conditions)
    )
    return Rule(name=name, properties=properties)


FAILURES = Subscription(
    name="failures",
    rules=(
        a_rule("failed", label="result", properties={"status": "failed"}),
        a_rule("anything of seven", correlation_id="7"),
    ),
)
TOPIC = Topic(
    name="events",
    properties=TopicProperties(
        requires_duplicate_detection=True, default_message_time_to_live=seconds(60)
    ),
    subscriptions=(a_subscription("all"), FAILURES),
)
CONFIG = Config(topics=(TOPIC,))


def a_result(body, *, status, **properties):
    return ServiceBusMessage(body, application_properties={"status": status}, **properties)


def links(client):
    return {
        "sender": client.get_topic_sender("events"),
        "all": client.get_subscription_receiver("events", "all"),
        "failures": client.get_subscription_receiver("events", "failures"),
        "dead": client.get_subscription_receiver("events", "all", sub_queue="deadletter"),
    }


def test_each_subscription_settles_its_own_copy(half):
    """Completing one copy leaves the other; the topic's time to live caps both."""
    half.links["sender"].send_messages(ServiceBusMessage("x", correlation_id="7"))
    for name in ("all", "failures"):
        (message,) = complete(half.links[name])
        assert (str(message), message.time_to_live) == ("x", seconds(60))


def test_rules_let_in_what_meets_all_conditions_of_one_of_them(half):
    """Standard and application properties are compared; no message comes twice."""
    messages = [
        a_result("both", status="failed", subject="result", correlation_id="7"),
        a_result("failed", status="failed", subject="result"),
        a_result("other", status="completed", subject="result"),
        a_result("unnamed", status="failed"),
    ]
    half.links["sender"].send_messages(messages)
    assert [str(one) for one in complete(half.links["failures"], 2)] == ["both", "failed"]
    assert [str(one) for one in complete(half.links["all"], 4)] == list(map(str, messages))
    assert is_empty(half.links["failures"])


def test_a_topic_drops_duplicates_for_all_subscriptions(half):
    """The copy is accepted and dropped."""
    before = half.bus.statistics("events").duplicates
    for body in ("first", "second"):
        half.links["sender"].send_messages(ServiceBusMessage(body, message_id="same"))
    assert str(complete(half.links["all"])[0]) == "first"
    assert is_empty(half.links["all"])
    assert half.bus.statistics("events").duplicates == before + 1


def test_a_scheduled_message_waits_in_the_topic(half):
    """It can be cancelled as one, and reaches the subscriptions when it is due."""
    due = datetime.now(UTC) + seconds(1)
    sender = half.links["sender"]
    cancelled, _ = sender.schedule_messages([ServiceBusMessage("a"), ServiceBusMessage("b")], due)
    sender.cancel_scheduled_messages(cancelled)
    assert half.bus.statistics("events").scheduled == 1
    assert half.bus.statistics("events/Subscriptions/all").active == 0
    assert str(complete(half.links["all"])[0]) == "b"


def test_a_subscription_has_a_dead_letter_queue(half):
    """Its path is that of the subscription and a suffix."""
    half.links["sender"].send_messages(ServiceBusMessage("x"))
    (message,) = receive(half.links["all"])
    half.links["all"].dead_letter_message(message, reason="because")
    (dead,) = complete(half.links["dead"])
    assert (dead.dead_letter_reason, dead.dead_letter_source) == (
        "because",
        "events/Subscriptions/all",
    )
