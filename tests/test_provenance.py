"""What repr, captions and files say of where tokens came from, when, and whether these are all."""

import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from matplotlib import pyplot

import dfns_frames as dff
from dfns_frames._facts.provenance import caption, source_lines, taken
from tests import organisations
from tests.conftest import WHEN, read, token

JANUARY, FEBRUARY = "2026-01-05T08:00:00Z", "2026-02-05T09:30:00Z"
LOOKS = "tokens deleted in between are still counted"


def outputs(pats: dff.Frames, folder: Path) -> dict[str, str]:
    """Return what each output says, white space made even."""
    chart = pats.plot.permission_spread()
    pats.to_csv(folder)
    said = {
        "repr": repr(pats),
        "html": pats._repr_html_(),
        "chart": " ".join(text.get_text() for text in chart.texts),
        "readme": (folder / "README.txt").read_text(encoding="utf-8"),
    }
    pyplot.close("all")
    return {name: " ".join(text.split()) for name, text in said.items()}


def resting_on(pats: dff.Frames, basis: str | None) -> dff.Frames:
    """Make frames whose time rests on something else."""
    tables = {name: pats.arrow(name) for name in pats}
    sources = tables["sources"]
    if "fetched_at_basis" in sources.column_names:
        sources = sources.drop_columns(["fetched_at_basis"])
    values = pa.array([basis] * sources.num_rows, pa.string()).dictionary_encode()
    tables["sources"] = sources.add_column(3, "fetched_at_basis", values)
    return dff.Frames(tables)


def quietly(*parts: dff.Frames) -> dff.Frames:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return dff.concat(parts)


@pytest.fixture
def looks() -> dff.Frames:
    """Join two lists of one caller; to-1 was deleted in between."""
    old = read(token(1), token(2), fetched_at=JANUARY)
    return quietly(old, read(token(2), token(3), fetched_at=FEBRUARY))


def test_two_lists_of_one_caller_are_two_looks(looks: dff.Frames) -> None:
    """Joining them warns; the deleted token is still there, and drift says whose lists they are."""
    with pytest.warns(UserWarning, match=r"one caller \(us-1\), and two snapshots are not one set.*deleted"):
        dff.concat([read(token(1), fetched_at=JANUARY), read(token(2), fetched_at=FEBRUARY)])
    assert looks.tokens["token_id"].tolist() == ["to-1", "to-2", "to-3"]
    assert looks.drift[["what", "detail", "count"]].to_numpy().tolist() == [
        ["lists of one caller", "us-1", 2]
    ]


def test_every_output_says_that_deleted_tokens_are_counted(looks: dff.Frames, tmp_path: Path) -> None:
    """Text, HTML, chart and files; filtered, or read back, too."""
    back = dff.read(looks.to_parquet(tmp_path / "parquet"))
    for i, pats in enumerate((looks, looks.filter(["to-1"]), back, back.filter(["to-1"]))):
        for name, said in outputs(pats, tmp_path / str(i)).items():
            assert f"2 lists of one caller are joined: {LOOKS}." in said, name
            assert "visible to the one caller of 2 lists" in said, name
            assert "callers" not in said.replace("callers of", ""), name


@pytest.mark.parametrize(
    "parts",
    [
        [read(token(1)), read(token(2, linkedUserId="us-2"))],
        [read(token(1), fetched_at=JANUARY), read(token(1, linkedUserId="us-2"), token(2), fetched_at=WHEN)],
        [read(token(1, linkedUserId="")), read(token(2, linkedUserId=""), fetched_at=JANUARY)],
        [read(token(1), token(2, linkedUserId="")), read(token(3), fetched_at=JANUARY)],
        [read(), read(fetched_at=JANUARY)],
        [read(token(1)), read(fetched_at=JANUARY)],
    ],
    ids=["two", "several", "nobody", "partly nobody", "empty", "one empty"],
)
def test_where_the_caller_is_another_or_unknown_nothing_is_said(parts: list[dff.Frames]) -> None:
    """A list's caller is the one user that all its tokens act for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)  # a token that the lists differ about
        joined = dff.concat(parts)
    assert "lists of one caller" not in joined.drift["what"].tolist()
    assert LOOKS not in repr(joined)
    assert "visible to the callers of 2 lists" in repr(joined)


def test_pieces_of_one_list_are_one_look() -> None:
    """Two filters of the same frames, a list joined with itself, or two halves of it."""
    pats = read(token(1), token(2), token(3), fetched_at=JANUARY)
    halves = read(token(1), fetched_at=JANUARY), read(token(2), fetched_at=JANUARY)
    for parts in (
        [pats.filter(["to-1", "to-2"]), pats.filter(["to-2", "to-3"])],
        [pats, pats],
        [pats, read(token(3), token(2), token(1), fetched_at=JANUARY)],
        halves,
    ):
        assert LOOKS not in repr(dff.concat(parts))


def test_lists_that_overlap_and_differ_are_two_looks_even_at_one_time() -> None:
    """Files that were copied together have one date, and were not fetched together."""
    with pytest.warns(UserWarning, match="two snapshots"):
        dff.concat([read(token(1), token(2)), read(token(2))])


def test_looks_are_found_through_nested_joins() -> None:
    """However lists are joined, those of one caller are counted, and warned of once."""
    lists = [
        read(token(n), token(9, linkedUserId="us-1"), fetched_at=f"2026-0{n}-01T00:00:00Z") for n in (1, 2, 3)
    ]
    other = read(token(5, linkedUserId="us-2"))
    with pytest.warns(UserWarning, match=r"one caller \(us-1\)"):
        nested = dff.concat([dff.concat([lists[0], other]), lists[1]])
    assert "2 lists of one caller are joined" in repr(nested)
    assert "visible to the callers of 3 lists" in repr(nested)
    with pytest.warns(UserWarning, match=r"one caller \(us-1\)"):
        all_three = dff.concat([nested, lists[2]])
    for joined in (all_three, quietly(*lists, other), quietly(other, quietly(*lists[1:]), lists[0])):
        assert joined.drift[["detail", "count"]].to_numpy().tolist() == [["us-1", 3]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = dff.concat([nested, read(token(6, linkedUserId="us-3"))])
    assert again.drift["count"].tolist() == [2]
    assert LOOKS not in repr(again.filter(["to-5", "to-6"]))


def test_captions_do_not_claim_one_snapshot(looks: dff.Frames, tmp_path: Path) -> None:
    """Lists made at different times are said to be from when to when."""
    span = "snapshots from 2026-01-05 08:00 to 2026-02-05 09:30 UTC"
    assert taken(looks) == span
    assert span in caption(looks)
    assert span.capitalize()[:9] in outputs(looks, tmp_path)["readme"]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([WHEN], "snapshot 2026-03-02 08:00 UTC"),
        ([WHEN, WHEN], "snapshot 2026-03-02 08:00 UTC"),
        (
            ["2026-03-02T08:00:01Z", "2026-03-02T08:00:40Z"],
            "snapshots from 2026-03-02 08:00:01 to 2026-03-02 08:00:40 UTC",
        ),
        ([FEBRUARY, JANUARY], "snapshots from 2026-01-05 08:00 to 2026-02-05 09:30 UTC"),
    ],
)
def test_the_times_of_lists(times: list[str], said: str) -> None:
    """One time, or from when to when, to the second where minutes do not tell them apart."""
    lists = [read(token(n, linkedUserId=f"us-{n}"), fetched_at=time) for n, time in enumerate(times)]
    assert taken(dff.concat(lists)) == said


@pytest.mark.parametrize(
    ("basis", "short", "line"),
    [
        ("response", "snapshot 2026-03-02 08:00 UTC", ", 2026-03-02 08:00:00 UTC: ok"),
        ("given", "snapshot 2026-03-02 08:00 UTC", ", 2026-03-02 08:00:00 UTC: ok"),
        (None, "snapshot 2026-03-02 08:00 UTC", ", 2026-03-02 08:00:00 UTC: ok"),
        ("file date", "file date 2026-03-02 08:00 UTC", ", file date 2026-03-02 08:00:00 UTC: ok"),
        (
            "clock",
            "read 2026-03-02 08:00 UTC (by this computer's clock)",
            ", read 2026-03-02 08:00:00 UTC by this computer's clock: ok",
        ),
    ],
)
def test_outputs_say_what_a_time_rests_on(basis: str | None, short: str, line: str, tmp_path: Path) -> None:
    """A file's date is not called the snapshot's time, by no output."""
    pats = resting_on(read(token(1)), basis)
    said = outputs(pats, tmp_path / "out")
    assert short in said["chart"]
    assert short[1:] in said["readme"]
    assert line in said["repr"]
    assert line.replace("'", "&#x27;") in said["html"]
    for name in ("repr", "html", "chart"):
        assert ("snapshot" in said[name]) <= (basis not in ("file date", "clock"))
        assert "today" not in said[name]


def test_mixed_bases_are_counted() -> None:
    """Of joined lists it says for how many the time is a file's."""
    parts = [
        resting_on(read(token(n, linkedUserId=f"us-{n}"), fetched_at=f"2026-0{n}-01T00:00:00Z"), basis)
        for n, basis in enumerate(["response", "file date", "clock"], start=1)
    ]
    said = "snapshots from 2026-01-01 00:00 to 2026-03-01 00:00 UTC (file date for 1 of 3, clock for 1 of 3)"
    assert taken(dff.concat(parts)) == said
    dates = [
        resting_on(read(token(n, linkedUserId=f"us-{n}"), fetched_at=f"2026-0{n}-01"), "file date")
        for n in (1, 2)
    ]
    assert taken(dff.concat(dates)).startswith("file dates from 2026-01-0")


def test_an_unknown_time_is_unknown() -> None:
    """Not now, and not an error."""
    tables = {name: read(token(1)).arrow(name) for name in read(token(1))}
    at = tables["sources"].column_names.index("fetched_at")
    field = tables["sources"].schema.field(at)
    tables["sources"] = tables["sources"].set_column(at, field, pa.nulls(1, field.type))
    pats = dff.Frames(tables)
    assert "at an unknown time" in repr(pats)
    assert "taken at an unknown time" in caption(pats)


def test_joined_duplicates_are_not_called_a_part(tmp_path: Path) -> None:
    """A token that two lists have is one, and none was left out; only a filter leaves some out."""
    same = [
        read(token(1, linkedUserId="us-1"), token(2, linkedUserId="us-2")),
        read(token(2, linkedUserId="us-2"), token(3, linkedUserId="us-3")),
    ]
    joined = dff.concat(same)
    for said in outputs(joined, tmp_path / "all").values():
        assert "were read" not in said
        assert " read," not in said
    for said in outputs(joined.filter(["to-1"]), tmp_path / "part").values():
        assert "1 of the 3 that were read" in said or "1 token of the 3 read" in said


def test_filtered_frames_say_so_wherever_they_go(tmp_path: Path) -> None:
    """Filtered twice, through files and joins; a filter that keeps all is none."""
    pats = read(*(token(n, isActive=n > 1) for n in range(4)))
    part = pats.filter(lambda t: t.is_active).filter(["to-3"])
    assert "(1 of the 4 that were read)" in repr(part)
    back = dff.read(part.to_parquet(tmp_path / "out"))
    assert "(1 of the 4 that were read)" in repr(back)
    assert back == part
    assert "that were read" not in repr(pats.filter(lambda t: t.token_id.notna()))
    other = read(token(7, linkedUserId="us-7"))
    for joined in (
        dff.concat([part, other]),
        dff.concat([other, part]),
        dff.concat([dff.concat([part, other])]),
    ):
        assert "(a part of those that were read)" in repr(joined)
        assert "2 tokens, a part of those read, visible" in caption(joined)
        assert "a part of those" in repr(joined.filter(["to-7"]))
    assert "that were read" not in repr(dff.concat([pats, other]))
    assert "that were read" not in repr(read().filter([]))


def test_ids_in_several_rows_are_said() -> None:
    """One list that has an id twice counts it twice, and says so."""
    with pytest.warns(dff.DriftWarning, match="repeated id"):
        pats = read(token(1), token(1), token(2), token(3, tokenId=""), token(4, tokenId=""))
    with pytest.warns(dff.DriftWarning, match="repeated id"):
        two = read(token(1), token(1), token(2), token(2))
    assert "1 token id stands in more than one row; each row counts as a token." in caption(pats)
    assert "2 token ids stand" in repr(two)
    assert "more than one row" not in repr(read(token(1), token(2)))


def test_incomplete_and_invalid_are_said(tmp_path: Path) -> None:
    """What is missing stands in the caption."""
    body: Any = {"items": [token(1), {"tokenId": "to-2"}], "nextPageToken": "next"}
    pats = dff.read(body, fetched_at=WHEN, skip_invalid=True)
    said = caption(pats)
    assert "NOT ALL: a source is incomplete." in said
    assert "1 invalid token set aside." in said
    assert "1 token, visible to the caller" in said
    assert source_lines(pats)[0].endswith("incomplete, 2 tokens, 1 set aside")


def test_outside_text_is_shown_as_the_picture_can() -> None:
    """A source's name goes through what the chart passes."""
    assert "Source: GET!;" in caption(read(token(1)), lambda text: "GET!")


def test_display_is_calm_for_frames_without_tokens() -> None:
    """Empty frames say that there are none, without dividing or claiming a part."""
    assert repr(read()).splitlines()[:2] == [
        "Frames of the tokens visible to the caller",
        "  /auth/pats from a dict, 2026-03-02 08:00:00 UTC: ok, 0 tokens",
    ]
    assert caption(read()).startswith("Source: GET /auth/pats; 0 tokens, visible to the caller; snapshot")


def test_captions_count_the_tokens_of_each_list() -> None:
    """Where service accounts' tokens are counted too, a caption says how many are of which list."""
    tokens = [organisations.Token(f"to-{n}", "us-1") for n in range(3)]
    tokens.append(organisations.Token("to-sa", "us-2", source=organisations.MACHINES))
    said = caption(organisations.frames(organisations.Organisation(tokens=tuple(tokens))))
    assert "4 tokens (3 of /auth/pats, 1 of /auth/service-accounts), visible to the caller" in said
