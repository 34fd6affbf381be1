"""The real use cases and adapters in a world of our own, with every fault that it can have.

Only what is outside is made up: the clients of the SDKs, the hub, the queue and the clock.
"""
