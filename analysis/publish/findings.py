"""Findings in plain sentences, each made from the table that bears it out."""

from collections.abc import Sequence

import pandas as pd


def most_used(table: pd.DataFrame, what: str = "words", *, top: int = 3) -> str:
    """The first rows of a table of terms as a sentence.

    >>> most_used(pd.DataFrame({"term": ["plan", "unity"], "count": [9, 1], "documents": [4, 1]}))
    'The words used most, stop words aside: “plan” (9 times, in 4 documents) and “unity” (once).'
    """
    if table.empty:
        return f"Stop words aside, there are no {what}."
    said = [
        f"“{row['term']}” ({times(row['count'])}"
        + (f", in {row['documents']:,} documents)" if row["documents"] > 1 else ")")
        for row in table.head(top).to_dict("records")
    ]
    return f"The {what} used most, stop words aside: {listed(said)}."


def framed_as(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """The frames spoken of most, from a frame profile, as a sentence.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> framed_as(profile, {"war": "War", "law": "Law"})
    'The text speaks most of law (6.0 hits per 1,000 words) and war (2.0).'
    """
    found = table[table["hits"] > 0].sort_values("per_1000_words", ascending=False, kind="stable").head(top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    said = [f"{labels[row['frame']].lower()} ({row['per_1000_words']:.1f})" for row in found.to_dict("records")]
    said[0] = said[0].replace(")", " hits per 1,000 words)")
    return f"The text speaks most of {listed(said)}."


def unspoken(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """The frames without a single hit as a sentence, None where every frame has one."""
    names = [labels[frame].lower() for frame in table.loc[table["hits"] == 0, "frame"]]
    return f"No term speaks of {listed(names, 'or')}." if names else None


def repeated(shares: pd.DataFrame) -> str:
    """How much stands again word for word, from a table of shares, as a sentence.

    >>> repeated(pd.DataFrame({"words": [100, 50], "within": [20, 0], "across": [0, 10], "repeated": [20, 10]}))
    '20% of the words stand in sentences that occur again word for word: 13% in the same document, 7% in another.'
    """
    words = max(int(shares["words"].sum()), 1)
    share = {name: shares[name].sum() / words for name in ("repeated", "within", "across")}
    if not share["repeated"]:
        return "No sentence occurs a second time word for word."
    said = f"{percent(share['repeated']).capitalize()} of the words stand in sentences that occur again word for word"
    if len(shares) == 1:
        return f"{said}."
    return f"{said}: {percent(share['within'])} in the same document, {percent(share['across'])} in another."


def percent(share: float) -> str:
    """
    >>> percent(0.131), percent(0.004), percent(0)
    ('13%', 'under 1%', '0%')
    """
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def times(count: float) -> str:
    """
    >>> times(1), times(2), times(1200)
    ('once', 'twice', '1,200 times')
    """
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,.0f} times"


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def moved_most(table: pd.DataFrame, *, top: int = 3) -> str:
    """The words that lose most when each sentence counts once, from `before_and_after`, as a sentence.

    >>> moved_most(pd.DataFrame({"term": ["plan", "law"], "count": [4, 2], "adjusted": [2.5, 1.0], "lost": [1.5, 1.0]}))
    'Counted once a sentence, “plan” falls from 4 to 2.5 occurrences and “law” from 2 to 1.'
    """
    if table.empty:
        return "No sentence occurs twice, so no count changes."
    found = table.head(top).to_dict("records")
    said = [f"“{row['term']}” from {row['count']:,} to {row['adjusted']:,.3g}" for row in found]
    said[0] = said[0].replace(" from ", " falls from ") + " occurrences"
    return f"Counted once a sentence, {listed(said)}."


def left_out(group_by: str | None) -> str:
    """Why a comparison of groups is not there.

    >>> left_out("source")
    "Left out: the documents do not differ in 'source', so there is nothing to compare."
    """
    if not group_by:
        return "Left out: no metadata column is named in group_by, so there is nothing to compare."
    return f"Left out: the documents do not differ in {group_by!r}, so there is nothing to compare."


def of_all(grid: pd.DataFrame, groups: pd.Series) -> str:
    """That a grid shows the largest groups only, where it does.

    >>> of_all(pd.DataFrame(columns=["a", "b"]), pd.Series(["a", "b", "b", "c"]))
    ' (the largest 2 of 3)'
    """
    shown, total = grid.shape[1], groups.nunique()
    return f" (the largest {shown:,} of {total:,})" if shown < total else ""
