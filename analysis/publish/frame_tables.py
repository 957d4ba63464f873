"""The tables of the framing room, arranged as the figures draw them."""

import numpy as np
import pandas as pd

from analysis.framing import embedding
from analysis.framing.frames import sentence_frames
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import FAILED, SUPPORTED, UNCERTAIN
from analysis.text.lookup import word_at
from analysis.text.shards import LISTED, shards
from analysis.text.tables import rows_by_shard
from analysis.text.tokens import Tokens

NAMED = {"decade": "%Ys", "year": "%Y", "month": "%Y-%m"}  # how a period is written that is no day
STRETCHES = 20_000  # of the running text, many more than a figure is wide
MARKS = {SUPPORTED: "", UNCERTAIN: " (uncertain)", FAILED: " (not valid here)"}


def labelled(lexicon: Lexicon, measured: pd.DataFrame | None) -> dict[str, str]:
    """The label of each frame in figures, with a mark unless the table of `validity` calls it supported.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> labelled(lexicon, pd.DataFrame({"frame": lexicon.frames["frame"], "state": "failed"}))["threat"]
    'Threat (not valid here)'
    """
    labels = dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True))
    if measured is None:
        return labels
    states = dict(zip(measured["frame"], measured["state"], strict=True))
    return {frame: label + MARKS[states[frame]] for frame, label in labels.items()}


def with_labels(table: pd.DataFrame, labels: dict[str, str], column: str = "frame") -> pd.DataFrame:
    """`table` with a column ``label`` for its frames."""
    return table.assign(label=table[column].map(labels))


def ranked(table: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """A profile with labels, the highest rate first."""
    own = with_labels(table, labels)
    return own.sort_values("per_1000_words", ascending=False, kind="stable", ignore_index=True)


def by_period(course: pd.DataFrame, frames: pd.Series, every: str = "day") -> pd.DataFrame:
    """The rates of a table of `over_time` as a grid: a row a frame, a column a period with a text.

    Periods are written as 2020s, 2024, 2024-06 or, of a day and the Monday of a week, 2024-06-01.

    >>> course = pd.DataFrame({"period": pd.to_datetime(["2024-06-01"]), "frame": ["law"], "documents": [1]})
    >>> by_period(course.assign(per_1000_words=2.5), pd.Series(["law", "war"]), "month").to_dict()
    {'2024-06': {'law': 2.5, 'war': nan}}
    """
    own = course[course["documents"] > 0]
    own = own.assign(period=own["period"].dt.strftime(NAMED.get(every, "%Y-%m-%d")))
    grid = own.pivot_table(index="frame", columns="period", values="per_1000_words")
    return grid.reindex(index=pd.Index(frames, name="frame"))


def matrix(pairs: pd.DataFrame, frames: pd.Series) -> pd.DataFrame:
    """The PPMI of a table of `cooccurrence` as a square grid, its diagonal empty."""
    turned = pairs.rename(columns={"frame_a": "frame_b", "frame_b": "frame_a"})
    grid = pd.concat([pairs, turned]).pivot_table(index="frame_a", columns="frame_b", values="ppmi")
    return grid.reindex(index=pd.Index(frames, name="frame"), columns=pd.Index(frames, name=None))


def placed(found: pd.DataFrame, tokens: Tokens, labels: dict[str, str]) -> pd.DataFrame:
    """Where each match is in the running text: ``label`` of its frame, ``place`` of its first word from 0.

    Of more than `LISTED` matches, those of one label in one of 20,000 equal stretches of the text share a row: the
    place of the first, and ``times``, their number.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("They will go to court."))
    >>> placed(pd.DataFrame({"doc_id": ["text"], "start": [16], "frame": ["law"]}), tokens, {"law": "Law"})
      label  place
    0   Law      4
    """
    place = np.empty(len(found), dtype=np.int64)
    for shard, rows, document in rows_by_shard(found.reset_index(drop=True), tokens):
        place[rows.index] = shard.word + word_at(shard.tokens, document, rows["start"].to_numpy())
    table = pd.DataFrame({"label": found["frame"].map(labels).astype("str").to_numpy(), "place": place})
    if len(table) <= LISTED:
        return table
    cells = table.groupby(["label", (table["place"] * STRETCHES // len(tokens)).rename("stretch")])["place"]
    few = cells.agg(place="min", times="size").reset_index(level="label")
    return few.sort_values(["place", "label"], ignore_index=True)


def of_manner(marked: pd.DataFrame) -> pd.DataFrame:
    """The rows of a profile of style, without the ways of naming and reporting, which have sections of their own.

    >>> of_manner(pd.DataFrame({"frame": ["hedges", "naming_militant", "reporting_neutral"]}))["frame"].tolist()
    ['hedges']
    """
    return marked[~marked["frame"].str.startswith(("naming_", "reporting_"))].reset_index(drop=True)


def nearness(tokens: Tokens, lexicon: Lexicon, labels: dict[str, str], *, margin: float = 0.0) -> pd.DataFrame:
    """Number of sentences that each frame leads: ``label``, ``by_words``, ``with_nearness``.

    The first is that of `analysis.framing.frames.sentence_frames`, the second, which adds nearness in meaning, of
    `analysis.framing.embedding.score_sentences`; that also says what it raises.
    """
    counts = pd.DataFrame(0, index=[*labels, "none"], columns=["by_words", "with_nearness"])
    for shard in shards(tokens):
        leading = sentence_frames(shard.tokens, lexicon, margin=margin)
        near = embedding.score_sentences(leading["text"].tolist(), lexicon, margin=margin)
        for column, table in zip(counts, (leading, near), strict=True):
            found = table["frame"].astype(object).fillna("none").value_counts()
            counts[column] += found.reindex(counts.index, fill_value=0)
    counts.insert(0, "label", [*labels.values(), "none"])
    return counts.reset_index(drop=True)


def counted_once(stands: pd.DataFrame, once: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Two profiles side by side, of the text as it is and with each sentence counted once, the largest change first.

    ``frame``, ``label``, ``hits``, ``as it stands`` and ``counted once`` (hits per 1,000 words), ``lost`` (the share of
    the former that is lost, negative where it grows; 0 without a hit).
    """
    before, after = stands["per_1000_words"].to_numpy(), once["per_1000_words"].to_numpy()
    lost = np.divide(before - after, before, out=np.zeros(len(before)), where=before > 0)
    columns = {"as it stands": before, "counted once": after, "lost": lost}
    table = with_labels(stands[["frame", "hits"]], labels).assign(**columns)
    return table.iloc[np.argsort(-np.abs(before - after), kind="stable")].reset_index(drop=True)
