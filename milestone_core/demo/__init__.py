"""The demonstration: the whole flow, by the real command line, on a devnet of its own."""
