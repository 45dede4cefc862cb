"""The Ogmios protocol, v6.14 and v7.0: JSON-RPC 2.0 over WebSocket and HTTP, health, metrics."""
