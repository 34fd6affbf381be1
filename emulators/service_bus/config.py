"""Which entities there are, in the format of Microsoft's emulator (`Config.json`).

Azure docs, "Service Bus emulator"; limits and defaults: "Service Bus quotas" and the ARM reference
of queues and subscriptions. What is not emulated is refused here, not ignored.
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal


#: The only value we have no use for: forwarding is not emulated.
type Nothing = Literal[""]
type LockDuration = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=5))]
type DetectionWindow = Annotated[timedelta, Field(ge=timedelta(seconds=20), le=timedelta(days=7))]
type TimeToLive = Annotated[timedelta, Field(gt=timedelta(0))]

DEFAULT_FILE: Final = Path(__file__).with_name("config.json")


class BadConfig(Exception):
    """The configuration cannot be emulated; the message names every reason."""


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_pascal,
        validate_by_name=True,
        frozen=True,
        extra="forbid",
    )


class _ExpiringProperties(_Model):
    default_message_time_to_live: TimeToLive = timedelta.max

    @property
    def time_to_live(self) -> float:
        """The ceiling of every message's time to live, in seconds."""
        limit = self.default_message_time_to_live
        return math.inf if limit == timedelta.max else limit.total_seconds()


class DeliveryProperties(_ExpiringProperties):
    """How messages are kept and delivered."""

    lock_duration: LockDuration = timedelta(minutes=1)
    max_delivery_count: Annotated[int, Field(ge=1, le=2000)] = 10
    dead_lettering_on_message_expiration: bool = False
    requires_session: bool = False
    forward_to: Nothing = ""
    forward_dead_lettered_messages_to: Nothing = ""


class IngressProperties(_Model):
    """How messages are accepted."""

    requires_duplicate_detection: bool = False
    duplicate_detection_history_time_window: DetectionWindow = timedelta(minutes=10)

    @property
    def detection_window(self) -> float:
        """Seconds for which message ids are remembered; 0 without duplicate detection."""
        window = self.duplicate_detection_history_time_window.total_seconds()
        return window if self.requires_duplicate_detection else 0


class QueueProperties(DeliveryProperties, IngressProperties):
    """The properties of a queue."""


class TopicProperties(_ExpiringProperties, IngressProperties):
    """The properties of a topic."""


class CorrelationFilter(_Model):
    """What a message must carry; a field that is None may be anything."""

    message_id: str | None = None
    to: str | None = None
    label: str | None = None
    reply_to: str | None = None
    correlation_id: str | None = None
    content_type: str | None = None
    session_id: str | None = None
    reply_to_session_id: str | None = None
    properties: Mapping[str, str | bool | int | float] = {}


class RuleProperties(_Model):
    """The filter of a rule. SQL filters and actions are not emulated."""

    filter_type: Literal["Correlation"]
    correlation_filter: CorrelationFilter


class Rule(_Model):
    """One way for a message to get into a subscription."""

    name: str
    properties: RuleProperties


class Queue(_Model):
    """A queue."""

    name: str
    properties: QueueProperties = QueueProperties()


class Subscription(_Model):
    """A subscription; without rules it takes every message of its topic."""

    name: str
    properties: DeliveryProperties = DeliveryProperties()
    rules: tuple[Rule, ...] = ()


class Topic(_Model):
    """A topic with its subscriptions."""

    name: str
    properties: TopicProperties = TopicProperties()
    subscriptions: tuple[Subscription, ...] = ()


class Config(_Model):
    """The entities of one namespace."""

    name: str = "sbemulatorns"
    queues: tuple[Queue, ...] = ()
    topics: tuple[Topic, ...] = ()


class _UserConfig(_Model):
    namespaces: tuple[Config]
    logging: Any = None


class _File(_Model):
    user_config: _UserConfig


def load(path: Path = DEFAULT_FILE) -> Config:
    """Read a configuration file.

    Raises:
        BadConfig: It is no such file, or asks for what is not emulated.
    """
    try:
        return _File.model_validate_json(path.read_bytes()).user_config.namespaces[0]
    except ValidationError as error:
        reasons = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        message = f"{path}: {'; '.join(reasons)}"
        raise BadConfig(message) from error
