"""Transactions, built exactly as the ledger will judge them, from values and over the ports."""
