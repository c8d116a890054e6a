"""The shell: arguments in, text and files out. The only place that prints."""

from dfns_frames.cli.command_line import main

__all__ = ["main"]
