"""What was read, as tables of the run: the documents, what could not be read, and what was not counted."""

from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.core.printable import visible
from analysis.publish.findings.wording import counted
from analysis.publish.tables import write_table
from analysis.text.corpus import Corpus
from analysis.text.shards import LISTED, shards
from analysis.text.tables import table_of
from analysis.text.tokens import Tokens

FOLDER = "corpus"
CAPTIONS = {
    "documents": "The documents, with what the metadata say of each.",
    "problems": "What could not be read, and what the metadata and the files don't agree on.",
    "boilerplate": "Lines taken for page furniture (bylines, datelines, promotion, copyright) and not counted.",
    "truncated": "Paragraphs that break off; counted as they are.",
}


def write_corpus_tables(run: Path, tokens: Tokens) -> None:
    """Write the tables of `CAPTIONS` into the folder ``corpus`` of `run`."""
    (run / FOLDER).mkdir()
    tables = {"documents": tokens.corpus.documents, "problems": tokens.corpus.problems}
    for which in ("boilerplate", "truncated"):
        tables[which] = table_of(_texts(shard.tokens.corpus, which) for shard in shards(tokens))
    for name, table in tables.items():
        most = LISTED if name in ("boilerplate", "truncated") else len(table) + 1
        write_table(table, run / FOLDER / name, caption=CAPTIONS[name], most=most)


def title_of(documents: pd.DataFrame, corpus: str) -> str:
    """The title of the only document, or else the name of the `corpus`, a path, as a title.

    >>> title_of(pd.DataFrame({"title": ["A", "B"]}), "data/my_texts")
    'My texts'
    """
    if len(documents) == 1:
        title = documents["title"].iloc[0]
        return visible(str(documents["doc_id"].iloc[0] if pd.isna(title) or not title else title))
    name = visible(PurePosixPath(corpus).stem or corpus).replace("_", " ")
    return name[:1].upper() + name[1:]


def summary_of(documents: pd.DataFrame) -> str:
    """What was read, in one sentence.

    >>> day = pd.Timestamp("2024-06-22")
    >>> summary_of(pd.DataFrame({"n_chars": [1200, 800], "source": ["A", "A"], "date": [day, day]}))
    '2 documents, 2,000 characters, 1 source, 22 June 2024.'
    """
    said = f"{counted(len(documents), 'document')}, {documents['n_chars'].sum():,} characters"
    named = documents["source"].fillna("")
    if sources := named[named != ""].nunique():
        said += f", {counted(sources, 'source')}"
    dates = documents["date"].dropna()
    if len(dates):
        first, last = (f"{day.day} {day:%B %Y}" for day in (dates.min(), dates.max()))  # Windows has no %-d
        said += f", {first}" if first == last else f", {first} to {last}"
    return said + "."


def _texts(corpus: Corpus, which: str) -> pd.DataFrame:
    """The segments that are boilerplate, or those that are truncated, with what they say."""
    segments = corpus.segments
    rows = segments[segments["kind"] == which if which == "boilerplate" else segments[which].astype(bool)]
    texts = dict(zip(corpus.documents["doc_id"], corpus.texts, strict=True))
    found = [texts[d][s:e] for d, s, e in zip(rows["doc_id"], rows["start"], rows["end"], strict=True)]
    return rows[["doc_id", "start", "end"]].assign(text=found).reset_index(drop=True)
