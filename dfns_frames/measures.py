"""Tidy aggregates."""
