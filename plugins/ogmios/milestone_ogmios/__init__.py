"""The Ogmios client of Milestone: the ``ChainQuery`` port over JSON-RPC on a WebSocket."""
