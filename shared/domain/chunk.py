"""Cuts `devices.txt` into what one bulk call takes.

Source: `POST /devices` takes at most 100 devices and each of them once (Registry Manager, bulk
operations). In which order the hub works through a call is not documented, so a call never holds
a line together with one that it may build on: a child and its parent, a module and its device.
Edge devices with parents may build on each other, so each of them has a call of its own.
"""

from itertools import takewhile
from typing import Final

from pydantic_core import from_json

from shared.domain.device_line import MAX_LINE_BYTES, Order, order_of


MOST_DEVICES: Final = 100
#: How much of the file is looked at for one call: any line fits in. No limit of a call's bytes is
#: documented; what this keeps small is our memory and what a lost answer leaves in doubt.
WINDOW_BYTES: Final = 2 * MAX_LINE_BYTES


def next_lines(text: bytes, most: int) -> list[bytes]:
    """Return the lines of the next call, with their line feeds; none if `text` has no whole line.

    Args:
        text: The file from where the call before it ended; it may break off anywhere.
        most: How many lines the call may have.
    """
    lines = [line + b"\n" for line in text.split(b"\n", most)[:-1]]
    orders = [order_of(from_json(line)) for line in lines]
    if orders[:1] == [Order.EDGE_CHILD]:
        return lines[:1]
    same = takewhile(lambda order: order is orders[0], orders)
    return lines[: len(list(same))]
