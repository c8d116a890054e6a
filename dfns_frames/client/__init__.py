"""Ask the API: one method per source, and one for the whole organisation."""

from dfns_frames.client.client import Client

__all__ = ["Client"]
