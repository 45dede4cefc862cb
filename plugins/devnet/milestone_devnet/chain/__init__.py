"""The chain: blocks, mempool, state and its file."""
