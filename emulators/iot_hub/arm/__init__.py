"""Azure Resource Manager's face of the hubs: the management plane, beside each hub's own API."""
