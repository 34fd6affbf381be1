"""A Service Bus namespace on loopback: AMQP 1.0 for the unmodified SDK, state in memory."""
