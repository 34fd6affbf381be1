"""Does what messages and blobs say: succeed, fail, hang. All names start with %TEST%."""

import logging
import threading

import azure.functions as func


app = func.FunctionApp()
log = logging.getLogger("work")
NEVER_SET = threading.Event()


@app.queue_trigger(arg_name="message", queue_name="%TEST%-work", connection="")
def work(message: func.QueueMessage) -> None:
    """Do as the message says."""
    match message.get_body().decode():
        case "fail":
            complaint = f"told to fail, try {message.dequeue_count}"
            raise ValueError(complaint)
        case "hang once" if message.dequeue_count == 1:
            log.info("hanging")
            NEVER_SET.wait()
        case "take a second":
            print("not on stdout")  # noqa: T201 - that is the point
            NEVER_SET.wait(1)
        case body:
            log.info("worked on %s", body)


@app.blob_trigger(arg_name="blob", path="%TEST%-blobs/{name}", connection="Files")
def open_blob(blob: func.InputStream) -> None:
    """Fail for some blobs."""
    if blob.name and blob.name.endswith(".bad"):
        complaint = f"cannot open {blob.name}"
        raise ValueError(complaint)
    log.info("opened %s: %s", blob.name, blob.read().decode())
