"""The whole local stack: every emulator as a process of its own, and the app in the host."""

from emulators.stack.app_settings import Pace
from emulators.stack.running import RunningStack, running
from emulators.stack.service import ServiceDied


__all__ = ["Pace", "RunningStack", "ServiceDied", "running"]
