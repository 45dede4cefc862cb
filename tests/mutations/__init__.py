"""Every rule of the contract broken by otherwise healthy transactions, on the devnet's ledger."""
