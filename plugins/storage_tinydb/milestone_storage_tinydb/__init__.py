"""Storage for Milestone: documents in one JSON file, through TinyDB."""
