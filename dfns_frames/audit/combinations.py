"""Rules about powers that are worse in combination, and powers that no policy can stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.ways import ASSIGN, NOT_COVERED, SIGN
from dfns_frames._facts.policies import ITSELF, NONE, UNKNOWN_GATE, are_read
from dfns_frames.audit.framework import Context, Found, rule
from dfns_frames.audit.guarding import guards
from dfns_frames.audit.powers import UNTAG, needs_of, places_of, token_powers, ways_of
from dfns_frames.audit.remedies import TAKE_AWAY
from dfns_frames.audit.terms import (
    HELD,
    POWERS,
    RIGHTS,
    TOKEN_LISTS,
    token_subjects,
    tokens,
)
from dfns_frames.audit.unsure import (
    GATE_WORDS,
    GATED,
    can,
    sure_if,
    unsure_of,
    what_is_unread,
)
from dfns_frames.audit.wording import per_row, quoted, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dfns_frames._facts.codes import Ints


@rule(
    "P03",
    "Can start a transfer and approve it",
    severity="critical",
    category="privilege",
    why=(
        "Nobody should approve a transfer that they started. To the vendor, one person with two tokens is "
        "one initiator, so policies do not tell the two apart. Severity: high; critical if a policy lets the "
        "token approve what it started; medium if policies were read and none lets initiators approve."
    ),
    remedy=TAKE_AWAY
    + " Somebody who holds Policies:Update sets initiatorCanApprove to false: PUT /v2/policies/{id}.",
    references="AC-5, ISO A.5.3, CC6.3, NHI5",
    reads=POWERS,
    needs=(TOKEN_LISTS,),
    cannot_see="Which wallets are on test networks.",
    gated_by=ASSIGN,
)
def starts_and_approves(context: Context) -> Found:
    """Find active tokens that can both start a transfer and vote."""
    frames = context.frames
    found, powers = tokens(frames), token_powers(frames)
    moves, [vote] = ways_of(category="move_funds", gate=SIGN), places_of(["vote"])
    able = (powers.held[:, moves] > 0).any(axis=1) & (powers.held[:, vote] > 0)
    rows = np.flatnonzero(found.is_partial & able)
    itself = ((powers.gate[rows][:, moves] == ITSELF) & (powers.held[rows][:, moves] > 0)).any(axis=1)
    asking = [guard for guard in guards(frames) if guard.asks and guard.activity == SIGN]
    lenient = any(group.initiator for guard in asking for group in guard.groups)
    read = are_read(frames)
    other = "medium" if read and not lenient else "high"
    reasons = {
        True: "a policy lets it approve what it started",
        False: "policies were read, and none lets who started a transfer approve it"
        if other == "medium"
        else "it can start a transfer, and it can vote",
    }
    maybe = ~((powers.held[rows][:, moves] == HELD).any(axis=1) & (powers.held[rows, vote] == HELD))
    return Found(
        token_subjects(frames, rows),
        ["critical" if each else other for each in itself.tolist()],
        [reasons[each] for each in itself.tolist()],
        [
            f"{found.called[row]} is active and {can(perhaps)} both start a transfer and vote on requests"
            f"{'; a policy lets its user approve what it started' if own else ''}."
            for row, perhaps, own in zip(rows.tolist(), maybe.tolist(), itself.tolist(), strict=True)
        ],
        int(found.is_partial.sum()),
        confidence=sure_if(maybe if read else np.ones(len(rows), dtype=bool)),
        operations=per_row(powers.held[rows][:, [*moves, vote]] > 0, needs_of([*moves, vote])),
        unknown=what_is_unread(maybe, np.full(len(rows), not read)),
        missing=unsure_of(frames, found.is_partial),
    )


@rule(
    "P04",
    "Can move funds and change the policies",
    severity="critical",
    category="privilege",
    why=(
        "It can remove what stands in the way of its own transfers. Severity: high; critical if no policy "
        "guards the policies; medium if changing them is blocked or needs the approval of others."
    ),
    remedy=TAKE_AWAY
    + " Somebody who holds Policies:Create adds a policy on Policies:Modify that asks for approval.",
    references="AC-5, AC-6(1), DSC",
    reads=POWERS,
    needs=(TOKEN_LISTS,),
    cannot_see="Which wallets exist and what they hold.",
    gated_by=ASSIGN,
)
def moves_and_rules(context: Context) -> Found:
    """Find active tokens that can both move funds and change policies."""
    frames = context.frames
    found, powers = tokens(frames), token_powers(frames)
    moves, rules = ways_of(category="move_funds"), places_of(["change_a_policy", "remove_a_policy"])
    moving, ruling = powers.held[:, moves], powers.held[:, rules]
    rows = np.flatnonzero(found.is_partial & (moving > 0).any(axis=1) & (ruling > 0).any(axis=1))
    moving, ruling = moving[rows], ruling[rows]
    # Both ways are gated alike; what is not held has no gate.
    gate = np.where(ruling > 0, powers.gate[rows][:, rules], len(GATE_WORDS)).min(axis=1)
    severity = np.where(gate == NONE, "critical", np.where(np.isin(gate, GATED), "medium", "high"))
    maybe = ~((moving == HELD).any(axis=1) & (ruling == HELD).any(axis=1))
    return Found(
        token_subjects(frames, rows),
        severity.tolist(),
        [f"changing the policies: {GATE_WORDS[each]}" for each in gate.tolist()],
        [
            f"{found.called[row]} is active and {can(perhaps)} both move funds and change the policies "
            f"that guard them; when it changes one, {GATE_WORDS[each]}."
            for row, perhaps, each in zip(rows.tolist(), maybe.tolist(), gate.tolist(), strict=True)
        ],
        int(found.is_partial.sum()),
        confidence=sure_if(maybe),
        operations=per_row(np.hstack([moving, ruling]) > 0, needs_of([*moves, *rules])),
        unknown=what_is_unread(maybe, gate == UNKNOWN_GATE),
        missing=unsure_of(frames, found.is_partial),
    )


@rule(
    "P05",
    "Holds a power that no policy can stop",
    severity="high",
    category="privilege",
    why=(
        "The policy engine does not see withdrawals from exchanges, payouts of vault locks, or keys that are "
        "exported, delegated or deleted. Whoever holds the operation needs nobody else. Severity: high."
    ),
    remedy=TAKE_AWAY,
    references="NHI5, AC-6(1), SC-12",
    reads=RIGHTS,
    needs=(TOKEN_LISTS,),
    cannot_see=(
        "Exporting a key takes a contract with the vendor, delegation takes a key that was made for it, and "
        "a vault lock takes its owner. Exchange accounts may be empty."
    ),
    gated_by=ASSIGN,
)
def past_policies(context: Context) -> Found:
    """Find active tokens with a power outside the policy engine."""
    frames = context.frames
    found, powers = tokens(frames), token_powers(frames)
    at = [
        place
        for category in ("export_keys", "key_custody", "move_funds")
        for place in ways_of(category=category, gate=NOT_COVERED)
    ]
    held = powers.held[:, at]
    rows = np.flatnonzero(found.is_partial & (held > 0).any(axis=1))
    held = held[rows]
    maybe = ~(held == HELD).any(axis=1)
    powers_of = per_row(held > 0, [_OPEN_WORDS[place] for place in at])
    return Found(
        token_subjects(frames, rows),
        "high",
        "no policy can stop it",
        [
            f"{found.called[row]} is active and {can(perhaps)} do what no policy can stop: {what}."
            for row, perhaps, what in zip(rows.tolist(), maybe.tolist(), powers_of, strict=True)
        ],
        int(found.is_partial.sum()),
        confidence="likely",
        operations=per_row(held > 0, needs_of(at)),
        unknown=what_is_unread(maybe, np.zeros(len(rows), dtype=bool)),
        missing=unsure_of(frames, found.is_partial),
    )


_OPEN_WORDS = dict(
    zip(
        places_of(
            [
                "withdraw_from_an_exchange",
                "pay_out_a_vault_lock",
                "export_a_key",
                "delegate_a_key",
                "delete_a_key",
            ]
        ),
        (
            "withdraw from an exchange",
            "pay out a vault lock",
            "export keys",
            "delegate keys",
            "delete keys",
        ),
        strict=True,
    )
)


@rule(
    "P11",
    "Can take wallets out of a policy",
    severity="high",
    category="privilege",
    why=(
        "A policy that covers wallets by tag no longer covers a wallet whose tag was taken off, and this "
        "token can sign as well. Severity: high; medium if policies were not read."
    ),
    remedy=TAKE_AWAY
    + " Somebody who holds Policies:Update names the wallets by id, not by tag: PUT /v2/policies/{id}.",
    references="AC-6(1), AC-5",
    reads=POWERS,
    needs=(TOKEN_LISTS,),
    cannot_see="Which wallets have which tags; tags that no policy uses.",
    gated_by=ASSIGN,
)
def takes_tags_off(context: Context) -> Found:
    """Find active tokens that can sign and take tags off wallets, where a policy goes by tags."""
    frames = context.frames
    found, powers = tokens(frames), token_powers(frames)
    moves, [untag] = ways_of(gate=SIGN), places_of([UNTAG])
    moving = powers.held[:, moves]
    able = found.is_partial & (moving > 0).any(axis=1) & (powers.held[:, untag] > 0)
    tagged = [each for each in guards(frames) if each.stops and each.by_tags and each.activity == SIGN]
    dark = not tagged and not are_read(frames)
    rows: Ints = np.flatnonzero(able) if tagged or dark else np.zeros(0, dtype=np.int64)
    maybe = ~((moving[rows] == HELD).any(axis=1) & (powers.held[rows, untag] == HELD))
    if dark:
        ends = "; whether a policy goes by tags is not known"
    else:
        ends = f"; {policy_list([each.name for each in tagged])} by tags"
    return Found(
        token_subjects(frames, rows),
        "medium" if dark else "high",
        "policies were not read" if dark else "an active policy covers wallets by their tags",
        [
            f"{found.called[row]} is active and {can(perhaps)} both sign transactions and take tags off "
            f"wallets{ends}."
            for row, perhaps in zip(rows.tolist(), maybe.tolist(), strict=True)
        ],
        int(found.is_partial.sum()),
        confidence="hint" if dark else sure_if(maybe),
        operations=per_row(
            np.hstack([moving[rows], powers.held[rows][:, [untag]]]) > 0, needs_of([*moves, untag])
        ),
        unknown=what_is_unread(maybe, np.full(len(rows), dark)),
        missing=unsure_of(frames, found.is_partial),
    )


def policy_list(names: Sequence[str | None]) -> str:
    """Return policies as the beginning of a clause on the wallets that they cover."""
    one = len(names) == 1
    return f"the {'policy' if one else 'policies'} {some(map(quoted, names))} {'goes' if one else 'go'}"
