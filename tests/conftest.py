"""What several test modules use: made-up tokens, and the demo organisation."""

import gc
import signal
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from hypothesis import settings

import dfns_frames as dff

mpl.use("agg")

# How long an example takes is the machine's affair, not a claim.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

WHEN = "2026-03-02T08:00:00Z"

# What a shell starts in the background ignores interrupts, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    # What collecting makes is never garbage, and to look through it again and again takes seconds.
    gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()


def assignment(name: str = "Operators", **changes: Any) -> dict[str, Any]:
    """Make a permission assignment in the documented shape."""
    made = {
        "permissionName": name,
        "permissionId": f"pm-{name.lower()}",
        "assignmentId": "",
        "operations": ["Wallets:Read", "Wallets:Create"],
    }
    return made | changes


def token(number: int = 1, *assignments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Make an access token in the documented shape."""
    made = {
        "tokenId": f"to-{number}",
        "name": f"token {number}",
        "kind": "Pat",
        "isActive": True,
        "dateCreated": "2026-03-01T09:30:00.000Z",
        "orgId": "or-1",
        "linkedUserId": "us-1",
        "linkedAppId": "",
        "credId": f"cred-{number}",
        "publicKey": f"SHA256:{number}",
        "permissionAssignments": list(assignments),
    }
    return made | changes


def read(*tokens: dict[str, Any], **options: Any) -> dff.Frames:
    """Read made-up tokens."""
    return dff.read({"items": list(tokens)}, **{"fetched_at": WHEN, **options})


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case that is bytes by its type: packed ones hold the time, and each process packs its own."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the account of whoever runs the tests out of the environment."""
    monkeypatch.delenv("DFNS_AUTH_TOKEN", raising=False)
    monkeypatch.delenv("DFNS_API_URL", raising=False)


@pytest.fixture(scope="session")
def demo_pats() -> dff.Frames:
    """Fetch the tokens of the demo's first caller over HTTP."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)  # what the demo holds that is unknown is on purpose
        return dff.demo.client().pats()


@pytest.fixture(scope="session")
def demo_book(demo_pats: dff.Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write them to a workbook, to be read only."""
    return demo_pats.to_excel(tmp_path_factory.mktemp("demo") / "pats.xlsx")
