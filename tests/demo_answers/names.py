"""The ids behind the names that the answers use."""

from dfns_frames.demo.identities import (
    group_id,
    machine_id,
    machine_tokens,
    policy_id,
    unlisted_tokens,
    user_id,
)
from dfns_frames.demo.org import permission_id, token_items
from dfns_frames.demo.story.earlier import BEFORE
from dfns_frames.demo.story.world import MAIN, SISTER

__all__ = [
    "group_id",
    "identity_id",
    "lines",
    "machine_id",
    "permission_id",
    "policy_id",
    "token_id",
    "user_id",
]

_MACHINES = {machine.key for organisation in (MAIN, SISTER) for machine in organisation.machines}


def _named() -> dict[tuple[str, str, str], str]:
    ids: dict[tuple[str, str, str], str] = {}
    for organisation in (MAIN, SISTER, BEFORE):
        for user in organisation.users:
            for token, item in zip(user.tokens, token_items((user.key,), user.tokens, "", ""), strict=True):
                ids.setdefault((user.key, token.when, token.name), item["tokenId"])
        for machine in organisation.machines:
            for token, item in zip(machine.tokens, machine_tokens(machine, ""), strict=True):
                ids.setdefault((machine.key, token.when, token.name), item["tokenId"])
    for (key, token), item in zip(MAIN.unlisted, unlisted_tokens(MAIN), strict=True):
        ids[key, token.when, token.name] = item["tokenId"]
    return ids


_IDS = _named()


def token_id(owner: str, token: str) -> str:
    """Return the id of a token, named as here: ``2024-06 terraform``; ``…`` stands for the rest of a name."""
    when, _, name = token.partition(" ")
    [found] = {
        made
        for (key, moment, called), made in _IDS.items()
        if (key, moment) == (owner, when)
        and (called == name or (name.endswith("…") and called.startswith(name[:-1])))
    }
    return found


def lines(text: str) -> tuple[str, ...]:
    """Return what stands on each line."""
    return tuple(line.strip() for line in text.strip().splitlines())


def identity_id(key: str) -> str:
    """Return the id of a user or a service account."""
    return machine_id(key) if key in _MACHINES else user_id(key)
