"""Correlation filters: which messages of a topic a subscription gets.

Azure docs, "Topic filters and actions": every condition of a filter must hold, and a message that
several rules let in is still one message.
"""

from collections.abc import Mapping
from typing import Final

from emulators.service_bus.config import CorrelationFilter, Subscription
from emulators.service_bus.state.message import Message, Property


SYSTEM_PROPERTIES: Final[Mapping[str, Property]] = {
    "message_id": Property.MESSAGE_ID,
    "to": Property.TO,
    "label": Property.SUBJECT,
    "reply_to": Property.REPLY_TO,
    "correlation_id": Property.CORRELATION_ID,
    "content_type": Property.CONTENT_TYPE,
    "session_id": Property.SESSION_ID,
    "reply_to_session_id": Property.REPLY_TO_SESSION_ID,
}


def lets_in(subscription: Subscription, message: Message) -> bool:
    """Tell whether the subscription takes the message."""
    filters = [rule.properties.correlation_filter for rule in subscription.rules]
    return not filters or any(_matches(wanted, message) for wanted in filters)


def _matches(wanted: CorrelationFilter, message: Message) -> bool:
    system = (
        (getattr(wanted, name), message.properties[position])
        for name, position in SYSTEM_PROPERTIES.items()
    )
    application = (
        (value, message.application_properties.get(name))
        for name, value in wanted.properties.items()
    )
    return all(value in (None, found) for value, found in (*system, *application))
