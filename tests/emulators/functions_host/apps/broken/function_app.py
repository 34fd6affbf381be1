"""An app that the worker refuses: the function has a parameter too many."""

import azure.functions as func


app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="work", connection="")
def work(message: func.QueueMessage, surplus: str) -> None:
    """Never run."""
