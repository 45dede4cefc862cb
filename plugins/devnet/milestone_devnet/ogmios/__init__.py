"""The Ogmios protocol, v7.0: JSON-RPC 2.0 over WebSocket, and GET /health."""
