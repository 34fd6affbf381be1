"""Azurite, Microsoft's storage emulator, in the version that the lock file pins."""

from emulators.azurite.server import AzuriteFailed, RunningAzurite, serve


__all__ = ["AzuriteFailed", "RunningAzurite", "serve"]
