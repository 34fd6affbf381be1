"""One fake for each port, with state. tests/contract holds them to the promises of the ports."""
