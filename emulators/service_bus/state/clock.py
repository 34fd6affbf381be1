"""Time, as the pure parts are given it."""

from collections.abc import Callable


#: Seconds since the epoch.
type Clock = Callable[[], float]
