"""All logic of the app, in floors.

From below: domain; ports; use cases, adapters and settings; azure_ports; bootstrap.
"""
