"""Blob to queue to queue, through a host process and Azurite."""

import base64
import json

import pytest

from tests.emulators.functions_host.running import Storage, messages, running_host


def decoded(queue):
    return [base64.b64decode(text) for text in messages(queue)]


@pytest.fixture(scope="module")
def chain(azurite):
    """Run the app once, with blobs that lie there already."""
    storage = Storage(azurite.connection_string, "chain")
    storage.container("files").upload_blob("deep/down/a b.csv", b"1")
    texts = storage.container("texts")
    texts.upload_blob("in/greeting.txt", "grüß dich".encode(), metadata={"from": "me"})
    texts.upload_blob("out/greeting.txt", b"in another folder")
    with running_host("chain", storage.settings) as host:
        yield host, storage
    storage.close()


def test_the_ready_line_names_the_functions_and_their_triggers(chain):
    """Whoever started the host knows that indexing went well, and what there is."""
    host, _ = chain
    assert host.ready == {
        "functions": {
            "take_reference": "blobTrigger",
            "take_content": "blobTrigger",
            "hop": "queueTrigger",
            "fan_out": "queueTrigger",
        }
    }


def test_an_sdk_type_gets_a_reference_in_place_of_the_content(chain):
    """Version, source and content are those that the real host sends."""
    host, storage = chain
    host.wait_for("take_reference succeeded")
    (message,) = decoded(storage.queue("references"))
    assert json.loads(message) == {
        "Version": "1.0",
        "Source": "AzureStorageBlobs",
        "Type": "application/json",
        "Connection": "Files",
        "ContainerName": "chain-files",
        "BlobName": "deep/down/a b.csv",
        "Trigger": "chain-files/deep/down/a b.csv",
    }


def test_a_blob_hops_over_two_queues(chain):
    """Content, properties and trigger metadata all arrive; the last queue was made on the way."""
    host, storage = chain
    host.wait_for("hop succeeded")
    (message,) = decoded(storage.queue("last-hop"))
    said = json.loads(message)
    assert said["name"] == "chain-texts/in/greeting.txt"
    assert said["uri"] == f"{storage.blobs.url}chain-texts/in/greeting.txt"
    assert said["length"] == len("grüß dich".encode())
    assert said["metadata"] == {"from": "me"}
    assert said["content"] == "grüß dich"
    assert said["tries"] == 1
    assert said["id"]
    assert said["receipt"]
    assert all(time.endswith("+00:00") for time in said["times"])
    assert messages(storage.queue("first-hop")) == []


def test_json_is_written_anew_as_the_real_host_does(chain):
    """A hash over the body would not survive an output binding: it comes out indented."""
    host, storage = chain
    host.wait_for("take_reference succeeded")
    (message,) = decoded(storage.queue("references"))
    assert message.startswith(b'{\n  "Version": "1.0",\n')


def test_a_blob_that_does_not_match_the_path_is_left_alone(chain):
    """Only one of the two texts is below `in/`."""
    host, _ = chain
    assert len(host.wait_for("take_content started")) == 1


def test_an_array_becomes_one_message_per_element_and_bytes_stay_bytes(chain):
    """Both outputs go out after the function returned."""
    host, storage = chain
    storage.queue("fan-in").send_message(base64.b64encode(b"one\ntwo").decode())
    host.wait_for("fan_out succeeded")
    assert decoded(storage.queue("lines")) == [b"one", b"two"]
    assert decoded(storage.queue("raw")) == [b"\x00\xffone\ntwo"]


def test_event_grid_is_replaced_aloud(chain):
    """The log tells once that the container is scanned instead."""
    host, _ = chain
    assert len(host.wait_for("take_reference: there is no Event Grid here")) == 1


def test_functions_log_on_one_line_with_their_level(chain):
    """What functions log and print is on stderr, and a line break does not break the line."""
    host, _ = chain
    host.wait_for(r"WARNING chain: hopping \| in two lines$")
    host.wait_for("^printed$")


def test_no_message_body_is_in_the_log(chain):
    """Bodies may hold secrets."""
    host, _ = chain
    host.wait_for("hop succeeded")
    assert not [line for line in host.lines if "grüß" in line or "receipt" in line]
