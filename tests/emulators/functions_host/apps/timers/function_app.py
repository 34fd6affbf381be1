"""Timers that tell when they run."""

import logging

import azure.functions as func


app = func.FunctionApp()
log = logging.getLogger("timers")


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
def tick(timer: func.TimerRequest) -> None:
    """Run every second, and fail each time."""
    complaint = f"ticked, past due: {timer.past_due}"
    raise ValueError(complaint)


@app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%", run_on_startup=False)
def sometimes(timer: func.TimerRequest) -> None:
    """Run when the settings say."""
    status = timer.schedule_status  # type: ignore[attr-defined] # the declared class lacks it
    log.info("ran, past due: %s, next: %s", timer.past_due, status.get("Next"))


@app.timer_trigger(
    arg_name="timer", schedule="0 0 0 30 2 *", run_on_startup=True, use_monitor=False
)
def at_start(timer: func.TimerRequest) -> None:
    """Run at the start only: there is no 30 February."""
    status = timer.schedule_status  # type: ignore[attr-defined] # the declared class lacks it
    log.info("started, past due: %s, status: %s", timer.past_due, status)
