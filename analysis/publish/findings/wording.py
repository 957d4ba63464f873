"""Words that findings are put together from."""

from collections.abc import Sequence

import pandas as pd


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def percent(share: float) -> str:
    """
    >>> percent(0.131), percent(0.004), percent(0.999), percent(0)
    ('13%', 'under 1%', 'over 99%', '0%')
    """
    if 0 < share <= 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 - 1e-9 else f"{share:.0%}"


def times(count: float) -> str:
    """
    >>> times(1), times(2), times(1200)
    ('once', 'twice', '1,200 times')
    """
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,.0f} times"


def left_out(group_by: str | None) -> str:
    """Why a comparison of groups is not there.

    >>> left_out("source")
    "Left out: the documents have no two values of 'source', so there is nothing to compare."
    """
    if not group_by:
        return "Left out: no metadata column is named in group_by, so there is nothing to compare."
    return f"Left out: the documents have no two values of {group_by!r}, so there is nothing to compare."


def of_all(grid: pd.DataFrame, groups: pd.Series) -> str:
    """That a grid shows the largest groups only, where it does.

    >>> of_all(pd.DataFrame(columns=["a", "b"]), pd.Series(["a", "b", "b", "c"]))
    ' (the largest 2 of 3)'
    """
    shown, total = grid.shape[1], groups.nunique()
    return f" (the largest {shown:,} of {total:,})" if shown < total else ""
