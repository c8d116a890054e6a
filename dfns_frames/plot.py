"""Stub."""


class Plot:
    def __init__(self, frames):
        self.frames = frames
