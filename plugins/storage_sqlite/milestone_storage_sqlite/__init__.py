"""Storage for Milestone: documents in one SQLite file."""
