"""Graph's REST API, and the orders of tests."""
