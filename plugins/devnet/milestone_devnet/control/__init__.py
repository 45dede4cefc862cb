"""The devnet's own small HTTP API, on the loopback interface: fund, advance, status."""
