"""What rules met and could not judge, in words: for `missing` of a rule and `unknown` of a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._facts.policies import BLOCKED, ITSELF, NONE, OPEN, OTHERS, SOMETIMES, UNKNOWN_GATE
from dfns_frames.audit.terms import tokens
from dfns_frames.audit.wording import counted

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags
    from dfns_frames._facts.tables import Tables

UNREAD_RIGHTS = "Whether its owner's rights allow this is not known, because they were not read in full."
UNREAD_GATE = "Whether a policy stands in the way is not known."

GATE_WORDS = {
    OPEN: "no policy can stop it",
    NONE: "no policy stands in the way",
    SOMETIMES: "policies stand in the way only in some cases",
    ITSELF: "a policy asks for an approval that its own user can give",
    OTHERS: "a policy asks for the approval of others",
    BLOCKED: "a policy blocks it",
    UNKNOWN_GATE: "whether a policy stands in the way is not known",
}
"""What stands in the way, as the end of a sentence."""

GATED = (BLOCKED, OTHERS)
"""Gates behind which something is less bad."""


def blind_tokens(frames: Tables, looked_at: Flags) -> list[str]:
    """Say for how many tokens some operations are not known."""
    return count_of(
        looked_at & tokens(frames).is_blind, "with operations that are not listed, or not in the catalogue"
    )


def unread_owners(frames: Tables, looked_at: Flags) -> list[str]:
    """Say for how many tokens the owner is on no list, so that what the token can use is not certain."""
    found = tokens(frames)
    return count_of(looked_at & ~found.is_owner_read, "whose owner is on no list that was read")


def dateless(looked_at: Flags) -> list[str]:
    """Say how many tokens have no age."""
    return count_of(looked_at, "without a creation date, or with one in the future")


def count_of(which: Flags, what: str) -> list[str]:
    """Say how many tokens are marked; nothing where none is."""
    count = int(np.count_nonzero(which))
    return [f"{counted(count, 'token')} {what}"] if count else []


def said(*texts: str | None) -> str | None:
    """Join what is not known into one text; None if nothing."""
    return " ".join(text for text in texts if text) or None


def unsure_of(frames: Tables, looked_at: Flags) -> list[str]:
    """Say for how many tokens it is not known what they can use."""
    return [*blind_tokens(frames, looked_at), *unread_owners(frames, looked_at)]


def can(perhaps: bool) -> str:
    """Return "can", with a reservation where that is not certain."""
    return "can, as far as is known," if perhaps else "can"


def sure_if(unsure: Flags) -> list[str]:
    """Return how sure each finding is."""
    return ["likely" if each else "certain" for each in unsure.tolist()]


def what_is_unread(maybe: Flags, dark: Flags) -> list[str | None]:
    """Say for each finding what was not read: the owner's rights, the policies, both or neither."""
    return [
        said(UNREAD_RIGHTS if perhaps else None, UNREAD_GATE if hidden else None)
        for perhaps, hidden in zip(maybe.tolist(), dark.tolist(), strict=True)
    ]
