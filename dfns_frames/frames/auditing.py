"""The audit of frames: the same frames, with what the rules found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from dfns_frames.audit.running import run

if TYPE_CHECKING:
    from dfns_frames.frames.container import Frames


def audit(
    self: Frames,
    as_of: datetime | date | str | None = None,
    *,
    thresholds: Mapping[str, float] | None = None,
) -> Frames:
    """Apply every rule to these frames; see `dff.rules` for what each one finds.

    Parameters
    ----------
    as_of
        The time that ages refer to; unless given, when the list was fetched that a token comes from.
    thresholds
        Other values for the thresholds of rules, by name: ``{"L03.privileged_days": 60}``.

    Returns
    -------
    Frames
        The same, with three tables more. `findings`: a row is one thing that a rule found, the worst first.
        `rules`: a row is one rule, with how it went and what it could not look at; only ``clean`` means that
        all was looked at. `settings`: a row is one setting, with its default. They fall away where these
        frames are filtered or joined.

    Raises
    ------
    ConfigurationError
        `as_of` is not a time; a threshold is unknown, negative, or no number.

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
    tables = {name: self.arrow(name) for name in self}
    return self._made({**tables, **run(self, as_of, thresholds)}, self.was_listed)
