"""The company a week before, on Monday, 2026-10-12: what has happened since is undone. Data only.

Since then a forgotten administrator's token was deleted, editing permissions was frozen for the audit, a
service account's token was switched off, the status page's secret came out, and the faucet's permission was
withdrawn, so that nobody can tell any more what it allows.
"""

from dfns_frames.demo.story.machines import MACHINES
from dfns_frames.demo.story.people import USERS
from dfns_frames.demo.story.policies import POLICIES
from dfns_frames.demo.story.shapes import Machine, User
from dfns_frames.demo.story.tokens import Token
from dfns_frames.demo.story.world import MAIN

__all__ = ["BEFORE"]

_SINCE = ("2026-10-12", "2026-10-13", "2026-10-15", "2026-10-19")
"""The days on which something of the story begins that was not there on that Monday morning."""

_DELETED = Token("2026-09-30T22:10", "incident 5790", "admin")


def _user(user: User) -> User:
    tokens = tuple(token for token in user.tokens if not token.when.startswith(_SINCE))
    return user._replace(tokens=(_DELETED, *tokens) if user.key == "platform-lead" else tokens)


def _machine(machine: Machine) -> Machine:
    if machine.key == "indexer":
        return machine._replace(tokens=tuple(token._replace(active=True) for token in machine.tokens))
    if machine.key == "status-page":
        return machine._replace(secret=False)
    if machine.key == "sandbox-faucet":
        tokens = tuple(token._replace(permissions="faucet") for token in machine.tokens)
        return machine._replace(rights="balance faucet", tokens=tokens)
    return machine


BEFORE = MAIN._replace(
    users=tuple(_user(user) for user in USERS if not user.joined.startswith(_SINCE[2])),
    machines=tuple(map(_machine, MACHINES)),
    policies=tuple(policy for policy in POLICIES if policy.created not in _SINCE),
)
"""The company that everybody but one caller belongs to, a week before the snapshot."""
