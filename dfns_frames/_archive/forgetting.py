"""Forgetting an organisation: out of sight by one rename, then deleted."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from dfns_frames._archive.layout import STAGING, check_org, snapshots
from dfns_frames._files import sync_folder

FORGETTING = "forget-"


def forget(folder: Path, org: str) -> int:
    """Delete an organisation; `Archive.forget` says how."""
    doomed = snapshots(folder, org)
    left = list((folder / STAGING).glob(f"{FORGETTING}*"))  # of a forget that was killed
    if not doomed and not left:
        check_org(folder, org)
    gone = folder / STAGING / f"{FORGETTING}{secrets.token_hex(8)}"
    if doomed:
        gone.parent.mkdir(exist_ok=True)
        place = doomed[0].path.parent.parent
        with suppress(FileNotFoundError):  # another process forgets it at this moment
            os.rename(place, gone)  # noqa: PTH104 - as one step: from here on nobody sees any of it
            sync_folder(place.parent)
    for each in [*left, gone]:
        shutil.rmtree(each, ignore_errors=True)
        if each.exists():
            raise OSError(
                errno.EBUSY,
                "forgotten, but some of its files cannot be deleted; delete them, or call forget() again as "
                "somebody who may",
                str(each),
            )
    return len(doomed)
