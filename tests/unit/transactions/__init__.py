"""Building transactions, judged by the devnet's ledger rules."""
