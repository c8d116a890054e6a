"""The demo organisation: what its people hold. The library itself takes no part."""

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dfns_frames.demo import org

DIGEST = "51aff338be6f7282f2629252bc60c48c0f33fb256b6ebd7569472d044da2e663"
TEXT_FIELDS = (
    "dateCreated",
    "credId",
    "kind",
    "linkedUserId",
    "linkedAppId",
    "name",
    "orgId",
    "publicKey",
    "tokenId",
)
AWKWARD_NAMES = (
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\nkohorten wöchentlich",
    "🚀 launch day",
    "גיבוי לילי",
    "تقرير شهري",
    "夜间对账任务",
    "$x^2$ pricing model",
    'reconcile "EU", then US,\nthen the rest',
    "<script>alert('pentest')</script>",
    "\x1b[2J\x1b[31mred\x9b0m",
    "\u202egnp.exe\u202c",
    "| a | b |",
)

# Those who could be asked before the demo knew of tenants, end users and a sister organisation.
FIRST = tuple(org.CALLERS[:6]) + tuple(org.CALLERS[-1:])
COLLEAGUES = tuple(caller for caller in FIRST if caller != "pentest")

BODIES = org.bodies()
LEAD = BODIES["platform-lead"]["items"]
EVERYBODY = [token for body in BODIES.values() for token in body["items"]]


def created(token: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(token["dateCreated"])


def permissions(token: dict[str, Any]) -> list[str]:
    return [assignment["permissionName"] for assignment in token["permissionAssignments"]]


def operations(token: dict[str, Any]) -> set[str]:
    return {name for entry in token["permissionAssignments"] for name in entry.get("operations", ())}


def test_callers_hold_fewer_tokens() -> None:
    """The first caller lists at least 60 tokens, the other callers fewer, the last one none."""
    counts = [len(BODIES[caller]["items"]) for caller in org.CALLERS]
    assert tuple(BODIES) == org.CALLERS
    assert counts[0] >= 60
    assert counts[1:] == [25, 14, 9, 3, 17, 3, 1, 4, 0]


@pytest.mark.parametrize("token", EVERYBODY, ids=lambda token: token["tokenId"])
def test_shape(token: dict[str, Any]) -> None:
    """Every token has each documented field with its documented type, and never the secret."""
    assert token.keys() == {*TEXT_FIELDS, "isActive", "permissionAssignments"}
    assert all(type(token[field]) is str for field in TEXT_FIELDS)
    assert type(token["isActive"]) is bool
    assert re.fullmatch(r"to-\w{5}-\w{5}-\w{16}", token["tokenId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", token["dateCreated"])
    assert created(token) <= org.SNAPSHOT
    for assignment in token["permissionAssignments"]:
        assert assignment.keys() - {"operations"} == {"permissionName", "permissionId", "assignmentId"}
        assert assignment["assignmentId"] == ""
        assert assignment["permissionId"].startswith("pm-")
        assert all(type(name) is str for name in assignment.get("operations", ()))


def test_identities() -> None:
    """Token ids are unique, the organisation is one, and nobody lists a token of somebody else."""
    assert len({token["tokenId"] for token in EVERYBODY}) == len(EVERYBODY)
    for caller, body in BODIES.items():
        orgs = {token["orgId"] for token in body["items"]}
        assert orgs <= {org.PEOPLE[caller].org_id}
        assert (org.PEOPLE[caller].org_id == org.ORG_ID) == (caller != "sandbox-lead")
        assert {token["linkedUserId"] for token in body["items"]} <= {org.PEOPLE[caller].user_id, ""}


def test_credentials_and_keys_decode() -> None:
    """A credential id is base64url of a ``ci-`` id, a public key a SHA-256 fingerprint, or both are empty."""
    for token in EVERYBODY:
        if token["credId"] == "":
            assert token["publicKey"] == ""
        else:
            assert base64.urlsafe_b64decode(token["credId"] + "==").startswith(b"ci-")
            algorithm, _, fingerprint = token["publicKey"].partition(":")
            assert (algorithm, len(base64.b64decode(fingerprint + "="))) == ("SHA256", 32)


MOVES_FUNDS = {"Payouts:Create", "Wallets:Transfers:Create", "Exchanges:Withdrawals:Create"}
INGREDIENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "kept for somebody who left": lambda t: t["name"].startswith("kept for") and not t["isActive"],
    "managed full access": lambda t: "ManagedFullAdminAccess" in permissions(t) and len(operations(t)) > 130,
    "full access, old name": lambda t: "DfnsFullAdminAccess" in permissions(t) and len(operations(t)) > 50,
    "forgotten": lambda t: t["isActive"] and org.SNAPSHOT - created(t) > timedelta(days=730),
    "created this morning": lambda t: created(t).date() == org.SNAPSHOT.date(),
    "created at night": lambda t: created(t).hour < 4,
    "created at a weekend": lambda t: created(t).weekday() > 4,
    "without assignments": lambda t: not t["permissionAssignments"],
    "two permissions": lambda t: len(set(permissions(t))) == 2,
    "three permissions": lambda t: len(set(permissions(t))) == 3,
    "one permission twice": lambda t: len(set(permissions(t))) < len(permissions(t)),
    "operations unknown": lambda t: any("operations" not in a for a in t["permissionAssignments"]),
    "operations none": lambda t: any(a.get("operations") == [] for a in t["permissionAssignments"]),
    "legacy operation, still accepted": lambda t: "Payouts:Write" in operations(t),
    "legacy operation, old": lambda t: "Wallets:TransferAsset" in operations(t),
    "operation in no catalogue": lambda t: "Wallets:Sweeps:Create" in operations(t),
    "moves funds and approves": lambda t: (
        "Policies:Evaluations:Vote" in operations(t)
        and bool(MOVES_FUNDS & operations(t))
        and len(operations(t)) < 30
    ),
    "read-only by name, but writes": lambda t: (
        "Read only (reporting)" in permissions(t) and "Wallets:Tags:Remove" in operations(t)
    ),
    "no credential": lambda t: t["credId"] == "",
    "of an application": lambda t: (
        t["kind"] == "Application" and t["linkedUserId"] == "" and t["linkedAppId"].startswith("ap-")
    ),
    "service account": lambda t: t["kind"] == "ServiceAccount",
    "service account that votes": lambda t: (
        t["kind"] == "ServiceAccount" and "Policies:Evaluations:Vote" in operations(t)
    ),
    "personal token with operations that its kind cannot use": lambda t: (
        t["kind"] == "Pat" and bool({"Auth:Pats:Create", "Auth:Delegated:Login"} & operations(t))
    ),
    "without owner": lambda t: t["linkedUserId"] == "",
    "temporary": lambda t: t["kind"] == "Temp",
    "recovery": lambda t: t["kind"] == "Recovery",
    "kind that is not documented": lambda t: t["kind"] == "Agent",
    "name of about 200 characters": lambda t: 190 <= len(t["name"]) <= 215,
}


@pytest.mark.parametrize("ingredient", INGREDIENTS)
def test_ingredients(ingredient: str) -> None:
    """The platform lead's list has some tokens of each sort that a review looks for, and never mostly."""
    found = [token for token in LEAD if INGREDIENTS[ingredient](token)]
    assert 1 <= len(found) < len(LEAD) / 2


def test_awkward_names() -> None:
    """Names that upset spreadsheets, charts, web pages and terminals all belong to one caller, `pentest`."""
    assert set(AWKWARD_NAMES) <= {token["name"] for token in BODIES["pentest"]["items"]}


@pytest.mark.parametrize("caller", COLLEAGUES)
def test_names_are_those_of_a_company(caller: str) -> None:
    """Whatever a colleague named can be printed in any font, typed by hand, and starts no formula."""
    items = BODIES[caller]["items"]
    names = [text for token in items for text in (token["name"], *permissions(token))]
    assert all(re.fullmatch(r"[\w(][\w .,:;&/()#-]*", name) for name in names)
    assert all(ord(letter) < 0x250 for name in names for letter in name)


def test_joined_callers_have_several_owners() -> None:
    """The lists of all colleagues joined show five owners, and tokens that nobody owns in two of them."""
    owners = {token["linkedUserId"] for caller in COLLEAGUES for token in BODIES[caller]["items"]}
    assert len(owners - {""}) == 5
    assert [
        caller for caller in COLLEAGUES if any(not t["linkedUserId"] for t in BODIES[caller]["items"])
    ] == ["platform-lead", "payments-engineer"]


def test_most_are_personal_access_tokens() -> None:
    """As the endpoint is for those, other kinds are exceptions; only applications have an application id."""
    assert Counter(token["kind"] for token in EVERYBODY)["Pat"] / len(EVERYBODY) > 0.9
    assert all((token["linkedAppId"] != "") == (token["kind"] == "Application") for token in EVERYBODY)


def test_one_public_key_on_two_tokens() -> None:
    """Exactly one key is shared by two tokens of the platform lead."""
    shared = Counter(token["publicKey"] for token in LEAD if token["publicKey"])
    assert sorted(shared.values())[-2:] == [1, 2]


def test_permissions_are_consistent() -> None:
    """A permission has one name and one list of operations wherever it appears; a few hold most of them."""
    seen: dict[str, set[tuple[str, ...]]] = {}
    for token in EVERYBODY:
        for entry in token["permissionAssignments"]:
            known = seen.setdefault(entry["permissionId"], set())
            known.add((entry["permissionName"], *entry.get("operations", ("unknown",))))
    described = [{entry for entry in known if entry[1:] != ("unknown",)} for known in seen.values()]
    assert all(len(entries) == 1 for entries in described)
    assert len({entry[0] for entries in described for entry in entries}) == len(seen) - 1 == 22
    sizes = sorted(len(entry) - 1 for entries in described for entry in entries)
    assert sizes[0] == 0
    assert sizes[len(sizes) // 2] < 15
    assert sizes[-1] > 130


def test_grows_year_by_year() -> None:
    """Without the migration, each year sees more new tokens than the last; this month is not over."""
    usual = [created(token) for token in LEAD if not token["name"].startswith("migrat")]
    years = [sum(day.year == year for day in usual) for year in (2022, 2023, 2024, 2025, 2026)]
    assert years == sorted(set(years))
    months = Counter((day.year, day.month) for day in usual)
    assert min(months) == (2022, 10)
    assert 0 < months[2026, 10] < months[2026, 9]


def test_migration_burst() -> None:
    """One afternoon in March 2025 saw 14 tokens within a little over two hours: more than any other month."""
    burst = [created(token) for token in LEAD if re.fullmatch(r"migrate-wallets-\d\d", token["name"])]
    assert len(burst) == 14
    assert max(burst) - min(burst) < timedelta(hours=2, minutes=5)
    others = Counter(token["dateCreated"][:7] for token in LEAD if token["dateCreated"][:7] != "2025-03")
    assert max(others.values()) < 14


def test_office_hours() -> None:
    """Most tokens are made on weekdays between 7 and 17 UTC."""
    usual = [created(token).weekday() < 5 and 7 <= created(token).hour < 17 for token in EVERYBODY]
    assert sum(usual) / len(usual) > 0.85


SHOW_DIGEST = """
import hashlib, json
from dfns_frames.demo import org
first = [*org.CALLERS[:6], org.CALLERS[-1]]
bodies = org.bodies()
text = json.dumps([{caller: bodies[caller] for caller in first}, [org.bearer(caller) for caller in first]])
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_same_bytes_for_ever(hash_seed: str) -> None:
    """Another process, with another hash seed and time zone, makes the very bytes of the day of writing."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"Etc/GMT+{hash_seed}"}
    command = [sys.executable, "-c", SHOW_DIGEST]
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == DIGEST


def test_bodies_are_fresh() -> None:
    """Changing a body changes nobody else's."""
    org.bodies()["treasury"]["items"].clear()
    assert org.bodies() == BODIES


def claims(bearer: str) -> dict[str, Any]:
    _, payload, _ = bearer.split(".")
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


@pytest.mark.parametrize("caller", org.CALLERS)
def test_bearer(caller: str) -> None:
    """A bearer token has the shape of a JSON Web Token about its caller, valid on the day of the snapshot."""
    bearer = org.bearer(caller)
    told = claims(bearer)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]{86}", bearer)
    assert told["sub"] == org.PEOPLE[caller].user_id
    assert told["iat"] < org.SNAPSHOT.timestamp() < told["exp"]


def test_bearers_differ() -> None:
    """No two callers share a bearer token, and there is none for a stranger."""
    assert len({org.bearer(caller) for caller in org.CALLERS}) == len(org.CALLERS)
    with pytest.raises(KeyError):
        org.bearer("stranger")
