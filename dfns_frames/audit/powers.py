"""What tokens and users can do: each way, how sure that is, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.ways import NOT_COVERED, WAYS
from dfns_frames._facts.abilities import Abilities, Deed, token_abilities, user_abilities, ways
from dfns_frames._facts.effective import YES
from dfns_frames._facts.people import people
from dfns_frames._facts.presence import kept, table
from dfns_frames.audit.terms import HELD, MAYBE

if TYPE_CHECKING:
    import numpy.typing as npt

    from dfns_frames._facts.tables import Tables

UNTAG = "take_a_tag_off"
_DEEDS: tuple[Deed, ...] = (
    *ways(list(WAYS)),
    Deed(UNTAG, ("Wallets:Tags:Remove",), (NOT_COVERED,)),
)


@dataclass(frozen=True)
class Powers:
    """What holders can do: a row a holder, a column a way.

    Parameters
    ----------
    held
        `NOT_HELD`, `MAYBE` or `HELD`.
    gate
        What stands in the way, as a place in `GATES`; without meaning where nothing is held.
    """

    held: npt.NDArray[np.int8]
    gate: npt.NDArray[np.int8]


def places_of(names: list[str]) -> list[int]:
    """Return the columns of some ways."""
    known = [deed.name for deed in _DEEDS]
    return [known.index(name) for name in names]


def needs_of(places: list[int]) -> list[str]:
    """Return the operations that each of some ways takes, as text."""
    return [", ".join(_DEEDS[place].needs) for place in places]


def ways_of(*, category: str | None = None, gate: str | None = None) -> list[int]:
    """Return the columns of the ways of a category, or past a gate, or both."""
    return [
        place
        for place, way in enumerate(WAYS.values())
        if category in (None, way.category) and gate in (None, way.gate)
    ]


@kept
def token_powers(frames: Tables) -> Powers:
    """Return what each token can do."""
    return _powers(token_abilities(frames, _DEEDS), table(frames, "tokens").num_rows)


@kept
def user_powers(frames: Tables) -> Powers:
    """Return what each user can do, service accounts among them."""
    return _powers(user_abilities(frames, _DEEDS), len(people(frames).ids))


def _powers(found: Abilities, count: int) -> Powers:
    listed = found.deed >= 0
    cells = found.holder[listed], found.deed[listed]
    held = np.zeros((count, len(_DEEDS)), dtype=np.int8)
    gate = np.zeros((count, len(_DEEDS)), dtype=np.int8)
    held[cells] = np.where(found.effective[listed] == YES, HELD, MAYBE)
    gate[cells] = found.gate[listed]
    return Powers(held, gate)
