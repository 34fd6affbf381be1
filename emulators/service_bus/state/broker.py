"""The entities of a namespace, built from the configuration."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from emulators.service_bus.config import (
    Config,
    DeliveryProperties,
    IngressProperties,
    Queue,
    Subscription,
    Topic,
)
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.duplicates import DuplicateHistory
from emulators.service_bus.state.entity import Entity
from emulators.service_bus.state.ingress import Ingress
from emulators.service_bus.state.message import Message
from emulators.service_bus.state.refusals import EntityNotFound
from emulators.service_bus.state.rules import lets_in
from emulators.service_bus.state.session_store import SessionStore
from emulators.service_bus.state.store import Store


DEAD_LETTER_SUFFIX: Final = "/$DeadLetterQueue"


class Broker:
    """Finds entities by path and lets time pass for all of them."""

    def __init__(self, config: Config, clock: Clock) -> None:
        entities = itertools.chain(
            *(_queue(queue, clock) for queue in config.queues),
            *(_topic(topic, clock) for topic in config.topics),
        )
        self._entities = {entity.name.lower(): entity for entity in entities}

    def entity(self, path: str) -> Entity:
        """Return what the path leads to; case does not matter.

        Raises:
            EntityNotFound: It leads to nothing.
        """
        try:
            return self._entities[path.lower()]
        except KeyError:
            raise EntityNotFound(path) from None

    def advance(self) -> None:
        """Let time pass."""
        for entity in self._entities.values():
            entity.advance()


def _queue(queue: Queue, clock: Clock) -> Iterator[Entity]:
    store, dead_letters = _stores(queue.name, queue.properties, clock)
    ingress = Ingress(
        store.enqueue,
        store.numbers,
        _history(queue.properties, clock),
        clock,
        requires_session=queue.properties.requires_session,
    )
    yield Entity(queue.name, ingress, store)
    yield Entity(dead_letters.name, store=dead_letters)


def _topic(topic: Topic, clock: Clock) -> Iterator[Entity]:
    subscriptions: list[tuple[Subscription, Store]] = []
    for subscription in topic.subscriptions:
        path = f"{topic.name}/Subscriptions/{subscription.name}"
        store, dead_letters = _stores(path, subscription.properties, clock)
        subscriptions.append((subscription, store))
        yield Entity(path, store=store)
        yield Entity(dead_letters.name, store=dead_letters)
    numbers = itertools.count(1)

    def publish(message: Message) -> int:
        time_to_live = min(message.time_to_live, topic.properties.time_to_live)
        for subscription, store in subscriptions:
            if lets_in(subscription, message):
                store.enqueue(replace(message, time_to_live=time_to_live))
        return next(numbers)

    yield Entity(topic.name, Ingress(publish, numbers, _history(topic.properties, clock), clock))


def _stores(name: str, properties: DeliveryProperties, clock: Clock) -> tuple[Store, Store]:
    """Return the store of an entity, and the one of its dead letters, which knows no sessions."""
    of_dead_letters = DeliveryProperties(lock_duration=properties.lock_duration)
    dead_letters = Store(name + DEAD_LETTER_SUFFIX, of_dead_letters, clock)
    kind = SessionStore if properties.requires_session else Store
    return kind(name, properties, clock, dead_letters), dead_letters


def _history(properties: IngressProperties, clock: Clock) -> DuplicateHistory:
    return DuplicateHistory(properties.detection_window, clock)
