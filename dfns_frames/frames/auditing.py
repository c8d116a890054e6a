"""The audit of frames: the same frames, with what the rules found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from dfns_frames._api.tables import JUDGED
from dfns_frames._facts.times import as_utc
from dfns_frames.audit.baseline import read_baseline
from dfns_frames.audit.catalogue import RULES
from dfns_frames.audit.entries import read_entries
from dfns_frames.audit.running import run
from dfns_frames.audit.settling import settled

if TYPE_CHECKING:
    from dfns_frames._files import StrPath
    from dfns_frames.frames.container import Frames


def audit(
    self: Frames,
    as_of: datetime | date | str | None = None,
    *,
    accept: StrPath | None = None,
    thresholds: Mapping[str, float] | None = None,
    baseline: StrPath | Frames | None = None,
) -> Frames:
    """Apply every rule to these frames; `dff.rules` says what each one finds.

    Joined organisations are judged each by itself. Only R01 looks for signing keys across all of them.

    Parameters
    ----------
    as_of
        The time to which ages count; by default, when each token's list was fetched.
    accept
        A TOML file of accepted findings. Each entry, ``[[accept]]``, has a `rule`, a `subject` (the id of
        what the finding is about, or a glob such as ``"to-1a2b3-*"``), a `reason`, `by` (who accepts it) and
        `until` (a date at most a year ahead). Accepted findings stay in every output, marked as such. An
        entry that is incomplete, expired, too far ahead, a bare ``*``, or matches no finding or more than 50
        accepts nothing, and is itself a finding of rule A01.
    thresholds
        Other values for the thresholds of rules, by name: ``{"L03.privileged_days": 60}``.
    baseline
        An earlier audit to compare with: what this method returned, or the JSON file that `to_json` made of
        it. It decides the status of each finding: ``new``, ``open``, ``resolved``, or ``unknown`` where what
        was found then cannot be looked at now. Without a baseline all findings are ``open``.

    Returns
    -------
    Frames
        The same, with three more tables. `findings`: a row is one thing that a rule found, the worst first.
        `rules`: a row is one rule, with how it went and what it could not look at; only ``clean`` means that
        it looked at everything. `settings`: a row is one setting, with its default. Filtering or joining
        these frames drops the three tables.

    Raises
    ------
    ConfigurationError
        `as_of` is not a time; a threshold is unknown, negative or not a number; the acceptance file does not
        parse, or names a rule that does not exist; or the baseline is of another organisation or version, or
        not an audit.
    ResponseError
        The baseline is a file that `to_json` did not write.
    OSError
        A file cannot be read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> audit = dff.demo.client("treasury").pats().audit()
    >>> audit.findings[["rule", "severity", "subject_name"]].head(3)
      rule severity             subject_name
    0  P03     high      daily sweep (newer)
    1  P03     high  holiday cover for Sofia
    2  P05     high              daily sweep
    >>> audit.rules.set_index("rule").loc["R05", ["status", "missing"]].tolist()
    ['partly', 'service accounts not read (GET /auth/service-accounts needs Auth:ServiceAccounts:Read)']
    """
    tables = {name: self.arrow(name) for name in self if name not in JUDGED}
    entries = None if accept is None else read_entries(accept, list(RULES))
    before = None if baseline is None else read_baseline(baseline, self)
    when = self.fetched_at if as_of is None else as_utc(as_of, "as_of")
    found = run(self, as_of, thresholds)
    made = settled(self, found, entries=entries, baseline=before, as_of=when)
    return self._made(tables | made, self.was_listed)
