"""Storage in which every name is new, for each test of the host."""

import uuid

import pytest

from tests.emulators.functions_host.running import Storage


@pytest.fixture
def storage(azurite):
    """Return storage in which every name is new."""
    account = Storage(azurite.connection_string, f"t{uuid.uuid4().hex[:12]}")
    yield account
    account.close()
