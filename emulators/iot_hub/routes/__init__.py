"""The hub's REST API, one module for each kind of resource. They translate; the rest decides."""
