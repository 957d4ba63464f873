"""Which figures have something to show, and which findings say most: rules for both, in one place."""

from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

from analysis.publish.tables import note
from analysis.text.tokens import Tokens

TESTED = 100  # different sentences from which two frames can be seen to go together
HELD = 5  # occurrences, roles, hits or documents from which there is more than an anecdote
RANKS = 5  # different counts by which words spread out
CURVE = 2_000  # running words from which a law of frequencies can be fitted
COURSE = 30  # sentences or documents from which a running mean is one
LOST = 2  # occurrences that a word must lose
FALL, HITS = 0.1, 3  # of a frame's rate, and of its hits, that must go
COPIED = 0.05  # of all words, repeated verbatim: from here on it is the first thing to say of a text

Rule = tuple[Callable[[pd.DataFrame, Tokens], Any], str]

_ROWS: Rule = (lambda table, _: len(table) > 1, "there are no two values to compare")
_GRID: Rule = (
    lambda table, _: ((table.iloc[:, 1:].fillna(0) != 0).sum(axis=1) > 0).sum() > 1 and table.shape[1] > 2,
    "a grid takes two rows and two columns that are not all 0",
)
_TIMES: Rule = (lambda table, _: table.shape[1] > 3, "there are fewer than three periods, and so no course")
RULES: dict[str, Rule] = {
    "spread": (
        lambda table, tokens: tokens.n_documents > 1 and (table["count"] >= HELD).sum() > 2,
        f"it takes two documents, and three words that appear {HELD} times",
    ),
    "words_by_group": _GRID,
    "keyness": (
        lambda table, _: len(table) > 1 and not (table["of_documents"] < 2).all(),
        "no side has two words and two documents",
    ),
    "two_sides": (
        lambda table, _: (
            min(table["count"].nunique(), table["reference_count"].nunique()) >= RANKS
            and (table["count"] != table["reference_count"]).any()
        ),
        f"the counts of a side have fewer than {RANKS} ranks, or both sides the same",
    ),
    "collocates_by_group": _GRID,
    "trends": (lambda table, _: table["period"].nunique() > 2, _TIMES[1]),
    "shape": (
        lambda _, tokens: len(tokens) >= CURVE,
        f"a curve fitted to fewer than {CURVE:,} running words says little",
    ),
    "frames_by_group": _GRID,
    "frames_by_time": _TIMES,
    "frames_places": (lambda table, _: len(table["label"].unique()) > 1, "hits are of one frame at the most"),
    "headlines": (lambda table, _: table["headline_hits"].sum() >= HELD, f"headlines have fewer than {HELD} hits"),
    "together": (
        lambda table, _: table["units"].max() >= TESTED and (table["ppmi"] > 0).any(),
        f"it takes {TESTED} different sentences, and two frames that share some",
    ),
    "style_by_group": _GRID,
    "actors": (
        lambda table, _: (table["acts"] + table["acted_upon"] >= HELD).sum() > 1,
        f"no two actors are subject or object {HELD} times",
    ),
    "entities_by_group": _GRID,
    "repeat_map": (lambda table, _: len(table["doc_id"].unique()) > 1, "no two documents have repeated sentences"),
    "dot_plot": (lambda table, _: len(table) > 0, "no run of words recurs in one document"),
    "reuse_network": (_GRID[0], "no two groups have text of two earlier ones"),
    "timeline": (lambda table, _: len(table) > 2, "no passage appears in three places"),
    "document_map": (
        lambda table, _: len(table) >= HELD and (table["x"] != table["x"].iloc[0]).any(),
        f"a map takes {HELD} documents that are not all alike",
    ),
    "novelty": (lambda table, _: len(table) >= COURSE, f"a course takes {COURSE} sentences or documents"),
    "counted_once": (lambda table, _: (table["lost"] >= LOST).sum() > 1, f"no two words lose {LOST} occurrences"),
    "frames_once": (
        lambda table, _: ((table["lost"] >= FALL) & (table["lost"] * table["hits"] >= HITS)).any(),
        f"no frame loses a tenth of its rate and {HITS} hits",
    ),
}


# Questions, by a figure or table that they show, in the order of their findings: what is more than chance explains,
# the leading words and frames, manners of speech, last the measures' own merits.
REPEATS = ("repeated_paragraphs", "repeated_shares")
OTHERS = (
    *("all_keyness", "shifts", "trend_tests", "headline_body", "profile", "all_words", "borrowed", "pairs_of_frames"),
    *("before_and_after", "frames_once", "actor_roles", "style_matches", "all_phrases", "all_pairs", "passives"),
    *("naming", "words_beside", "speakers", "all_spread", "passages", "clusters", "near_repeats", "doublets"),
    *("coverage", "novelty", "diversity", "shares", "known_reuse", "validity"),
)


def rank(names: Collection[str], repeated: float) -> int:
    """The place, from 0, of the findings of a question that shows figures and tables of these `names`.

    Repetition comes first where much is `repeated`, as a share of all words, and else after the words used most.

    >>> rank({"all_words"}, 0.2), rank({"repeated_paragraphs"}, 0.2), rank({"repeated_paragraphs"}, 0.01)
    (7, 0, 6)
    """
    before = 0 if repeated >= COPIED else OTHERS.index("all_words") + 1
    order = [*OTHERS[:before], *REPEATS, *OTHERS[before:]]
    return next((place for place, name in enumerate(order) if name in names), len(order))


def worth_drawing(name: str, table: pd.DataFrame, tokens: Tokens) -> bool:
    """Whether the figure `name` of `table` shows more than its finding says, by `RULES`; if not, a note says why."""
    enough, why = RULES.get(name, _ROWS)
    if enough(table, tokens):
        return True
    note(f"No figure “{name.replace('_', ' ')}”: {why}.")
    return False
