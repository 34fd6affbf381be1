"""A small stand-in for the Azure Functions host: it polls, invokes, retries and keeps time.

The functions themselves run in Microsoft's own Python runtime, in this process (`worker`).
What is done as in Azure and what is not stands in README.md.
"""
