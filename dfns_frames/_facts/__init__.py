"""What several measures need, computed once for each Frames and kept: who holds what, and past which gate."""
