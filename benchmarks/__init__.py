"""Speed and memory of dfns-frames beside every other way to the same frames: ``python -m benchmarks``."""
