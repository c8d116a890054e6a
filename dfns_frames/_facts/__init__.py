"""What several measures and outputs need, each worked out in one place."""
