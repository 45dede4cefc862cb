"""The contract seen from outside: its blueprint, its data, and what oracles sign."""
