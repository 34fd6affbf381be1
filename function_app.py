"""Triggers and bindings, nothing else. What each function does is in `shared/use_cases`.

device-files ─▶ validate_device_file ─▶ start-tickets ─▶ start_import_job ─▶ IoT Hub
                                             ▲                                 │
                    import-results ◀─ poll_import_jobs ◀───────────────────────┘

export-requests ─▶ export_devices ─▶ start-tickets; cancel-requests ─▶ cancel_import
What an event or a ticket failed to bring on, `reconcile_device_files` and the poller find.
"""

import typing
from datetime import datetime

import azure.functions as func

from shared import bootstrap
from shared.adapters.blob_reference import BlobReference


app = func.FunctionApp()


@app.blob_trigger(
    arg_name="file",
    path="device-files/{name}",
    connection="DeviceFiles",
    source=func.BlobSource(bootstrap.device_files_source()),
)
@app.queue_output(arg_name="ticket", queue_name="start-tickets", connection="DeviceFiles")
def validate_device_file(file: BlobReference, ticket: func.Out[str]) -> None:
    """A device file was dropped or overwritten."""
    import_id = bootstrap.validate_device_file(file.container, file.name)
    if import_id:
        ticket.set(import_id)


@app.queue_trigger(arg_name="ticket", queue_name="start-tickets", connection="DeviceFiles")
def start_import_job(ticket: func.QueueMessage) -> None:
    """An import may start, if it is its turn."""
    bootstrap.start_import_job(ticket.get_body().decode(errors="replace"))


# The worker reads annotations at run time and takes typing.List only, not list.
@app.timer_trigger(arg_name="timer", schedule="%POLL_SCHEDULE%", run_on_startup=False)
@app.queue_output(arg_name="tickets", queue_name="start-tickets", connection="DeviceFiles")
def poll_import_jobs(
    timer: func.TimerRequest,
    tickets: func.Out[typing.List[str]],  # noqa: UP006
) -> None:
    """Time to look at the jobs, to publish what ended and to repair what stopped."""
    import_ids = bootstrap.poll_import_jobs()
    if import_ids:
        tickets.set(import_ids)


@app.queue_trigger(arg_name="request", queue_name="export-requests", connection="DeviceFiles")
@app.queue_output(arg_name="ticket", queue_name="start-tickets", connection="DeviceFiles")
def export_devices(request: func.QueueMessage, ticket: func.Out[str]) -> None:
    """Someone asks for an export of all devices of a target."""
    body = request.get_body().decode(errors="replace")
    # The types say that both may be missing, as they are when a function puts a message together.
    told = typing.cast("str", request.id), typing.cast("datetime", request.insertion_time)
    export_id = bootstrap.export_devices(*told, body)
    if export_id:
        ticket.set(export_id)


@app.queue_trigger(arg_name="request", queue_name="cancel-requests", connection="DeviceFiles")
def cancel_import(request: func.QueueMessage) -> None:
    """Someone wants an import or export cancelled."""
    bootstrap.cancel_import(request.get_body().decode(errors="replace").strip())


@app.timer_trigger(arg_name="timer", schedule="%RECONCILE_SCHEDULE%", run_on_startup=False)
@app.queue_output(arg_name="tickets", queue_name="start-tickets", connection="DeviceFiles")
def reconcile_device_files(
    timer: func.TimerRequest,
    tickets: func.Out[typing.List[str]],  # noqa: UP006
) -> None:
    """Time to take in the files whose event got lost."""
    import_ids = bootstrap.reconcile_device_files("device-files")
    if import_ids:
        tickets.set(import_ids)


@app.queue_trigger(arg_name="ticket", queue_name="start-tickets-poison", connection="DeviceFiles")
def bury_start_ticket(ticket: func.QueueMessage) -> None:
    """A start ticket was given up by the host."""
    bootstrap.bury_start_ticket(ticket.get_body().decode(errors="replace"))


@app.queue_trigger(
    arg_name="event", queue_name="webjobs-blobtrigger-poison", connection="DeviceFiles"
)
def bury_blob_event(event: func.QueueMessage) -> None:
    """An event of a dropped file was given up by the host."""
    bootstrap.bury_blob_event(event.get_body().decode(errors="replace"))


@app.queue_trigger(
    arg_name="request", queue_name="export-requests-poison", connection="DeviceFiles"
)
def bury_export_request(request: func.QueueMessage) -> None:
    """A request for an export was given up by the host."""
    told = typing.cast("str", request.id), request.get_body().decode(errors="replace")
    bootstrap.bury_export_request(*told)


@app.queue_trigger(
    arg_name="request", queue_name="cancel-requests-poison", connection="DeviceFiles"
)
def bury_cancel_request(request: func.QueueMessage) -> None:
    """A request to cancel was given up by the host."""
    told = typing.cast("str", request.id), request.get_body().decode(errors="replace").strip()
    bootstrap.bury_cancel_request(*told)
