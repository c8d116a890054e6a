"""Rules, and what they find: from tables and measures to the tables `findings`, `rules` and `settings`."""
