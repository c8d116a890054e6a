"""Write the generated parts of the documentation, or check that they are up to date (``--check``).

``--pictures`` draws the charts that README.md and charts.md show; ``--check`` draws them too, and compares.
"""

import argparse
import inspect
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docstring_parser
from pictures import same

import dfns_frames as dff
from dfns_frames._api.catalogue import CATEGORIES, SEVERITY_MEANINGS
from dfns_frames._facts.dtypes import TEXT
from dfns_frames.audit.accepting import MATCHES_AT_MOST
from dfns_frames.plot import Plot

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "pictures"
CHARTS = [name for name in vars(Plot) if name in dff.measures.__all__]

KEEPING = f"""
## Accepting findings

Put findings that are meant to be so into a TOML file, one `[[accept]]` for each:

```toml
[[accept]]
rule = "L03"
subject = "to-2vs4q-*"    # the subject's id, or a glob
reason = "The new signer replaces it in March"
by = "Ann Lee, security"
until = 2027-03-31        # at most a year ahead
```

Pass it as `frames.audit(accept="accepted.toml")` or `dfns-frames audit --accept accepted.toml`. An accepted
finding stays in every output, marked as accepted. All five fields are required. An entry that is incomplete,
has expired, ends more than a year ahead, is a bare `*`, or matches no finding or more than {MATCHES_AT_MOST}
accepts nothing, and is itself a finding of rule A01.

## Comparing with last week

Keep an audit as JSON, and it is the baseline of the next one, which then says what is new, open or resolved:

```sh
dfns-frames audit --all --format json > last-week.json
dfns-frames audit --all --baseline last-week.json --accept accepted.toml --fail-on high
```

With `--fail-on`, the exit code is 1 if any finding of that severity or worse is new or open and not
accepted. What the baseline found and this audit cannot look at is *unknown*, not resolved.
`--fail-on-unknown` counts that too, and the rules that could not be evaluated.

## References

| prefix | it stands for |
|---|---|
| NHI | OWASP Non-Human Identities Top 10, 2025 |
| AC-, CP-, IA-, PS-, SC- | NIST SP 800-53, revision 5 |
| CIS | CIS Controls 8.1 |
| AWS | CIS AWS Foundations Benchmark 3.0.0, by analogy |
| ISO | ISO/IEC 27001:2022, annex A |
| CC | SOC 2, trust services criteria |
| DSC | the vendor's own security checklist |"""


def tables() -> str:
    """Return the data dictionary as Markdown."""
    parts = [
        "# Tables",
        "Generated from the declarations (`make docs`). In Python: `dff.dictionary()`; in the shell:",
        "`dfns-frames tables`. All times are UTC; positions count from 0; the key of a table is **bold**.",
    ]
    for (table, row), columns in dff.dictionary().groupby(["table", "row"], sort=False):
        whole = columns["endpoints"].iloc[0]
        parts += [
            f"\n## {table}",
            f"A row is {row}." + (f" From {_asked(whole)}." if isinstance(whole, str) else ""),
            "",
            "| column | type | field | meaning |",
            "|---|---|---|---|",
        ]
        for column in columns.to_dict("records"):
            name = f"**{column['column']}**" if column["key"] else column["column"]
            field = f"`{column['field']}`" if isinstance(column["field"], str) else ""
            only = column["endpoints"] if column["endpoints"] != whole else None
            from_them = f" Only from {_asked(only)}." if isinstance(only, str) else ""
            parts.append(f"| {name} | {column['type']} | {field} | {column['meaning']}{from_them} |")
    return "\n".join(parts) + "\n"


def _asked(endpoints: str) -> str:
    return ", ".join(f"`GET {endpoint}`" for endpoint in endpoints.split(", "))


def shell() -> str:
    """Return every command's help as Markdown."""
    parts = ["# The shell", "Generated from `--help` (`make docs`)."]
    for command in _commands(()):
        parts += [f"\n## dfns-frames {' '.join(command)}".rstrip(), "```", _help(command), "```"]
    return "\n".join(parts) + "\n"


def _commands(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Iterate over a command and, below it, those that its help lists: none can be forgotten here."""
    yield command
    listed = re.search(r"^ +(?:COMMAND|QUESTION)\n((?: {4}.*\n)+)", f"{_help(command)}\n", re.MULTILINE)
    for name in re.findall(r"^ {4}(\S+)", listed[1] if listed else "", re.MULTILINE):
        yield from _commands((*command, name))


@cache
def _help(command: tuple[str, ...]) -> str:
    return subprocess.run(
        [sys.executable, "-m", "dfns_frames", *command, "--help"],
        env=os.environ | {"COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.rstrip()


def charts() -> str:
    """Return every chart's documentation as Markdown, with its picture and what its numbers are."""
    parts = [
        "# Charts",
        "Generated from the docstrings (`make docs`, and `make pictures`). `pats.plot.NAME()` draws what",
        "`dff.measures.NAME(pats)` returns as a DataFrame. Every chart takes `ax`, Axes to draw into, and",
        "returns it; it neither shows nor saves. The pictures are of the demo organisation.",
    ]
    for name in CHARTS:
        method = getattr(Plot, name)
        chart, numbers = (
            docstring_parser.parse(inspect.getdoc(documented) or "", docstring_parser.DocstringStyle.NUMPYDOC)
            for documented in (method, getattr(dff.measures, name))
        )
        defaults = [f"{each.name}={each.default!r}" for each in inspect.signature(method).parameters.values()]
        parts += [
            f"\n## {name}",
            f"![{name}](pictures/{name}.png)",
            "",
            (chart.description or "").strip(),
            "",
        ]
        parts += [f"`pats.plot.{name}({', '.join(defaults[1:])})`", ""]
        parts += [
            f"* **{option.arg_name}**: {_joined(option.description)}"
            for option in chart.params
            if option.arg_name != "ax"
        ]
        for about, documented in (("Drawn", chart), ("Numbers", numbers)):
            parts += ["", f"{about}: {_joined(documented.returns and documented.returns.description)}"]
    return "\n".join(parts) + "\n"


def definitions() -> str:
    """Return what each class of operations and each severity means, with its operations, as Markdown."""
    known = dff.operations().astype({"category": TEXT, "severity": TEXT, "status": TEXT})
    known = known.drop_duplicates("operation")
    parts = [
        "# Definitions",
        "Generated from the catalogue (`make docs`). Names of operations, and which are current, follow the",
        "vendor's documentation. Class and severity are this project's judgement of what each operation",
        "allows. An operation that is not listed here is *unknown*, never harmless.",
        "\n## Severities",
        "The worst operation of a token decides its severity.",
        "",
        "| severity | it |",
        "|---|---|",
        *(f"| {severity} | {meaning} |" for severity, meaning in SEVERITY_MEANINGS.items()),
        "\n## Classes of operations",
        "Charts, sheets and tables use the words in the second column; code uses the name in the first.",
        "The sensitive classes have a column each in `dff.measures.capabilities`.",
        "",
        "| class | can … | sensitive | operations | what they allow |",
        "|---|---|---|---|---|",
    ]
    for name, category in CATEGORIES.items():
        count = (known["category"] == name).sum()
        sensitive = "yes" if category.sensitive else ""
        parts.append(f"| [{name}](#{name}) | {category.label} | {sensitive} | {count} | {category.meaning} |")
    for name, category in CATEGORIES.items():
        parts += [f"\n## {name}", category.meaning, "", "| operation | severity | status |", "|---|---|---|"]
        of_it = known[known["category"] == name].sort_values("operation")
        ranked = sorted(
            of_it.to_dict("records"), key=lambda row: list(SEVERITY_MEANINGS).index(row["severity"])
        )
        parts += [f"| {row['operation']} | {row['severity']} | {_status(row)} |" for row in ranked]
    return "\n".join(parts) + "\n"


def rules() -> str:
    """Return every rule of the audit as Markdown: what it finds, why that matters, and what to do."""
    listed = dff.rules().astype(TEXT)
    parts = [
        "# Rules",
        "Generated from the rules (`make docs`). In Python: `dff.rules()`; in the shell:",
        "`dfns-frames rules`.",
        "",
        "`frames.audit()` applies every rule, and `audit.rules` says how each one went. Only *clean* means",
        "that the rule looked at everything and found nothing. An audit changes nothing at Dfns: a remedy",
        "names the call, who has to make it, and whether it needs approval. The only settings are",
        'thresholds, such as `frames.audit(thresholds={"L03.privileged_days": 60})`, in the shell',
        "`--threshold L03.privileged_days=60`; each rule lists its own, with their defaults.",
        "",
        "| rule | finds | at worst | category |",
        "|---|---|---|---|",
        *(
            f"| [{row['id']}](#{_anchor(row)}) | {row['title']} | {row['severity']} | {row['category']} |"
            for row in listed.to_dict("records")
        ),
    ]
    parts.append(KEEPING)
    shown = {
        "why": "Why",
        "severity": "Severity",
        "remedy": "What to do",
        "needs": "Reads",
        "thresholds": "Thresholds",
        "cannot_see": "False alarms and blind spots",
        "references": "References",
    }
    for row in listed.to_dict("records"):
        parts += [f"\n## {row['id']} {row['title']}", ""]
        row["why"], _, severity = row["why"].rpartition(" Severity: ")
        row["severity"] = f"{severity[0].upper()}{severity[1:]}"
        parts += [
            f"* **{title}**: {row[name]}"
            for name, title in shown.items()
            if isinstance(row[name], str) and row[name]
        ]
    return "\n".join(parts) + "\n"


def _anchor(row: dict[str, str]) -> str:
    """Return how Markdown calls the heading of a rule."""
    letters = f"{row['id']} {row['title']}".lower().replace(" ", "-")
    return "".join(letter for letter in letters if letter.isalnum() or letter in "-_")


def _status(row: dict[str, str]) -> str:
    """Say whether an operation is current, and what its name is today."""
    if row["status"] == "current":
        return "current"
    still = "older name, still accepted" if row["status"] == "legacy_accepted" else "older name"
    return f"{still}; now {row['successor']}" if isinstance(row["successor"], str) else still


def _joined(text: str | None) -> str:
    return " ".join((text or "").split())


def draw_pictures(folder: Path) -> None:
    """Draw the charts that README.md and charts.md show, from the demo organisation."""
    import matplotlib as mpl

    mpl.use("agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        client = dff.demo.client()
        pats, org = client.pats().audit(), client.organization()
    folder.mkdir(exist_ok=True)
    for name in CHARTS:
        # Who can do something is not known of tokens alone.
        frames = org if name == "who_can" else pats
        getattr(frames.plot, name)().figure.savefig(folder / f"{name}.png", dpi=100)


def stale_pictures() -> list[str]:
    """Return the pictures that are missing, of no chart, or not what is drawn now."""
    with tempfile.TemporaryDirectory() as temporary:
        draw_pictures(Path(temporary))
        fresh = {path.name: path.read_bytes() for path in Path(temporary).iterdir()}
    saved = {path.name: path.read_bytes() for path in PICTURES.iterdir()}
    return sorted(
        name
        for name in fresh.keys() | saved.keys()
        if not (name in fresh and name in saved and same(saved[name], fresh[name]))
    )


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a file is not up to date"
    )
    parser.add_argument("--pictures", action="store_true", help="draw the pictures too")
    options = parser.parse_args()
    if options.pictures:
        draw_pictures(PICTURES)
    stale = [f"pictures/{name}" for name in stale_pictures()] if options.check else []
    pages = {"tables": tables, "charts": charts, "shell": shell, "definitions": definitions, "rules": rules}
    for name, text in ((f"{page}.md", write()) for page, write in pages.items()):
        path = FOLDER / name
        if options.check:
            stale += [name] if not path.exists() or path.read_text("utf-8") != text else []
        else:
            path.write_text(text, "utf-8")
    if stale:
        print(f"not up to date: {', '.join(stale)}; run `make docs pictures` and commit the result")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
