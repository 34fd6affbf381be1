"""Which faults a seed has, and how often. No seed has all, so that none hides behind another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, Self

from tests.simulation.network import Fate
from tests.simulation.scheduler import Order


#: A hub shows what it was at most so many seconds ago.
MOST_STALE: Final = 60.0
#: Clocks are wrong by at most so many seconds.
MOST_SKEW: Final = 600.0
#: Workers stand still for so many seconds, from a moment to hours.
PAUSES: Final = (1.0, 7200.0)
#: Seconds after an intent in which a start that has stopped is recovered.
RECOVERED: Final = (180.0, 420.0)
#: A bulk call reaches the hub so many seconds after the last look at the clock, at most: one that
#: comes when its lines have been looked at cannot be kept from being applied again.
UNFENCED: Final = 100.0
#: The chance that a seed has a kind of fault at all.
_SOME: Final = 0.4
#: The same of those that the protocol of a start is about.
_OFTEN: Final = 0.6
#: The share of late starts that come while they are recovered.
_MOSTLY: Final = 0.8

_SERVICES: Final = ("storage", "hub", "bus")
_FATES: Final = (Fate.LOST, Fate.REPEATED, Fate.REFUSED, Fate.THROTTLED, Fate.LATE)
_PLAIN: Final = Order()


def service_of(name: str) -> str:
    """Return who is called, by the name of the call."""
    return {"service": "hub", "result": "bus"}.get(name.partition(".")[0], "storage")


@dataclass
class SeededFaults:
    """The faults of one seed; when they are over, only clocks stay wrong."""

    random: Random
    #: Seconds that have gone by.
    time: Callable[[], float]
    fates: dict[Fate, float] = field(default_factory=dict)
    crash: float = 0.0
    pause: float = 0.0
    #: Of a pause right before a hub is asked to start a job.
    zombie: float = 0.0
    stale: float = 0.0
    skew: float = 0.0
    #: From when until when a service refuses everything.
    outages: list[tuple[str, float, float]] = field(default_factory=list)
    lost_events: float = 0.0
    repeated_events: float = 0.0
    late_events: float = 0.0
    foreign_jobs: float = 0.0
    bad_jobs: float = 0.0
    cancels: float = 0.0
    over: bool = False

    @classmethod
    def of(cls, random: Random, time: Callable[[], float], seconds: float) -> Self:
        """Draw the faults of a seed for a world that is bad for so many seconds."""

        def some(most: float) -> float:
            return random.uniform(0, most) if random.random() < _SOME else 0.0

        def often(least: float, most: float) -> float:
            return random.uniform(least, most) if random.random() < _OFTEN else 0.0

        def outage() -> tuple[str, float, float]:
            begin = random.uniform(0, seconds)
            return random.choice(_SERVICES), begin, begin + random.uniform(10, 900)

        return cls(
            random,
            time,
            fates={fate: rate for fate in _FATES if (rate := some(0.04))},
            crash=some(0.03),
            pause=some(0.03),
            zombie=often(0.3, 1.0),
            stale=often(MOST_STALE, MOST_STALE),
            skew=some(MOST_SKEW),
            outages=[outage() for _ in range(random.choice((0, 0, 0, 1, 2)))],
            lost_events=some(0.3),
            repeated_events=some(0.5),
            late_events=some(0.3),
            foreign_jobs=some(0.15),
            bad_jobs=some(0.3),
            cancels=some(0.1),
        )

    def happens(self, chance: float) -> bool:
        """Tell whether something happens."""
        return not self.over and chance > 0 and self.random.random() < chance

    def long(self) -> float:
        """Return seconds between the shortest and the longest pause; short ones are as likely."""
        shortest, longest = PAUSES
        return shortest * float((longest / shortest) ** self.random.random())

    def too_long(self) -> float:
        """Return seconds after which a start has just been given up, or any."""
        return self.random.uniform(*RECOVERED) if self.random.random() < _MOSTLY else self.long()

    def order(self, name: str, about: str) -> Order:
        """Return what becomes of a call."""
        if self.over:
            return _PLAIN
        posts = about == "POST /jobs/create"
        looks = about == "GET /jobs" and self.stale > 0
        if posts:
            before = self.too_long() if self.happens(self.zombie) else 0.0
        else:
            before = self.long() if self.happens(self.pause) else 0.0
        if about == "POST /devices":
            before = min(before, UNFENCED)
        fate = self._fate(name, posts=posts, at=self.time() + before)
        dies, rest = self.happens(self.crash), self.happens(self.crash)
        if not (before or dies or rest or looks or fate is not Fate.ARRIVES or self.pause):
            return _PLAIN
        return Order(
            fate,
            before=before,
            after=self.long() if self.happens(self.pause / 3) else 0.0,
            dies_before=dies,
            dies_after=rest,
            stale=self.stale * min(1.0, self.random.uniform(0, 2)) if looks else 0.0,
            delay=self.too_long() if fate is Fate.LATE else 0.0,
        )

    def _fate(self, name: str, *, posts: bool, at: float) -> Fate:
        service = service_of(name)
        if any(one == service and begin <= at < end for one, begin, end in self.outages):
            return Fate.REFUSED
        for fate, rate in self.fates.items():
            # A start is made once, so it gets its share at once.
            if self.happens(rate * 8 if posts else rate) and (posts or fate is not Fate.LATE):
                return fate
        return Fate.ARRIVES
