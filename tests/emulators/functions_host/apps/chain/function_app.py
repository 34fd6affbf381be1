"""Blobs start it, and messages hop on from queue to queue. All names start with %TEST%."""

import json
import logging
from typing import Any

import azure.functions as func
from azurefunctions.extensions.base import Datum, InConverter, SdkType


app = func.FunctionApp()
log = logging.getLogger("chain")


class BlobReference(SdkType):
    """What the host says of a blob, in place of its content."""

    def __init__(self, *, data: dict[str, Any]) -> None:
        super().__init__(data=data)
        self.said = data

    def get_sdk_type(self) -> None:
        """Nothing needs it here."""


class BlobReferenceConverter(InConverter, binding="blob", trigger="blobTrigger"):
    """Makes the worker declare that it takes references."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        return issubclass(pytype, BlobReference)

    @classmethod
    def has_implicit_output(cls) -> bool:
        return False

    @classmethod
    def decode(cls, data: Datum, *, trigger_metadata: Any, pytype: Any = None) -> BlobReference:  # noqa: ARG003 - so the worker calls it
        sent = data.value
        kind = {"Version": sent.version, "Source": sent.source, "Type": sent.content_type}
        trigger = trigger_metadata["BlobTrigger"].value
        return BlobReference(data=kind | json.loads(sent.content) | {"Trigger": trigger})


@app.blob_trigger(
    arg_name="blob",
    path="%TEST%-files/{name}",
    connection="Files",
    source=func.BlobSource.EVENT_GRID,
)
@app.queue_output(arg_name="seen", queue_name="%TEST%-references", connection="Files")
def take_reference(blob: BlobReference, seen: func.Out[str]) -> None:
    """Tell what a function that asks for a reference is given."""
    seen.set(json.dumps(blob.said))


@app.blob_trigger(arg_name="blob", path="%TEST%-texts/in/{name}.txt", connection="")
@app.queue_output(arg_name="seen", queue_name="%TEST%-first-hop", connection="")
def take_content(blob: func.InputStream, seen: func.Out[str]) -> None:
    """Tell what a function that asks for the content is given."""
    metadata = blob.metadata  # type: ignore[attr-defined] # the declared class lacks it
    said = {"name": blob.name, "uri": blob.uri, "length": blob.length, "metadata": metadata}
    seen.set(json.dumps(said | {"content": blob.read().decode()}))


@app.queue_trigger(arg_name="message", queue_name="%TEST%-first-hop", connection="")
@app.queue_output(arg_name="$return", queue_name="%TEST%-LAST-hop", connection="")
async def hop(message: func.QueueMessage) -> str:
    """Pass a message on, with what the host says of it."""
    log.warning("hopping\nin two lines")
    print("printed")  # noqa: T201 - that is the point
    times = [message.insertion_time, message.expiration_time, message.time_next_visible]
    said = {"id": message.id, "tries": message.dequeue_count, "receipt": message.pop_receipt}
    body = json.loads(message.get_body())
    return json.dumps(body | said | {"times": [str(time) for time in times]})


@app.queue_trigger(arg_name="message", queue_name="%TEST%-fan-in", connection="")
@app.queue_output(arg_name="lines", queue_name="%TEST%-lines", connection="")
@app.queue_output(arg_name="raw", queue_name="%TEST%-raw", connection="")
def fan_out(message: func.QueueMessage, lines: func.Out[str], raw: func.Out[bytes]) -> None:
    """Put out a JSON array, and bytes."""
    lines.set(json.dumps(message.get_body().decode().splitlines()))
    raw.set(b"\x00\xff" + message.get_body())
