"""`Frames`, and the doors into it: reading, joining, filtering."""
