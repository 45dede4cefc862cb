"""The Kupo protocol, v2.12, over the chain's own record of its outputs."""
