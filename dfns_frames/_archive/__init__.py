"""Snapshots, kept or just read, and the questions asked of them: what changed, and since when."""
