"""An app without functions."""

import azure.functions as func


app = func.FunctionApp()
