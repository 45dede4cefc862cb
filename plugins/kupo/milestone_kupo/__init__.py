"""The Kupo client of Milestone: the ``UtxoLookup`` port over HTTP."""
