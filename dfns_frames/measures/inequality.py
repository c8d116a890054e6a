"""How unevenly operations, permissions and tokens are spread over those who hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from dfns_frames._facts.codes import codes, owner_ids, texts
from dfns_frames._facts.contents import current_operations
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import token_holdings
from dfns_frames._facts.people import owner_names
from dfns_frames.measures.options import Shared, check_choice, check_frames
from dfns_frames.measures.spread import permission_spread

if TYPE_CHECKING:
    import numpy.typing as npt

    from dfns_frames._facts.tables import Tables


def concentration(frames: Tables, *, of: Shared = "operations") -> pd.DataFrame:
    """Measure how unevenly something is spread: the points of a Lorenz curve, and the Gini coefficient.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.
    of
        ``"operations"``: different operations over tokens, full administrators with all current ones and
        whatever else the API listed; ``"permissions"``: tokens over the permissions they hold; ``"owners"``:
        tokens over the users or applications that they act for.

    Returns
    -------
    pandas.DataFrame
        A row is one holder (a token, a permission, an owner), the smallest first. Columns: `holder` (its
        id), `holder_name` (missing where it has none, or where no users were read), `value`, `holder_share`
        and `value_share` (of holders and of the total, up to and including this one, 0 to 1) and `gini`, the
        same in every row: 0 if all n holders have the same, (n - 1) / n if one has everything; missing if
        there is nothing to share. What the curve leaves out comes last, without shares: tokens whose
        operations are not all known, without `value`; tokens without an owner, as one row without `holder`.
        ``attrs["notes"]`` says in sentences what was assumed and left out.

    Raises
    ------
    ConfigurationError
        `of` is not one of those listed, or `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> spread = dff.measures.concentration(pats)
    >>> spread[["value", "holder_share", "value_share", "gini"]].tail(3).round(2)
        value  holder_share  value_share  gini
    11     23          0.92         0.89  0.19
    12     26          1.00         1.00  0.19
    13   <NA>           NaN          NaN  0.19
    >>> spread.attrs["notes"]
    ['1 token is left out: the API did not list all of its operations.']
    """
    check_frames(frames)
    check_choice("of", of, Shared)
    holders, left_out, notes = {"operations": _operations, "permissions": _permissions, "owners": _owners}[
        of
    ](frames)
    holders = holders.sort_values(["value", "holder"], ignore_index=True)
    values = holders["value"].to_numpy(dtype=np.float64)
    total = values.sum()
    holders["holder_share"] = np.arange(1, len(values) + 1) / max(len(values), 1)
    holders["value_share"] = values.cumsum() / total if total else np.full(len(values), np.nan)
    frame = pd.concat([holders, left_out.assign(holder_share=np.nan, value_share=np.nan)], ignore_index=True)
    frame["gini"] = gini(values)
    frame.attrs["notes"] = notes
    return frame


def gini(values: npt.NDArray[np.float64]) -> float:
    """Return the Gini coefficient of ascending values; NaN if they sum to nothing."""
    count, total = len(values), values.sum()
    if not total:
        return float("nan")
    return float(2 * (np.arange(1, count + 1) * values).sum() / (count * total) - (count + 1) / count)


def _holders(
    ids: pd.Series, names: pd.Series, values: npt.NDArray[np.int64], known: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "holder": ids.astype(TEXT),
            "holder_name": names.astype(TEXT),
            "value": pd.arrays.IntegerArray(values.astype(np.int64), ~known),
        }
    )


def _operations(frames: Tables) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    held = token_holdings(frames)
    known = held.everything | (held.unlisted == 0)
    tokens = frames.arrow("tokens")
    frame = _holders(texts(tokens, "token_id"), texts(tokens, "name"), held.held, known)
    notes = []
    if full := int(held.everything.sum()):
        notes.append(
            f"{_tokens(full)} of full administrators: all {current_operations():,} current operations each, "
            "listed or not."
        )
    if lost := int((~known).sum()):
        notes.append(
            f"{_tokens(lost)} {'is' if lost == 1 else 'are'} left out: the API did not list all of "
            f"{'its' if lost == 1 else 'their'} operations."
        )
    return frame[known], frame[~known], notes


def _permissions(frames: Tables) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    spread = permission_spread(frames)
    values = spread["token_count"].to_numpy()
    known = np.ones(len(values), dtype=bool)
    frame = _holders(spread["permission_id"], spread["permission_name"], values, known)
    return frame, frame.iloc[:0], []


def _owners(frames: Tables) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    number, names = codes(pa.table({"owner": owner_ids(frames.arrow("tokens"))}), "owner")
    sizes = np.bincount(number[number >= 0], minlength=len(names))
    lost = int((number < 0).sum())
    called = dict(zip(number.tolist(), owner_names(frames).to_pylist(), strict=True))
    frame = _holders(
        pd.Series([*names, None], dtype=TEXT),
        pd.Series([*(called.get(each) for each in range(len(names))), None], dtype=TEXT),
        np.append(sizes, lost),
        np.ones(len(names) + 1, dtype=bool),
    )
    are = "is" if lost == 1 else "are"
    notes = [f"{_tokens(lost)} without an owner {are} left out."] if lost else []
    return frame.iloc[:-1], frame.iloc[len(names) :] if lost else frame.iloc[:0], notes


def _tokens(count: int) -> str:
    return f"{count:,} {'token' if count == 1 else 'tokens'}"
