"""Which numbers of several runs can be compared: declared here, not guessed from the columns."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from analysis.publish.dictionary import GROUP
from analysis.publish.loading import Run


class Number(NamedTuple):
    """A column of a table that has a row for each value of its keys."""

    name: str  # of the things that have the number, in the plural
    table: str
    keys: tuple[str, ...]
    value: str
    unit: str
    low: str = ""  # columns of the 95% interval; "" for a number that describes these documents alone
    high: str = ""
    counted: str = ""  # columns of a count and its rate, from which follows the number of words
    rate: str = ""
    hits: str = ""  # table with a row a hit
    same: tuple[str, ...] = ()  # parameters that must agree
    complete: tuple[str, ...] = ()  # parameters that decide which rows are listed: if they agree, a missing row is 0


_ENDS = ("ci_low", "ci_high")
_HITS = ("per_1000_words", "hits per 1,000 words", *_ENDS)
_PER_1000 = ("per_1000_words", "per 1,000 words", *_ENDS)
_CHOSEN = ("stopwords", "min_length", "lemmatize", "stem")  # what words are listed
_ROLES = ("active_share", "share of roles in which each acts", *_ENDS)
_MILLION = ("per_million", "per million words", *_ENDS, "count", "per_million")
_OF_HITS = ("hits", "per_1000_words")  # a count and its rate
_FRAME, _BY_GROUP = ("framing/profile", ("frame",)), ("framing/profile_by_group", (GROUP, "frame"))


# In the order of the page.
COMPARED = [
    Number("frames", *_FRAME, *_HITS, *_OF_HITS, "framing/matches"),
    Number("frames by group", *_BY_GROUP, *_HITS, *_OF_HITS, "framing/matches"),
    Number("F1 of the frames", "framing/validity_of_frames", ("frame",), "f1", "against coders", "f1_low", "f1_high"),
    Number("headlines less texts", "framing/headline_body", ("frame",), "gap", *_PER_1000[1:]),
    Number("frames in time", "framing/course", ("period", "frame"), *_PER_1000, *_OF_HITS),
    Number("markers of style", "framing/style", ("frame",), *_HITS, *_OF_HITS),
    Number("firmness", "framing/firmness", (GROUP,), "firmness", "from -1, all hedges, to 1, all boosters", *_ENDS),
    Number("names of the armed opponent", "framing/naming", (GROUP, "naming"), "share", "share of all namings", *_ENDS),
    Number("passives without agent", "framing/voice", (GROUP,), *_PER_1000),
    Number("actors", "framing/actor_roles", ("actor",), *_ROLES),
    Number("actors by group", "framing/actor_roles_by_group", (GROUP, "actor"), *_ROLES),
    Number("verbs of reporting", "framing/reporting", (GROUP, "stance"), "share", "share of all such verbs", *_ENDS),
    Number("coverage", "framing/coverage", (GROUP, "status"), "share", "share of sentences"),
    Number("words", "term_frequency/all_words", ("term",), *_MILLION, complete=_CHOSEN),
    Number("phrases", "term_frequency/all_phrases", ("term",), *_MILLION, same=("ngram",)),
    Number("words in time", "term_frequency/all_trends", ("period", "term"), *_MILLION),
    Number("variety of words", "term_frequency/diversity", ("doc_id",), "mattr", "share of different words in 50"),
    Number("repeated words", "redundancy/repeated_shares", ("doc_id",), "repeated_share", "share of words"),
    Number("words of an earlier text", "redundancy/borrowed", ("doc_id",), "borrowed_share", "share of words"),
    Number("compression", "redundancy/compression", ("doc_id",), "redundancy", "share saved by pointing back"),
    Number("frames counted once", "redundancy/frames_once", ("frame",), "lost", "share of hits lost"),
]


Total = Callable[[pd.DataFrame], float]


def _share(part: str, whole: str) -> Total:
    """The sum of the column `part` over that of `whole`, NaN where that is 0."""
    return lambda table: table[part].sum() / total if (total := table[whole].sum()) else float("nan")


def _framed_share(table: pd.DataFrame) -> float:
    total = table["sentences"].sum()
    return table.loc[table["status"] == "framed", "sentences"].sum() / total if total else float("nan")


# Totals of a run: section, name, unit, table, and how the number follows from the table.
_WHOLE: tuple[tuple[str, str, str, str, Total], ...] = (
    ("term_frequency", "running words", "", "loaded", lambda table: table["words"].sum()),
    ("term_frequency", "documents", "", "loaded", lambda table: table["documents"].sum()),
    ("framing", "hits of the frames", "", "matches", len),
    ("framing", "sentences in which a frame leads", "share", "coverage", _framed_share),
    ("framing", "passives", "", "passives", len),
    ("framing", "quotations and reports", "", "speech", len),
    (
        "redundancy",
        "words in sentences that occur more than once",
        "share",
        "repeated_shares",
        _share("repeated", "words"),
    ),
    ("redundancy", "words that an earlier document has", "share", "borrowed", _share("borrowed", "words")),
    ("redundancy", "pairs of nearly equal sentences", "", "near_repeats", len),
    ("redundancy", "pairs of documents that share text", "", "document_pairs", len),
    ("redundancy", "passages that two documents share", "", "passages", len),
    ("redundancy", "clusters of documents", "", "clusters", lambda table: table["cluster"].nunique()),
    ("redundancy", "doublets", "", "doublets", len),
)


def whole(run: Run) -> pd.DataFrame:
    """Totals of a run: section, name, unit ("share", 0 to 1, or "" for a count), value; a row a number."""
    rows = [
        (section, name, unit, float(total(run[f"{section}/{table}"])))
        for section, name, unit, table, total in _WHOLE
        if f"{section}/{table}" in run
    ]
    return pd.DataFrame(rows, columns=["section", "name", "unit", "value"]).dropna(subset="value", ignore_index=True)
