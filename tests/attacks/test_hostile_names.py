"""Blobs with names that were chosen to do harm, from end to end on real storage."""

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import pytest

from emulators.azurite import RunningAzurite, serve
from shared.adapters.service_bus import cloud_event
from shared.domain.errors import TryAgain
from shared.domain.import_record import ImportRecord, Source, import_id, is_import_id
from shared.domain.parts import Part
from shared.domain.result import ImportResult, application_properties
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.validate_device_file import validate_device_file
from tests.attacks.dropping import DEVICE_FILES, WatchedApp, drop, watched_app
from tests.attacks.hostile_names import ALL, NAMES, REFUSED
from tests.attacks.log_lines import LogLines
from tests.fakes.world import PATIENCE, World


#: Names that choose their folder themselves, and all others in the folder of a target.
_OWN_FOLDER = {*NAMES["paths"], *NAMES["addresses"]}
DROPPED = tuple(name if name in _OWN_FOLDER else f"factory-a/{name}" for name in ALL)
_WORK = "|".join(re.escape(part) for part in Part)
#: Everything that an import may write, by its id.
OWN = re.compile(
    rf"work/(?P<work>[a-z2-7]{{26}})/(?:[0-9a-f]{{32}}/(?:{_WORK})|retry\.ndjson)"
    r"|reports/(?P<reports>[a-z2-7]{26})/[a-z]{1,9}\.(?:ndjson|csv)"
    r"|state/active/(?P<active>[a-z2-7]{26})\.json"
    r"|state/done/\d{4}/\d\d/\d\d/(?P<done>[a-z2-7]{26})\.json"
)
CONTAINERS = {DEVICE_FILES, "state", "work", "reports"}


@dataclass
class Aftermath:
    """What is left when all blobs have been dropped and told of."""

    azurite: RunningAzurite
    app: WatchedApp
    statuses: Mapping[str, int]
    #: The versions that the app saw, by name; none of what it cannot ask for.
    sources: Mapping[str, Source]
    #: Every path that was written or deleted.
    changed: list[str]
    logged: list[str]


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    """Drop everything and tell the app of it; then poll once. No exception left a function."""
    with serve() as azurite, watched_app(azurite) as app, LogLines() as lines:
        statuses = {name: drop(azurite, name) for name in DROPPED}
        seen = {name: app.files.look(DEVICE_FILES, name) for name in DROPPED}
        with ThreadPoolExecutor(4) as workers:
            # `list` raises what a function raised.
            list(workers.map(lambda name: _told(app, name), DROPPED))
        poll_import_jobs(app, PATIENCE)
        sources = {name: source for name, source in seen.items() if source}
        changed = list(app.transport.changed)
        yield Aftermath(azurite, app, statuses, sources, changed, list(lines.told))


def _told(app: WatchedApp, name: str) -> None:
    assert validate_device_file(app, DEVICE_FILES, name, "factory-a") is None, "nothing may start"


def id_of(source: Source) -> str:
    return import_id(source.account, source.container, source.name, source.etag)


def test_there_are_two_hundred_names_and_storage_takes_them(aftermath: Aftermath):
    """So it is up to the app to live with them; those with dots as folders it cannot ask for."""
    assert len(ALL) >= 200
    assert set(aftermath.statuses.values()) == {HTTPStatus.CREATED}
    left_out = {name for name in DROPPED if name not in aftermath.sources}
    assert left_out == {name for name in DROPPED if {".", ".."} & set(name.split("/"))}


def test_each_name_has_an_id_of_its_own(aftermath: Aftermath):
    """Safe in a path, in a log and in a message, whatever the name is."""
    ids = {id_of(source) for source in aftermath.sources.values()}
    assert all(map(is_import_id, ids))
    assert len(ids) == len(aftermath.sources)


def test_nothing_is_written_but_what_is_each_imports_own(aftermath: Aftermath):
    """Below its id, in the containers of the app, and never where the name points to."""
    ids = {id_of(source) for source in aftermath.sources.values()}
    touched = set()
    for path in set(aftermath.changed) - CONTAINERS:
        own = OWN.fullmatch(path)
        assert own, path
        touched.add(next(filter(None, own.groups())))
    assert touched == ids


def test_each_log_record_is_one_line(aftermath: Aftermath):
    """Without anything that moves a cursor, ends a line or turns a text around."""
    assert len(aftermath.logged) >= len(DROPPED)
    for line in aftermath.logged:
        assert len(line.splitlines()) == 1
        assert line.isprintable()


def test_each_result_is_valid_and_names_the_file_as_it_is(aftermath: Aftermath):
    """In JSON, in which any name can be written."""
    names = set()
    for message_id, event in aftermath.app.results.messages.items():
        record = _archived(aftermath, message_id.partition(":")[0])
        body = json.loads(json.dumps(cloud_event(record, event), ensure_ascii=False).encode())
        result = ImportResult.model_validate(body["data"])
        properties = application_properties(body["data"])
        assert properties["fileName"] == result.file.name == record.source.name
        assert is_import_id(result.import_id)
        assert all(is_import_id(url.split("/")[-2]) for url in result.reports.values())
        names.add(result.file.name)
    assert names == set(aftermath.sources)


def _archived(aftermath: Aftermath, record_id: str) -> ImportRecord:
    state = aftermath.app.service.get_container_client("state")
    (path,) = (
        path.removeprefix("state/")
        for path in aftermath.changed
        if path.startswith("state/done/") and path.endswith(f"/{record_id}.json")
    )
    return ImportRecord.model_validate_json(state.download_blob(path).readall())


def test_what_cannot_be_listed_is_said_and_changes_nothing(aftermath: Aftermath):
    """Control characters make this storage fail at every listing; the poller lists none of it."""
    with LogLines() as lines:
        assert reconcile_device_files(aftermath.app, DEVICE_FILES, "factory-a") == []
        assert poll_import_jobs(aftermath.app, PATIENCE) == []
    said = [line for line in lines.told if line.startswith("device_file.")]
    assert said == [
        "device_file.unlistable service=storage what=device-files why=storage: HttpResponseError"
    ]


def test_a_name_with_nul_breaks_the_listing_and_nothing_else():
    """A file beside it goes its way, and the reconciler says what it cannot see."""
    with serve() as azurite, watched_app(azurite) as app, LogLines() as lines:
        for name in (*REFUSED, "factory-a/x"):
            drop(azurite, name)
            # Storage may refuse to tell of it; then the host is asked for another try.
            with suppress(TryAgain):
                validate_device_file(app, DEVICE_FILES, name, "factory-a")
        poll_import_jobs(app, PATIENCE)
        reconcile_device_files(app, DEVICE_FILES, "factory-a", timedelta())
    told = {event.data["file"]["name"] for event in app.results.messages.values()}
    assert "factory-a/x" in told
    assert all(line.isprintable() for line in lines.told)
    assert any("device_file.unlistable" in line for line in lines.told)


@pytest.mark.parametrize("name", [*REFUSED, *ALL], ids=ascii)
def test_a_name_goes_through_whatever_storage_would_take(name: str):
    """On fakes, which take all: validated, listed, reconciled, and told of when it is dead."""
    world = World()
    with LogLines() as lines:
        world.files.drop(f"factory-a/{name}", b"rubbish")
        tickets = reconcile(world)
        bury_blob_event(
            world,
            json.dumps({"ContainerName": DEVICE_FILES, "BlobName": f"factory-a/{name}"}),
            "factory-a",
        )
        world.poll()
    (event,) = world.results.messages.values()
    assert tickets == []
    assert event.data["file"]["name"] == f"factory-a/{name}"
    assert {path.split("/")[1] for path in world.work.files} == {event.data["importId"]}
    assert all(line.isprintable() for line in lines.told)


def reconcile(world: World) -> list[str]:
    world.clock.move(hours=1)
    return reconcile_device_files(world, DEVICE_FILES, "factory-a")


@pytest.mark.parametrize("name", ["\ud800", "", "..", "../../state/x", *REFUSED])
def test_a_dead_event_may_say_anything(aftermath: Aftermath, name: str):
    """Nothing leaves the last function of all, and what it notes is one line."""
    with LogLines() as lines:
        for container in (DEVICE_FILES, name, "../state", "no-such-container"):
            event = json.dumps({"ContainerName": container, "BlobName": name})
            bury_blob_event(aftermath.app, event, "factory-a")
    assert all(line.isprintable() for line in lines.told)
