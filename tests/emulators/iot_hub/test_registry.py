import time
from contextlib import suppress
from threading import Thread

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulators.iot_hub import import_modes
from emulators.iot_hub.export_import_device import parse_line
from emulators.iot_hub.identity import overwritten
from emulators.iot_hub.registry import PAGE, Registry
from tests.emulators.iot_hub.lines import a_line, a_wish, create, found


DEVICES, MODULES = ("a", "B", "a1"), ("", "m", "n")


class RegistryAgainstDict(RuleBasedStateMachine):
    """Whatever is done to it, the registry holds what a dict would hold."""

    def __init__(self):
        super().__init__()
        self.registry = Registry()
        self.model = {}

    def teardown(self):
        self.registry.close()

    @rule(device=st.sampled_from(DEVICES), module=st.sampled_from(MODULES))
    def create_or_update(self, device, module):
        if not module or (device, "") in self.model:
            import_modes.apply(self.registry, a_wish(device, moduleId=module))
            self.model[device, module] = found(self.registry, device, module)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete(self, data):
        device, module = data.draw(st.sampled_from(sorted(self.model)))
        wish = a_wish(device, moduleId=module, importMode="delete")
        import_modes.apply(self.registry, wish)
        gone = {(device, module)} if module else {key for key in self.model if key[0] == device}
        self.model = {key: value for key, value in self.model.items() if key not in gone}

    @rule(device=st.sampled_from(DEVICES))
    def fail_in_a_transaction(self, device):
        with suppress(ZeroDivisionError), self.registry.transaction():
            import_modes.apply(self.registry, a_wish(device, status="disabled"))
            raise ZeroDivisionError

    @invariant()
    def same(self):
        assert list(self.registry) == [self.model[key] for key in sorted(self.model)]
        assert len(self.registry) == self.registry.count("any") == len(self.model)
        assert sum(self.registry.statistics()) == self.registry.count("device")


TestRegistryAgainstDict = RegistryAgainstDict.TestCase
TestRegistryAgainstDict.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_everything_can_be_read_by_pages(registry):
    """More than fits on a page, in order, once each."""
    with registry.transaction():
        for number in range(PAGE + 5):
            create(registry, f"d{number:05}")
    ids = [identity.device_id for identity in registry]
    assert ids == sorted(set(ids))
    assert len(ids) == PAGE + 5


def test_statistics_count_devices_by_status(registry):
    """Modules do not count."""
    create(registry, "on")
    create(registry, "off", status="disabled")
    create(registry, "on", moduleId="m")
    assert registry.statistics() == (1, 1)
    assert (registry.count("device"), registry.count("module")) == (2, 1)


def test_a_registry_in_a_file_outlives_its_process(tmp_path):
    """Closed and opened again, it holds the same, and knows how much that is."""
    path = tmp_path / "hub.sqlite"
    first = Registry(path)
    device = create(first, tags={"a": 1})
    first.close()
    second = Registry(path, limit=1)
    assert list(second) == [device]
    assert len(second) == 1
    second.close()


def test_a_transaction_keeps_other_threads_out(registry):
    """Nobody sees half of a batch."""
    seen = []
    device = create(registry)
    reader = Thread(target=lambda: seen.append(registry.count("device")))
    with registry.transaction():
        reader.start()
        registry.remove(device)
        registry.add(overwritten(device, a_wish()))
        create(registry, "d2")
    reader.join()
    assert seen == [2]


def test_it_takes_lines_fast_enough_for_a_million(registry):
    """50,000 lines in CPU seconds of this thread, so that a busy machine does not matter."""
    lines = [a_line(f"Hub_{number:08}", importMode="create") for number in range(50_000)]
    began = time.thread_time()
    with registry.transaction():
        for line in lines:
            import_modes.apply(registry, parse_line(line))
    assert time.thread_time() - began < 50_000 / 5_000
    assert len(registry) == 50_000
