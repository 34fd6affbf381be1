"""All logic of the app, in floors: domain, ports, use cases | adapters | settings, bootstrap."""
