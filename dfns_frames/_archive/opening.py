"""Opening an archive: make the folder, or refuse one that is something else or of a newer version."""

from __future__ import annotations

import errno
import json
from pathlib import Path

from dfns_frames._archive.layout import FORMAT, MARKER, SNAPSHOTS, STAGING
from dfns_frames._files import StrPath, new_file, refuse_empty
from dfns_frames.errors import ConfigurationError, ResponseError

_ABOUT = (
    "An archive of dfns-frames. Each folder look=… in snapshots/ is what to_parquet() writes, and nothing in "
    "it ever changes. Whatever is in staging/ is not yet, or no longer, part of the archive."
)

MARKER_REMEDY = (
    "If no newer version of dfns-frames wrote to the archive, write "
    f'{{"format": {FORMAT}}} into that file, then call check()'
)


def opened(folder: StrPath) -> Path:
    """Return the folder of an archive; make it where there is none.

    Raises
    ------
    ConfigurationError
        It holds something else, or was written by a newer version.
    ResponseError
        Its marker is damaged.
    OSError
        It is a file, or cannot be written.
    """
    refuse_empty(folder, "folder")
    try:
        place = Path(folder).expanduser().resolve()
    except RuntimeError:
        raise ConfigurationError(f"{str(folder)!r} begins with a home folder that does not exist") from None
    except ValueError:
        raise ConfigurationError(f"{str(folder)!r} cannot be the name of a folder") from None
    if place.exists() and not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "this is a file; an archive is a folder", str(folder))
    if not (place / MARKER).exists():
        _begin(place)
    _check_format(place)
    return place


def _begin(place: Path) -> None:
    """Make a new archive; the marker first, so that a folder with anything else and no marker is foreign."""
    if place.exists():
        others = sorted(path.name for path in place.iterdir() if not path.name.startswith("."))
        # Another process may have made it an archive since we looked for the marker.
        if others and not (place / MARKER).exists():
            if {*others} <= {SNAPSHOTS, STAGING}:
                raise ConfigurationError(f"{str(place)!r} has lost its {MARKER}. {MARKER_REMEDY}")
            raise ConfigurationError(
                f"{str(place)!r} is not an archive: it has no {MARKER}, but holds {', '.join(others[:3])}"
                f"{', …' * (len(others) > 3)}; name an archive, an empty folder, or a new one"
            )
    with new_file(place / MARKER, suffix=".json", overwrite=True) as file:
        file.write(json.dumps({"format": FORMAT, "about": _ABOUT}, indent=2).encode())
    for name in (SNAPSHOTS, STAGING):
        (place / name).mkdir(exist_ok=True)


def _check_format(place: Path) -> None:
    marker = place / MARKER
    try:
        found = json.loads(marker.read_bytes())["format"]
        newer = found > FORMAT
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ResponseError(
            f"{str(marker)!r} is damaged, but the snapshots may be fine. {MARKER_REMEDY}"
        ) from None
    if newer:
        raise ConfigurationError(
            f"the archive {str(place)!r} has format {found}, and this version of dfns-frames reads up to "
            f"{FORMAT}; install a newer version"
        )
