"""Who can do what in an organisation, from frames of which nothing is known yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.audits import organisation
from benchmarks.contenders import Contender, Rows, Work


def _asked(question: Callable[[Any, Any], Any]) -> Contender:
    """Return the contender that asks one question; what frames remember is forgotten with each run."""

    def prepare(path: str) -> Work:
        import dfns_frames as dff

        org = organisation(path)

        def work() -> Rows:
            fresh = dff.Frames({name: org.arrow(name) for name in org})
            return (len(question(dff.measures, fresh)),)

        return work

    return prepare


ABILITIES: dict[str, Contender] = {
    "effective_operations": _asked(lambda measures, org: measures.effective_operations(org)),
    "who_can": _asked(lambda measures, org: measures.who_can(org, "move_funds")),
}
