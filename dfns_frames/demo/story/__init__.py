"""What the demo organisation is made of: data only."""
