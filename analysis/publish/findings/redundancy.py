"""Findings about repetition, in plain sentences, each made from the table that bears it out."""

import pandas as pd

from analysis.publish.findings.wording import listed, percent, times

KINDS = {"verbatim": "word for word", "near": "edited", "reworded": "reworded"}  # of shared passages, in words


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
    both = ", some in both" if share["within"] + share["across"] > share["repeated"] + 1e-9 else ""
    return f"{said}: {percent(share['within'])} in the same document, {percent(share['across'])} in another{both}."


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


def nearly_repeated(table: pd.DataFrame, threshold: float) -> str:
    """How many sentences are nearly the same, from a table of `near_texts`, as a sentence.

    >>> nearly_repeated(pd.DataFrame({"similarity": [0.9, 0.7], "times": [2, 1]}), 0.6)
    '2 pairs of different sentences share at least 60% of their words.'
    """
    if table.empty:
        return f"No two different sentences share as much as {percent(threshold)} of their words."
    pairs = "1 pair" if len(table) == 1 else f"{len(table):,} pairs"
    return (
        f"{pairs} of different sentences share{'s' * (len(table) == 1)} at least {percent(threshold)} of their words."
    )


def said_twice(table: pd.DataFrame, *, top: int = 4) -> str:
    """The doublets that stand most often, from a table of doublets, as a sentence.

    >>> said_twice(pd.DataFrame({"first": ["firm"], "second": ["resolute"]}))
    'One thing said by two words: “firm” and “resolute” (once).'
    """
    if table.empty:
        return "No two words joined by “and” or “or” are found to say one thing twice."
    counts = table.groupby(["first", "second"]).size().reset_index(name="count")
    counts = counts.sort_values(["count", "first", "second"], ascending=[False, True, True]).head(top)
    said = [f"“{first}” and “{second}” ({times(count)})" for first, second, count in counts.itertuples(index=False)]
    return f"One thing said by two words: {', '.join(said)}."


def shared_text(found: pd.DataFrame) -> str:
    """How many passages documents share, from a table of passages, as a sentence.

    >>> table = pd.DataFrame({"a_doc": ["a", "a"], "b_doc": ["b", "b"], "kind": ["verbatim", "near"]})
    >>> shared_text(table)
    '1 pair of documents shares passages: 2 in all, 1 word for word, 1 edited and 0 reworded.'
    """
    if found.empty:
        return "No two documents are found to share a passage."
    pairs = len(found[["a_doc", "b_doc"]].drop_duplicates())
    kinds = found["kind"].value_counts()
    said = f"{pairs:,} pairs of documents share" if pairs > 1 else "1 pair of documents shares"
    counted = [f"{kinds.get(kind, 0):,} {name}" for kind, name in KINDS.items()]
    return f"{said} passages: {len(found):,} in all, {listed(counted)}."
