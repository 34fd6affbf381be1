"""What happens when functions fail, hang or are killed, through host processes and Azurite."""

import base64
import json
import signal

import pytest

from tests.emulators.functions_host.running import messages, running_host


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def work(storage):
    """Return the queue that the app listens to."""
    queue = storage.queue("work")
    queue.create_queue()
    return queue


def test_a_message_that_keeps_failing_goes_to_the_poison_queue(storage, work):
    """After maxDequeueCount tries it is there, as it was, and nowhere else."""
    work.send_message(encoded("fail"))
    with running_host("work", storage.settings) as host:
        host.wait_for("moved to .*-work-poison")
        host.wait_for("work failed after .* ms: ValueError: told to fail, try 3$")
        host.process.send_signal(signal.SIGTERM)
        assert len([line for line in host.log().splitlines() if "work started" in line]) == 3
    assert messages(storage.queue("work-poison")) == [encoded("fail")]
    assert work.get_queue_properties().approximate_message_count == 0


def test_a_message_that_is_not_base64_goes_to_the_poison_queue_at_once(storage, work):
    """A producer that forgot to encode finds its message where failures are, uncalled."""
    work.send_message("plain")
    with running_host("work", storage.settings) as host:
        host.wait_for("not in the message encoding that host.json names")
        host.wait_for("moved to .*-work-poison")
        host.process.send_signal(signal.SIGTERM)
        assert "work started" not in host.log()
    assert messages(storage.queue("work-poison")) == ["plain"]


def test_host_json_can_say_that_messages_are_plain(storage, work):
    """`messageEncoding: none`, here by an app setting that overrides host.json."""
    work.send_message("plain")
    override = {"AzureFunctionsJobHost__extensions__queues__messageEncoding": "none"}
    with running_host("work", storage.settings | override) as host:
        host.wait_for("INFO work: worked on plain")


def test_a_message_of_a_killed_host_comes_back(storage, work):
    """It returns when its hidden time is over, and counts as another try."""
    work.send_message(encoded("hang once"))
    with running_host("work", storage.settings, "--hidden-seconds", "2") as host:
        host.wait_for("INFO work: hanging")
        host.process.kill()
    with running_host("work", storage.settings) as host:
        host.wait_for("INFO work: worked on hang once")
        host.wait_for("queue .*-work, try 2")


def test_a_running_function_may_end_before_the_host_does(storage, work):
    """After SIGTERM nothing new is begun; what runs is done and its message deleted."""
    work.send_message(encoded("take a second"))
    with running_host("work", storage.settings) as host:
        host.wait_for("work started")
        host.process.send_signal(signal.SIGTERM)
        assert "work succeeded" in host.log()
        assert host.process.returncode == 0
        assert host.rest_of_stdout() == ""
    assert work.get_queue_properties().approximate_message_count == 0


def test_a_function_that_does_not_end_is_left_behind(storage, work):
    """The host ends all the same, with 0, and says that messages come back."""
    work.send_message(encoded("hang once"))
    with running_host("work", storage.settings, "--grace-seconds", "0.2") as host:
        host.wait_for("INFO work: hanging")
        host.process.send_signal(signal.SIGINT)
        assert "their messages come back by themselves" in host.log()
        assert host.process.returncode == 0
    assert work.get_queue_properties().approximate_message_count == 1


def test_each_version_of_a_blob_is_seen_once(storage):
    """Neither another scan nor another start repeats a version; an overwrite is a new one."""
    container = storage.container("blobs")
    container.upload_blob("a.txt", b"first")
    with running_host("work", storage.settings) as host:
        host.wait_for("opened .*/a.txt: first")
        container.upload_blob("b.txt", b"scanned after the first")
        host.wait_for("opened .*/b.txt")
        host.process.kill()
    with running_host("work", storage.settings) as host:
        container.upload_blob("a.txt", b"second", overwrite=True)
        host.wait_for("opened .*/a.txt: second")
        host.process.send_signal(signal.SIGTERM)
        assert len([line for line in host.log().splitlines() if "open_blob started" in line]) == 1
    receipts = [name.split("/", 4) for name in storage.host_blobs() if storage.name in name]
    assert sorted((receipt[0], receipt[2], receipt[4]) for receipt in receipts) == [
        ("blobreceipts", "Host.Functions.open_blob", f"{storage.name}-blobs/{name}.txt")
        for name in "aab"
    ]


def test_a_blob_that_keeps_failing_is_told_of_in_the_poison_queue(storage):
    """After poisonBlobThreshold tries; the message says which version of which blob it was."""
    container = storage.container("blobs")
    etag = container.upload_blob("a.bad", b"1").get_blob_properties().etag
    with running_host("work", storage.settings) as host:
        host.wait_for("moved to webjobs-blobtrigger-poison")
        assert len(host.wait_for("open_blob failed")) == 2
    poison = storage.queues.get_queue_client("webjobs-blobtrigger-poison")
    assert [json.loads(base64.b64decode(text)) for text in messages(poison)] == [
        {
            "FunctionId": "Host.Functions.open_blob",
            "BlobType": "BlockBlob",
            "ContainerName": f"{storage.name}-blobs",
            "BlobName": "a.bad",
            "ETag": etag.strip('"'),
        }
    ]


def test_messages_about_versions_that_are_gone_are_dropped(storage):
    """Nothing is opened for a blob that was deleted or written anew, or whose function went."""
    container = storage.container("blobs")
    container.upload_blob("a.txt", b"new")
    about = {"FunctionId": "Host.Functions.open_blob", "BlobType": "BlockBlob", "ETag": "0x1"}
    about |= {"ContainerName": container.container_name, "BlobName": "a.txt"}
    queue = storage.queues.create_queue(f"azure-webjobs-blobtrigger-{storage.name}")
    for changes in ({}, {"BlobName": "deleted.txt"}, {"FunctionId": "Host.Functions.gone"}):
        queue.send_message(encoded(json.dumps(about | changes)))
    queue.send_message("no message of ours")
    with running_host("work", storage.settings) as host:
        host.wait_for("blob .*-blobs/.*.txt was deleted or written anew: dropped", times=2)
        host.wait_for("is for no function of this app: dropped", times=2)
        host.wait_for("opened .*: new")
        host.process.send_signal(signal.SIGTERM)
        assert len([line for line in host.log().splitlines() if "open_blob started" in line]) == 1
    assert queue.get_queue_properties().approximate_message_count == 0


def test_a_container_that_comes_later_is_found(storage):
    """The host does not make it, and does not complain."""
    with running_host("work", storage.settings, "--log-level", "debug") as host:
        host.wait_for("container .*-blobs does not exist yet")
        storage.container("blobs").upload_blob("late.txt", b"here")
        host.wait_for("opened .*/late.txt: here")
