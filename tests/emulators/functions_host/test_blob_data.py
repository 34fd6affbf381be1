"""What a function gets to see of a blob, where a process is not needed to see it."""

import json

import pytest
from azure.storage.blob import BlobClient

from emulators.functions_host.blob_data import (
    LARGEST_CONTENT,
    ContentTooLarge,
    content,
    metadata,
    reference,
)


def test_the_hosts_own_account_is_named_in_a_reference():
    """A binding without connection means AzureWebJobsStorage, and says so."""
    sent = reference("", "drop", "in/a.csv").value
    assert json.loads(sent.content) == {
        "Connection": "AzureWebJobsStorage",
        "ContainerName": "drop",
        "BlobName": "in/a.csv",
    }


def test_content_that_a_worker_cannot_take_is_refused_before_it_is_read():
    """The message says how large it is and what to do."""
    blob = BlobClient("http://127.0.0.1:1/account", "drop", "huge.csv")
    with pytest.raises(ContentTooLarge, match=r"drop/huge.csv has 2147483648 bytes.* SDK type"):
        content(blob, LARGEST_CONTENT + 1)


def test_names_of_the_path_go_before_the_hosts_own(storage):
    """A path with `{BlobTrigger}` in it gets what it stands for."""
    blob = storage.container("drop").upload_blob("a b.csv", b"1")
    said = metadata(blob, blob.get_blob_properties(), {"name": "a b", "BlobTrigger": "mine"})
    assert said["name"].value == "a b"
    assert said["BlobTrigger"].value == "mine"
    assert json.loads(said["Uri"].value).endswith("/a%20b.csv")
    properties = json.loads(said["Properties"].value)
    assert (properties["ContentLength"], properties["BlobType"]) == (1, "BlockBlob")
