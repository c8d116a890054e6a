"""Errors: what happened, and apart from it what to do, in the words of whoever reads it."""

import copy
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames import errors
from dfns_frames.cli import main
from dfns_frames.cli.hints import HINTS
from dfns_frames.errors import DfnsFramesError, Hint
from tests.conftest import token

BAD = {"items": [token(1), token(2, isActive="--skip-invalid skip_invalid=True fetched_at=")]}
KINDS = [
    kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, DfnsFramesError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_the_same_fields(kind: type[DfnsFramesError]) -> None:
    """Whoever handles errors asks each the same; what does not apply is None."""
    error = kind("it happened")
    assert (error.status, error.retry_after, error.error_id, error.hint) == (None,) * 4
    assert error.retryable is False
    assert str(error) == "it happened"


def test_the_hint_stands_apart_and_is_shown() -> None:
    """The message says what happened, the hint what to do; as text an error shows both, and its problems."""
    with pytest.raises(dff.SchemaError) as caught:
        dff.read(BAD)
    happened, hint = caught.value.args[0], caught.value.hint
    assert happened == "1 of 2 listed tokens does not fit the documented shape (1 problem); nothing was read"
    assert hint == Hint.SKIP_INVALID
    assert "skip_invalid=True" in hint
    assert str(caught.value).startswith(f"{happened}; {hint}:\n  items[1].isActive")


def test_a_copied_error_has_hint_and_option() -> None:
    """Errors cross processes whole."""
    with pytest.raises(dff.ConfigurationError) as caught:
        dff.read(BAD, fetched_at="soon")
    copied = copy.copy(caught.value)  # as pickle does
    assert (copied.hint, copied.option, str(copied)) == (Hint.TIME, "fetched_at", str(caught.value))
    assert str(copied).startswith("fetched_at='soon' is not a time; pass a date")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"top": 0}, "top must be at least 1, not 0"),
        ({"top": "3"}, "top must be a whole number of at least 1, not '3'"),
    ],
)
def test_an_option_out_of_range_is_named(asked: dict[str, object], said: str) -> None:
    """The message has option, value and bound; the error has the option."""
    with pytest.raises(dff.ConfigurationError) as caught:
        dff.read({"items": []}).plot.permission_spread(**asked)
    assert (str(caught.value), caught.value.option) == (said, "top")


def test_the_shell_has_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names options, and leaves alone what the message quotes, however much that looks like advice."""
    saved = tmp_path / "skip_invalid=True.json"
    saved.write_text('{"items": [{"tokenId": "skip_invalid=True"}]}', "utf-8")
    assert main(["fetch", "--from", str(saved)]) == 4
    first, *problems = capsys.readouterr().err.splitlines()
    assert first.endswith("; pass --skip-invalid to set aside what does not fit and read the rest:")
    assert f"{str(saved)!r}: 1 of 1" in first
    assert all("('skip_invalid=True')" in problem for problem in problems)
    assert main(["fetch", "--from", str(saved), "--fetched-at", "fetched_at=soon"]) == 2
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("dfns-frames: --fetched-at 'fetched_at=soon' is not a time; pass a date such as")
    assert "datetime" not in said
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "t")
    assert main(["fetch", "--region", "region"]) == 2
    assert capsys.readouterr().err == "dfns-frames: --region must be 'eu' or 'uae', not 'region'\n"


def test_the_shell_words_every_hint() -> None:
    """None of the library's is missing, and none of the shell's is Python."""
    assert set(HINTS) == set(Hint)
    assert not [words for words in HINTS.values() if "=" in words or "_" in words]


def test_advice_of_the_shell_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Where Python is told of a function, the shell is told of a command."""
    with pytest.raises(dff.ConfigurationError, match=r"; `dff.operations\(\)` lists them all$"):
        dff.read({"items": []}).who_can("steal")
    assert main(["who-can", "steal"]) == 2
    assert capsys.readouterr().err.endswith("; `dfns-frames operations` lists them all\n")
