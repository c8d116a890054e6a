"""How Frames show themselves: what they are of, where it came from, and which tables they hold."""

from __future__ import annotations

from html import escape

from dfns_frames._api.tables import TABLES
from dfns_frames._facts.asked import subject, title
from dfns_frames._facts.provenance import cautions, filtered, plural, source_lines, visibility
from dfns_frames._facts.tables import Tables


def text(frames: Tables) -> str:
    """Return a summary for a terminal."""
    lines = [f"Frames of {subject(frames)} {visibility(frames)}{filtered(frames)}"]
    lines += [f"  {line}" for line in (*cautions(frames), *source_lines(frames))]
    width = max(map(len, frames), default=0)
    for name in frames:
        count = frames.arrow(name).num_rows
        row = f"a row is {TABLES[name].row}"
        lines.append(f"  {name:<{width}}  {count:>9,} {plural(count, 'row'):<4}  {row}")
    return "\n".join(lines)


def html(frames: Tables) -> str:
    """Return a summary for a notebook, in which no text from outside is markup."""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td>"
        f"<td style='text-align:right'>{frames.arrow(name).num_rows:,}</td>"
        f"<td style='text-align:left'>{escape(TABLES[name].row)}</td></tr>"
        for name in frames
    )
    about = f"{title(frames)} {visibility(frames)}{filtered(frames)}"
    sources = "<br>".join(map(escape, (*cautions(frames), *source_lines(frames))))
    return (
        f"<div><b>{escape(about)}</b><br>{sources}"
        "<table><thead><tr><th style='text-align:left'>table</th><th>rows</th>"
        f"<th style='text-align:left'>a row is</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
