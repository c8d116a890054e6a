"""What holds of the measures whatever the tokens are."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests.plot_inputs import DATES, KNOWN, MADE_UP, frames, token

_tokens = st.lists(
    st.builds(
        lambda active, date, given: {"isActive": active, "dateCreated": date, "given": given},
        st.booleans(),
        st.sampled_from([*DATES, "2024-02-29T12:00:00Z"]),
        st.lists(
            st.tuples(
                st.sampled_from(["p", "q", "r", "ManagedFullAdminAccess"]),
                st.none() | st.lists(st.sampled_from([*KNOWN[:6], *MADE_UP[:3]]), max_size=5),
            ),
            max_size=4,
        ),
    ),
    max_size=12,
)


@given(_tokens)
@settings(max_examples=60, deadline=None)
def test_no_token_is_ever_lost(made: list[dict[str, Any]]) -> None:
    """Whatever the tokens, each measure that covers all of them sums to their number."""
    pats = frames(
        [
            token(n, *m["given"], isActive=m["isActive"], dateCreated=m["dateCreated"])
            for n, m in enumerate(made)
        ]
    )
    assert dff.measures.creation_over_time(pats)["created"].sum() == len(made)
    assert dff.measures.creation_calendar(pats)["created"].sum() == len(made)
    assert dff.measures.permission_combinations(pats)["token_count"].sum() == len(made)
    assert len(dff.measures.operations_per_token(pats)) == len(made)
    assert dff.measures.operation_matrix(pats).drop_duplicates("group")["token_count"].sum() == len(made)
    assert len(dff.measures.token_ages(pats)) == sum(m["isActive"] for m in made)
    reach = dff.measures.sensitive_reach(pats)
    assert (reach["tokens_active"] + reach["active_uncertain"]).max() <= sum(m["isActive"] for m in made)
