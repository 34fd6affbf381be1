"""An app with a trigger that the local host does not have."""

import azure.functions as func


app = func.FunctionApp()


@app.route(route="status")
def status(req: func.HttpRequest) -> str:
    """Never run."""
    return str(req.url)
