from collections.abc import Iterator

import pytest

from emulators.graph.server import RunningGraph, serve
from emulators.graph.tenant import Tenant
from tests.emulators.graph.client import GraphClient


@pytest.fixture(scope="session")
def one_graph() -> Iterator[RunningGraph]:
    with serve(Tenant()) as running:
        yield running


@pytest.fixture
def graph(one_graph: RunningGraph) -> RunningGraph:
    """A tenant as new, without limits."""
    one_graph.tenant.reset()
    return one_graph


@pytest.fixture
def call(graph: RunningGraph) -> Iterator[GraphClient]:
    """A client of it that may do everything."""
    with GraphClient(graph) as client:
        yield client
