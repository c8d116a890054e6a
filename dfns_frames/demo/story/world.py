"""The organisations that the demo API serves: data only."""

from dfns_frames.demo.story.machines import MACHINES
from dfns_frames.demo.story.people import GRANTS, GROUPS, UNLISTED, USERS
from dfns_frames.demo.story.permissions import PERMISSIONS
from dfns_frames.demo.story.policies import CHANGES, POLICIES
from dfns_frames.demo.story.roles import ROLES
from dfns_frames.demo.story.sandbox import SISTER
from dfns_frames.demo.story.shapes import Organisation

__all__ = ["CALLERS", "MAIN", "SISTER"]

MAIN = Organisation(
    "organisation",
    USERS,
    MACHINES,
    (*PERMISSIONS, *ROLES),
    GROUPS,
    POLICIES,
    UNLISTED,
    GRANTS,
    CHANGES,
)
"""The company that everybody but one caller belongs to."""

CALLERS = (
    "platform-lead",
    "payments-engineer",
    "treasury",
    "data-analyst",
    "compliance",
    "pentest",
    "tenant-operator",
    "wallet-customer",
    "sandbox-lead",
    "new-joiner",
)
"""The names to ask as: the first reads everything, the last holds nothing."""
