"""Entities, messages, locks, and tokens: pure state under an injected clock, without a socket."""
