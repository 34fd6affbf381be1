"""The formats that device files come in. Each streams, and each is told by its content."""
