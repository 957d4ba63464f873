"""Which numbers of two runs can be compared: declared here, and not guessed from the columns."""

from typing import NamedTuple

import pandas as pd

from analysis.publish.dictionary import GROUP
from analysis.publish.loading import Run


class Number(NamedTuple):
    """A number of a table that has a row for each value of its keys."""

    name: str  # of what, in the plural
    table: str
    keys: tuple[str, ...]
    value: str
    unit: str
    low: str = ""  # the columns of its 95% interval, "" where it describes these very documents
    high: str = ""
    counted: str = ""  # a count and its rate, which give the words there were
    rate: str = ""
    hits: str = ""  # the table with one row a hit
    same: tuple[str, ...] = ()  # parameters that have to agree
    complete: tuple[str, ...] = ()  # parameters that, where they agree, leave out the same rows: a missing row is 0


_ENDS = ("ci_low", "ci_high")
_HITS = ("per_1000_words", "hits per 1,000 words", *_ENDS)
_PER_1000 = ("per_1000_words", "per 1,000 words", *_ENDS)
_CHOSEN = ("stopwords", "min_length", "lemmatize", "stem")  # what words are listed
_ROLES = ("active_share", "share of roles in which each acts", *_ENDS)
_MILLION = ("per_million", "per million words", *_ENDS, "count", "per_million")
_OF_HITS = ("hits", "per_1000_words")  # a count and its rate
_FRAME, _BY_GROUP = ("framing/profile", ("frame",)), ("framing/profile_by_group", (GROUP, "frame"))


# In the order in which they are shown: first what a reader asks first.
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


# Of a whole run: its section, what is counted, the unit, the table, and how it follows from that: the number of "rows",
# of different values of a column ("distinct cluster"), or a column's sum, as a share of another's where there are two.
_WHOLE = (
    ("term_frequency", "running words", "", "loaded", "sum words"),
    ("term_frequency", "documents", "", "loaded", "sum documents"),
    ("framing", "hits of the frames", "", "matches", "rows"),
    ("framing", "sentences in which a frame leads", "share", "coverage", "sum framed sentences"),
    ("framing", "passives", "", "passives", "rows"),
    ("framing", "quotations and reports", "", "speech", "rows"),
    ("redundancy", "words in sentences that stand more than once", "share", "repeated_shares", "sum repeated words"),
    ("redundancy", "words that an earlier document has", "share", "borrowed", "sum borrowed words"),
    ("redundancy", "pairs of nearly equal sentences", "", "near_repeats", "rows"),
    ("redundancy", "pairs of documents that share text", "", "document_pairs", "rows"),
    ("redundancy", "passages that two documents share", "", "passages", "rows"),
    ("redundancy", "clusters of documents", "", "clusters", "distinct cluster"),
    ("redundancy", "doublets", "", "doublets", "rows"),
)


def whole(run: Run) -> pd.DataFrame:
    """What a run has found in all: section, name, unit ("share", 0 to 1, or "" for a count), value; a row a number."""
    rows = []
    for section, name, unit, table, how in _WHOLE:
        if f"{section}/{table}" in run:
            rows.append((section, name, unit, _reckoned(run[f"{section}/{table}"], how)))
    return pd.DataFrame(rows, columns=["section", "name", "unit", "value"]).dropna(subset="value", ignore_index=True)


def _reckoned(table: pd.DataFrame, how: str) -> float:
    verb, *columns = how.split()
    if verb == "rows":
        return len(table)
    if verb == "distinct":
        return int(table[columns[0]].nunique())
    if columns[0] == "framed":  # a status among others, whose sentences are the whole
        framed = table.loc[table["status"] == "framed", "sentences"].sum()
        return float(framed / total) if (total := table["sentences"].sum()) else float("nan")
    sums = [float(table[column].sum()) for column in columns]
    if len(sums) == 1:
        return sums[0]
    return sums[0] / sums[1] if sums[1] else float("nan")
