"""How two looks are compared: what they are of, which things they share, and what differs."""
