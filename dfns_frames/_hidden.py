"""What may hold a secret, kept where no repr and no traceback's local shows it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a response. They may hold a secret, so no repr, and no traceback's local, shows them."""

    data: bytes = field(repr=False)
