"""The command line for operators. Not deployed; talks to storage and queues like any client."""
