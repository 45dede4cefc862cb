"""The ledger without a chain: verdicts on single transactions and on whole vectors."""
