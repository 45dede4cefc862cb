"""Faults on purpose, for testing clients: what goes wrong between a server and its client."""
