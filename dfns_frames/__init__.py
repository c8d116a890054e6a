"""Dfns personal access tokens and their permissions, as tidy pandas DataFrames.

>>> import dfns_frames as dff
>>> pats = dff.demo.client().pats()  # doctest: +SKIP
>>> pats.tokens  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dfns_frames import demo as demo
    from dfns_frames import measures as measures
    from dfns_frames._api.catalogue import operations as operations
    from dfns_frames._archive.archive import Archive as Archive
    from dfns_frames._archive.compare import compare as compare
    from dfns_frames._facts.dictionary import dictionary as dictionary
    from dfns_frames.audit.catalogue import rules as rules
    from dfns_frames.client import Client as Client
    from dfns_frames.errors import ApiError as ApiError
    from dfns_frames.errors import AuthenticationError as AuthenticationError
    from dfns_frames.errors import ConfigurationError as ConfigurationError
    from dfns_frames.errors import DfnsFramesError as DfnsFramesError
    from dfns_frames.errors import DriftWarning as DriftWarning
    from dfns_frames.errors import MissingTableError as MissingTableError
    from dfns_frames.errors import NetworkError as NetworkError
    from dfns_frames.errors import PermissionDeniedError as PermissionDeniedError
    from dfns_frames.errors import Problem as Problem
    from dfns_frames.errors import RateLimitError as RateLimitError
    from dfns_frames.errors import ResponseError as ResponseError
    from dfns_frames.errors import SchemaError as SchemaError
    from dfns_frames.errors import ServerError as ServerError
    from dfns_frames.errors import SourceWarning as SourceWarning
    from dfns_frames.export import write as write
    from dfns_frames.frames.container import Frames as Frames
    from dfns_frames.frames.joining import concat as concat
    from dfns_frames.frames.saved import read as read

# Where each public name lives. They are imported on use, so that `dfns-frames --help` costs no pandas.
_HOMES = {
    "ApiError": "errors",
    "Archive": "_archive.archive",
    "AuthenticationError": "errors",
    "Client": "client",
    "ConfigurationError": "errors",
    "DfnsFramesError": "errors",
    "DriftWarning": "errors",
    "Frames": "frames.container",
    "MissingTableError": "errors",
    "NetworkError": "errors",
    "PermissionDeniedError": "errors",
    "Problem": "errors",
    "RateLimitError": "errors",
    "ResponseError": "errors",
    "SchemaError": "errors",
    "ServerError": "errors",
    "SourceWarning": "errors",
    "compare": "_archive.compare",
    "concat": "frames.joining",
    "demo": "",
    "dictionary": "_facts.dictionary",
    "measures": "",
    "operations": "_api.catalogue",
    "read": "frames.saved",
    "rules": "audit.catalogue",
    "write": "export",
}

__all__ = [
    *_HOMES,
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        # Loaded here alone, as it takes pandas; whoever only asks whether there is a private name needs none.
        private = name.startswith("_")
        hints = None if private else import_module(f"{__name__}._hints")
        owner = f"module {__name__!r}"
        raise (
            hints.no_attribute(owner, name, _HOMES)
            if hints
            else AttributeError(f"{owner} has no attribute {name!r}")
        )
    home = _HOMES[name]
    value = (
        getattr(import_module(f"{__name__}.{home}"), name) if home else import_module(f"{__name__}.{name}")
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
