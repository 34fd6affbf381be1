"""The only place that knows an SDK. One module per outside system."""
