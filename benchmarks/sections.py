"""What is measured: each section is a function that returns its lines, the first being the yardstick."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec

from benchmarks.abilities import ABILITIES
from benchmarks.archives import ARCHIVES, TOKENS
from benchmarks.contenders import CONTENDERS
from benchmarks.data import response
from benchmarks.measuring import Line, commands, in_turns
from benchmarks.organisation import serving as serving_organisation
from benchmarks.outputs import WRITERS
from benchmarks.outputs import charts as known_charts
from benchmarks.server import certified, serving

_GROWTH = (1_000, 10_000, 100_000, 1_000_000)
_WRITTEN = 8_400  # some 200,000 operations; the other workbook writers need a minute for them
_AUDITED = (5_000, 100_000)
_PAGES = 100
_LARGE = 84_000  # some 2 million, beyond what a sheet can hold


def frames(size: int, rounds: int) -> list[Line]:
    """Measure a saved response to three frames, against the other ways."""
    place = str(response(size))
    names = [name for name in CONTENDERS if "HTTP" not in name and name != "ours, from memory"]
    return _same_rows(in_turns([(name, name, place) for name in names], rounds))


def http(size: int, rounds: int) -> list[Line]:
    """Measure an answer over HTTP on the loopback to three frames."""
    path = response(size)
    sdk = "vendor's SDK + json_normalize, from HTTP"
    with serving(path) as url:
        jobs = [
            ("ours, from memory", "ours, from memory", str(path)),
            ("ours, HTTP", "ours, from HTTP", f"{url}/plain"),
            ("ours, HTTP with gzip", "ours, from HTTP", f"{url}/gzip"),
            ("vendor's SDK + json_normalize, HTTP", sdk, f"{url}/plain"),
            ("vendor's SDK + json_normalize, HTTP with gzip", sdk, f"{url}/gzip"),
            ("body alone (requests), HTTP", "floor: body alone, from HTTP", f"{url}/plain"),
            ("body alone (requests), HTTP with gzip", "floor: body alone, from HTTP", f"{url}/gzip"),
        ]
        return _same_rows(in_turns(jobs, rounds))


def pages(size: int, rounds: int) -> list[Line]:
    """Measure a list of one item a page: a connection kept for all, and one for each."""
    path = response(size)
    with certified() as certificate, serving(path) as url, serving(path, certificate) as tls:
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
        jobs = [
            ("TLS, connection kept", "ours, pages from HTTP", f"{tls}/kept"),
            ("TLS, a connection a page", "ours, pages from HTTP", f"{tls}/closed"),
            ("TLS, connection kept, requests alone", "floor: pages alone, from HTTP", f"{tls}/kept"),
            ("connection kept", "ours, pages from HTTP", f"{url}/kept"),
            ("a connection a page", "ours, pages from HTTP", f"{url}/closed"),
            ("connection kept, requests alone", "floor: pages alone, from HTTP", f"{url}/kept"),
        ]
        lines = _same_rows(in_turns(jobs, 3 * rounds))
        del os.environ["REQUESTS_CA_BUNDLE"]
    for line in lines:
        if line.seconds:
            line.note = f"{line.note} ({line.best / size * 1e3:,.2f} ms a page)".strip()
    return lines


def organisation(_: int, rounds: int) -> list[Line]:
    """Measure a whole organisation, which takes some 450 requests, on the loopback."""
    with serving_organisation() as url:
        return in_turns([("organization()", "ours, organisation from HTTP", url)], rounds)


def imports(_: int, rounds: int) -> list[Line]:
    """Measure importing; the whole process, from start to exit."""
    return commands(
        {
            "import pandas, pyarrow": ["-c", "import pandas, pyarrow"],
            "import dfns_frames (loads its parts on use)": ["-c", "import dfns_frames"],
            "from dfns_frames import read": ["-c", "from dfns_frames import read"],
            "from dfns_frames import Client, read": ["-c", "from dfns_frames import Client, read"],
        },
        3 * rounds,
    )


def shell(_: int, rounds: int) -> list[Line]:
    """Measure asking the shell command for help; the whole process."""
    if find_spec("dfns_frames.cli") is None:
        return []
    return commands(
        {"python -c pass": ["-c", "pass"], "dfns-frames --help": ["-m", "dfns_frames", "--help"]}, 3 * rounds
    )


def growth(_: int, rounds: int) -> list[Line]:
    """Measure ours on ever larger responses; the largest is 1.2 GB."""
    paths = {size: response(size) for size in _GROWTH}
    lines = in_turns([(f"{size:,} tokens", "ours", str(path)) for size, path in paths.items()], rounds)
    for line, (size, path) in zip(lines, paths.items(), strict=True):
        if line.seconds:
            per_token = f"{line.best / size * 1e6:,.2f} µs a token"
            line.note = f"({per_token}, peak {(line.peak or 0) / path.stat().st_size:.2f} x body)"
    return lines


def writers(size: int, rounds: int) -> list[Line]:
    """Measure writing frames to files, each beside pandas."""
    return in_turns([(name, name, str(response(size))) for name in WRITERS], rounds)


def large_files(size: int, rounds: int) -> list[Line]:
    """Measure writing more than a sheet can hold, twice at most."""
    ours = [name for name in WRITERS if "ours" in name]
    return in_turns([(name, name, str(response(size))) for name in ours], min(rounds, 2))


def charts(size: int, rounds: int) -> list[Line]:
    """Measure drawing and saving each chart."""
    return in_turns([(name, name, str(response(size))) for name in known_charts()], rounds)


def compare(_: int, rounds: int) -> list[Line]:
    """Measure what changed between two looks, both read before."""
    lines = [(f"{size:,} tokens", "compare", str(response(size))) for size in (1_000, 100_000)]
    return in_turns(lines, rounds)


def audits(_: int, rounds: int) -> list[Line]:
    """Measure an audit of a large organisation and of a provider's, their lists read before."""
    sizes = {f"{size:,} tokens": size for size in _AUDITED}
    return in_turns([(label, "audit", str(response(size))) for label, size in sizes.items()], rounds)


def abilities(_: int, rounds: int) -> list[Line]:
    """Measure who can do what in a large organisation and in a provider's, their lists read before."""
    jobs = [
        (f"{name}, {size:,} tokens", name, str(response(size))) for size in _AUDITED for name in ABILITIES
    ]
    return in_turns(jobs, rounds)


def archive(size: int, rounds: int) -> list[Line]:
    """Measure keeping one look, and asking a year of daily looks, which are made first."""
    return in_turns([(name, name, str(response(size))) for name in ARCHIVES], rounds)


SECTIONS: dict[str, Callable[[int, int], list[Line]]] = {
    "frames": frames,
    "http": http,
    "pages": pages,
    "organisation": organisation,
    "imports": imports,
    "shell": shell,
    "growth": growth,
    "writers": writers,
    "large_files": large_files,
    "charts": charts,
    "audits": audits,
    "abilities": abilities,
    "compare": compare,
    "archive": archive,
}

# Sections that choose their size themselves.
SIZED = {
    "pages": _PAGES,
    "organisation": 0,
    "imports": 0,
    "shell": 0,
    "growth": 0,
    "writers": _WRITTEN,
    "large_files": _LARGE,
    "audits": 0,
    "abilities": 0,
    "compare": 0,
    "archive": TOKENS,
}


def _same_rows(lines: list[Line]) -> list[Line]:
    for line in lines:
        if line.rows and line.rows != lines[0].rows:
            line.note = f"other row counts: {line.rows}"
    return lines
