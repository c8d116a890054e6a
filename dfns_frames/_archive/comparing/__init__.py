"""How two snapshots are compared: what they are of, which things they share, and what differs."""
