"""Deployments are data: what is to be done is said as steps, and only `runner` does it."""
