"""The worker is killed at the two moments at which doing a thing again would do harm."""

import pytest

from tests.builders import a_file, a_line
from tests.e2e.journey import Journey
from tests.waiting import until


def test_killed_between_the_post_and_its_answer(journey: Journey):
    """The hub has the job, nobody knows its id: after a restart it is adopted, not repeated."""
    hub = journey.hub()
    posts, jobs = hub.posts(), len(hub("GET", "/jobs"))
    hub.break_next_start("hang")
    name = journey.drop(a_file(a_line("orphan", importMode="create")))
    until(lambda: hub.posts() == posts + 1, "the POST arrived")
    assert journey.state(name) == "starting"
    journey.stack.services["functions_host"].kill()
    journey.stack.start_functions_host()
    result = journey.result(name)
    # A second job would have failed: the device exists after the first.
    assert (result["status"], result["counts"]["applied"]) == ("completed", 1)
    assert hub.posts() == posts + 1
    assert len(hub("GET", "/jobs")) == jobs + 1


@pytest.mark.parametrize("action", ["reset", "truncate", "html"])
def test_a_broken_answer_is_no_second_job(journey: Journey, action: str):
    """The job is found by what the hub shows, and there is one POST."""
    hub = journey.hub()
    posts = hub.posts()
    hub.break_next_start(action)
    result = journey.result(journey.drop(a_file(a_line(f"lost-{action}", importMode="create"))))
    assert (result["status"], result["counts"]["applied"]) == ("completed", 1)
    assert hub.posts() == posts + 1


def test_killed_between_sending_a_result_and_noting_it(journey: Journey):
    """It is sent again under the same id, which the queue drops: one message."""
    before = journey.bus_statistics()
    journey.tell_bus("hold-acks")
    name = journey.drop(a_file(a_line("told-once")))
    accepted = before["accepted"] + 1
    until(lambda: journey.bus_statistics()["accepted"] == accepted, "the queue has the result")
    journey.stack.services["functions_host"].kill()
    journey.tell_bus("release-acks")
    journey.stack.start_functions_host()
    until(lambda: journey.state(name) == "", "the record is archived")
    after = journey.bus_statistics()
    assert after["duplicates"] > before["duplicates"]
    assert len(journey.results[name]) == 1
