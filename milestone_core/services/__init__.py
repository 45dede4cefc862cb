"""The use cases, one module per user story, over the ports and nothing more concrete."""
