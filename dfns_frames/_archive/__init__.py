"""What was kept, and the questions asked of it: what changed between two looks, and since when."""
