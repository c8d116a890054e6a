"""The chart of who can do something: honest, readable from one identity to hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import dfns_frames as dff
from dfns_frames.plot import Plot
from tests.demo_frames import organisation
from tests.organisations import PATS, Approval, Assigned, Organisation, Policy, Token, User, frames
from tests.plot_inputs import ODD
from tests.test_plot_contract import assert_readable, caption

MOVE = Assigned("pm-1", "mover", ("Wallets:Transfers:Create", "Policies:Evaluations:Vote"))


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def names(ax: Axes) -> list[str]:
    """Return what stands beside the rows."""
    return [label.get_text() for label in ax.get_yticklabels()]


def legend(ax: Axes) -> list[str]:
    """Return what colours and crosses stand for."""
    box: Any = ax.get_legend()
    return [text.get_text() for text in box.get_texts()]


def people(count: int) -> Organisation:
    """Return users who can move funds, by strange names, each with a token."""
    users = tuple(User(f"us-{n}", (MOVE,), name=f"{ODD[n % len(ODD)]} {n}") for n in range(count))
    return Organisation(users=users, tokens=tuple(Token(f"to-{n}", f"us-{n}", (MOVE,)) for n in range(count)))


@pytest.mark.parametrize("count", [1, 3, 100])
def test_one_to_hundreds_of_identities(count: int) -> None:
    """From one user and a token to two hundred identities nothing is cut off; the caption says how many."""
    ax = Plot(frames(people(count))).who_can("transfer")
    assert_readable(ax.get_figure())
    assert len(names(ax)) == min(30, 2 * count)
    assert ("the first 30 of 200 identities" in caption(ax)) == (count == 100)


def test_who_is_alone_comes_first_and_why() -> None:
    """On the demo: who approves for herself, then whom no policy covers; each gate has its meaning."""
    ax = Plot(organisation("platform-lead")).who_can("move funds")
    assert_readable(ax.get_figure())
    assert names(ax)[0] == "Katharina Lindqvist (user)"
    assert names(ax)[5] == "rebalancer, rebalancer (token)"
    assert legend(ax) == [
        "not covered by any kind of policy: alone",
        "approval by itself: alone",
        "approval by others",
        "unknown",
    ]
    assert "Not read" not in caption(ax)
    assert "inactive" in legend(Plot(organisation("platform-lead")).who_can("vote"))
    only = Plot(organisation("platform-lead")).who_can(alone=True, top=100)
    assert len(names(only)) < len(names(Plot(organisation("platform-lead")).who_can(top=100)))


def test_what_was_not_read_is_named() -> None:
    """The caption names each source that was refused, and what reading it needs; crosses are not certain."""
    ax = Plot(organisation("payments-engineer")).who_can("move_funds")
    assert_readable(ax.get_figure())
    for missing in (
        "users not read: needs Auth:Users:Read",
        "permission assignments not read: needs Permissions:Assignments:Read",
        "group members not read: needs Auth:UserGroups:Members:Read",
        "policies not read: needs Policies:Read",
    ):
        assert caption(ax).count(missing) == 1
    assert "not covered by any kind of policy, not certain" in legend(ax)


def test_a_list_of_tokens_alone_is_all_uncertain() -> None:
    """Where only tokens were read nothing is drawn as certain, and owners have only ids."""
    org = replace(people(2), users=(), statuses={PATS: "ok"})
    ax = Plot(frames(org)).who_can("move_funds")
    assert legend(ax) == ["unknown"]
    assert names(ax) == ["token to-0, us-0 (token)", "token to-1, us-1 (token)"]
    assert "Not read: service accounts (needs Auth:ServiceAccounts:Read), users" in caption(ax)


def test_each_gate_has_a_colour_of_its_own() -> None:
    """Gates that differ are drawn differently, and a single way is no wall of colour."""
    policies = {
        "none: alone": (),
        "approval by itself: alone": (Policy("po-1", approvals=(Approval(None),)),),
        "approval by others": (Policy("po-1", approvals=(Approval(None, quorum=2),)),),
        "blocked": (Policy("po-1", action="Block"),),
        "sometimes a policy: sometimes alone": (Policy("po-1", action="Block", filtered=True),),
    }
    colours = set()
    for meaning, found in policies.items():
        ax = Plot(frames(replace(people(1), policies=found))).who_can("transfer")
        assert legend(ax) == [meaning]
        box: Any = ax.get_legend()
        colours.add(box.get_patches()[0].get_facecolor())
        assert ax.get_xlim()[1] > 1
    assert len(colours) == len(policies)


def test_many_operations_and_nobody() -> None:
    """A category without ways has a column an operation, as far as names fit; nobody at all is said."""
    ax = Plot(organisation("platform-lead")).who_can("config", top=5)
    assert_readable(ax.get_figure())
    assert "Wallets:Create" in [label.get_text() for label in ax.get_xticklabels()]
    assert ax.get_title(loc="left") == ""
    nobody = Plot(frames(people(1))).who_can("Wallets:Read")
    assert any("can use Wallets:Read" in " ".join(text.get_text().split()) for text in nobody.texts)
    with pytest.raises(dff.ConfigurationError, match="close matches: move_funds"):
        Plot(frames(people(1))).who_can("movefunds")


def test_a_part_of_the_answer_says_that_it_is_one() -> None:
    """With `alone`, title and caption say whom the chart leaves out, and so does one with nobody."""
    stopped = replace(people(1), policies=(Policy("po-1", action="Block"),))
    said = {}
    for alone in (True, False):
        ax = Plot(organisation("platform-lead")).who_can("move_funds", alone=alone)
        nobody = Plot(frames(stopped if alone else people(1))).who_can("transfer", alone=alone)
        said[alone] = (
            next(text.get_text() for text in ax.texts if text.get_text().startswith("Who can")),
            caption(ax),
            " ".join(next(t.get_text() for t in nobody.texts if "Nobody" in t.get_text()).split()),
        )
    assert said[True][0] == "Who can move funds alone, or might, and how"
    assert "Left out: what is known not to work alone." in said[True][1]
    assert said[True][2] == "Nobody visible to the caller can transfer alone."
    assert "Left out: what works alone, or might." in said[False][1]
    assert said[False][2] == "Nobody visible to the caller needs others to transfer."
