"""Made-up responses of ``GET /auth/pats`` of any size; the same bytes for the same size on every machine."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from dfns_frames._api.catalogue import operation_names

RESULTS = Path(__file__).parent / "results"

_SEED = 20261019
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_PERMISSIONS = 40
_USERS = 500
_TAIL = 1.2
_ASSIGNMENTS = (5, 38, 26, 14, 9, 5, 3)  # of 100 tokens, how many have 0, 1, … 6
_UNKNOWN, _EMPTY = 0.01, 0.01  # assignments whose operations are not returned, and those of none


def response(tokens: int) -> Path:
    """Return the file that holds a response with so many tokens; made when first asked for."""
    path = RESULTS / f"pats-{tokens}.json"
    if not path.exists():
        RESULTS.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8") as file:
            file.writelines(_parts(tokens))
        unfinished.rename(path)
    return path


def _parts(count: int) -> Iterator[str]:
    draw = random.Random(_SEED)  # noqa: S311 - made-up data, nothing secret
    org, users = _id("or", draw), [_id("us", draw) for _ in range(_USERS)]
    permissions = [_assignments(number, draw) for number in range(_PERMISSIONS)]
    popularity = [1 / (rank + 1) ** 0.8 for rank in range(_PERMISSIONS)]
    draw.shuffle(popularity)
    how_many = range(len(_ASSIGNMENTS))
    yield '{"items":['
    for number in range(count):
        assigned = []
        for texts in draw.choices(permissions, popularity, k=draw.choices(how_many, _ASSIGNMENTS)[0]):
            chance = draw.random()
            assigned.append(texts[(chance < _UNKNOWN + _EMPTY) + (chance < _UNKNOWN)])
        yield "," * bool(number) + _token(
            number, org, users[int(_USERS * draw.random() ** 3)], assigned, draw
        )
    yield "]}"


def _token(number: int, org: str, user: str, assigned: list[str], draw: random.Random) -> str:
    year, month, day = 2021 + int(5 * draw.random() ** 0.6), draw.randint(1, 12), draw.randint(1, 28)
    created = f"{year}-{month:02}-{day:02}T{draw.randrange(24):02}:{draw.randrange(60):02}:{number % 60:02}"
    return (
        f'{{"dateCreated":"{created}.{draw.randrange(1000):03}Z","credId":"{_text(draw, 41)}",'
        f'"isActive":{"true" if draw.random() < 0.7 else "false"},"kind":"Pat","linkedAppId":"",'
        f'"linkedUserId":"{user}","name":"service {_text(draw, 3 + number % 12)}","orgId":"{org}",'
        f'"permissionAssignments":[{",".join(assigned)}],"publicKey":"SHA256:{_text(draw, 43)}",'
        f'"tokenId":"{_id("to", draw)}"}}'
    )


def _assignments(number: int, draw: random.Random) -> tuple[str, str, str]:
    """Return one permission as an assignment: with its operations, with none, and with them left out."""
    names = sorted(operation_names())
    # Heavy-tailed: one permission holds every operation, most hold a few.
    operations = draw.sample(names, max(1, int(len(names) / (number + 1) ** _TAIL)))
    shape = {"permissionName": f"Permission {number}", "permissionId": _id("pm", draw), "assignmentId": ""}
    shapes = ({**shape, "operations": operations}, {**shape, "operations": []}, shape)
    first, second, third = (json.dumps(each, separators=(",", ":")) for each in shapes)
    return first, second, third


def _id(prefix: str, draw: random.Random) -> str:
    return f"{prefix}-{_text(draw, 5)}-{_text(draw, 5)}-{_text(draw, 16)}"


def _text(draw: random.Random, length: int) -> str:
    bits = draw.getrandbits(5 * length)
    return "".join([_LETTERS[bits >> 5 * place & 31] for place in range(length)])
