"""One Azurite for all tests of the host, and an account of its own for each."""

import uuid

import pytest

from emulators.azurite import serve
from tests.emulators.functions_host.running import Storage


@pytest.fixture(scope="session")
def azurite():
    """Run an Azurite."""
    with serve() as running:
        yield running


@pytest.fixture
def storage(azurite):
    """Return storage in which every name is new."""
    account = Storage(azurite.connection_string, f"t{uuid.uuid4().hex[:12]}")
    yield account
    account.close()
