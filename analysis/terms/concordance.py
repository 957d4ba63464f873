"""Concordances: every place of a word or phrase, each on a line with the words around it."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Ints
from analysis.text.kernels import fold
from analysis.text.lookup import document_of, sentence_in_document, sentence_of
from analysis.text.patterns import find
from analysis.text.shards import shards
from analysis.text.tokens import Ids, Tokens

SORTS = ("document", "left", "right", "date")

# A grid in one cell of the table: cells of their own could not change sides from line to line, as scripts do.
_PARTS = "display:grid;grid-template-columns:minmax(0,1fr) auto minmax(0,1fr);column-gap:.4em;align-items:baseline"


def kwic(
    tokens: Tokens,
    pattern: str | Sequence[str],
    window: int = 8,
    *,
    sort: str = "document",
    most: int | None = None,
) -> pd.DataFrame:
    """Every place of a word or phrase with `window` words on either side, its key word in context.

    (Luhn 1960, Key word-in-context index for technical literature.) `pattern` is one pattern or a list of them, see
    `analysis.text.patterns.fold_pattern`: "war", "court*", "rule of * law", "threat ... state", "social secur* *",
    "/wom[ae]n/". A match stays within a sentence. Of nested matches of one pattern ("a ... b" in "a b b") the shortest
    counts; the same words matched by several patterns are one row. Case is as in `analysis.text.patterns.find`. One row
    a match:

    - ``doc_id``, ``start``, ``end``: the characters of the match;
    - ``keyword``: the match as written, ``corpus.text(doc_id)[start:end]``;
    - ``pre``, ``post``: the text from the first of the words before, and up to the last of those behind, with white
      space made one blank. It crosses sentences and paragraphs, not documents, and leaves out what was not tokenized;
    - ``sentence``: its number in the document, from 0; ``source``, ``date``: of the document.

    `sort` is "document" (the order of the corpus), "left" or "right" (by the words before, or behind, the nearest
    first, by code point), "date" (unknown dates last), or places of words as concordancers name them: "R1 R2 L1" is by
    the word behind the match, the one behind that, the one before the match; 0 is the match itself. Ties are in the
    order of the corpus. With `most` the table has its first `most` rows. Raises `ValueError` for a window below 0,
    another `sort`, no pattern, or one that `fold_pattern` refuses.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("No one wins a war, they say. This war was won."))
    >>> kwic(tokens, "war", window=3)[["start", "end", "pre", "keyword", "post"]]
       start  end             pre keyword              post
    0     14   17      one wins a     war  , they say. This
    1     34   37  they say. This     war           was won
    """
    if window < 0:
        raise ValueError(f"window is {window}: give the number of words on either side, 0 or more")
    check_sort(sort)
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    if not patterns:
        raise ValueError("the list of patterns is empty: give at least one, such as 'war*'")
    tables: list[pd.DataFrame] = []
    for shard in shards(tokens):
        table, order = _contexts(shard.tokens, patterns, window, sort)
        tables.append(table.assign(**order))
        if most is not None and sum(map(len, tables)) > most:
            tables = [_sorted(tables, len(order))[:most]]
            if sort == "document":
                break
    return _sorted(tables, len(order)).iloc[:most, : -len(order) or None]


def check_sort(sort: str) -> None:
    """Raise `ValueError` for a `sort` that `kwic` does not know."""
    if sort not in SORTS and not re.fullmatch(r"(0|[LR][1-9]\d?)( (0|[LR][1-9]\d?))*", sort):
        raise ValueError(f"unknown sort {sort!r}: use {', '.join(SORTS)}, or places such as 'R1 R2 L1'")


def _sorted(tables: list[pd.DataFrame], keys: int) -> pd.DataFrame:
    """The rows of all tables, sorted by their last `keys` columns."""
    table = pd.concat(tables, ignore_index=True)
    if not keys:
        return table
    return table.sort_values(table.columns[-keys:].tolist(), kind="stable", ignore_index=True)


def _contexts(
    tokens: Tokens, patterns: Sequence[str], window: int, sort: str
) -> tuple[pd.DataFrame, dict[str, NDArray[Any]]]:
    """The table of `kwic` in the order of the text, and the columns to sort it by."""
    first, last = _shortest(find(tokens, patterns))
    document = document_of(tokens, first)
    begin, stop = tokens.document_offsets[document], tokens.document_offsets[document + 1]
    outer_first, outer_last = np.maximum(first - window, begin), np.minimum(last + window, stop - 1)
    start, end = tokens.start[first], tokens.end[last]
    about = tokens.corpus.documents.iloc[document]
    texts = tokens.corpus.texts
    table = pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "start": start,
            "end": end,
            "pre": _passages(tokens, document, outer_first, first, tokens.start[outer_first], start),
            "keyword": [texts[d][s:e] for d, s, e in zip(document, start, end, strict=True)],
            "post": _passages(tokens, document, last, outer_last, end, tokens.end[outer_last]),
            "sentence": sentence_in_document(tokens, first),
            "source": about["source"].to_numpy(dtype=object),
            "date": about["date"].to_numpy(),
        }
    )
    table = table.astype(dict.fromkeys(["doc_id", "pre", "keyword", "post", "source"], str))  # without a row, too
    if sort == "document":
        return table, {}
    if sort == "date":
        return table, {"by": table["date"].to_numpy()}
    side = {"left": "L", "right": "R"}.get(sort, "")
    levels = [f"{side}{k}" for k in range(1, window + 1)] if side else sort.split()
    places = [last + int(level[1:]) if level[0] == "R" else first - int(level[1:] or 0) for level in levels]
    words = _words(tokens, np.array(places, dtype=np.int64).reshape(len(levels), len(first)).T, begin, stop).T
    found = np.array([fold(match) for match in table["keyword"]], dtype=object)
    return table, {f"level {k}": found if levels[k] == "0" else own for k, own in enumerate(words)}


def to_html(table: pd.DataFrame) -> str:
    """A table of `kwic` as an HTML table with aligned keywords; all text is escaped, and no style sheet is needed.

    A line runs in the direction of most of its letters: in Urdu, the words before the keyword are to its right.

    >>> from analysis import read_text, tokenize
    >>> "<mark>R&amp;D</mark>" in to_html(kwic(tokenize(read_text("More on R&D.")), "r ... d"))
    True
    """
    lines, documents = len(table), table["doc_id"].nunique()
    caption = f"{lines:,} line{'s' * (lines != 1)} from {documents:,} document{'s' * (documents != 1)}"
    columns = (table[name] for name in ("doc_id", "pre", "keyword", "post"))
    body = "".join(_line(*row) for row in zip(*columns, strict=True))
    return (
        f'<table style="width:100%"><caption>{caption}</caption>'
        '<thead><tr><th scope="col">document</th><th scope="col">keyword in context</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _line(doc_id: str, *parts: str) -> str:
    """One row of the HTML table: the document; the text before the keyword, the keyword, the text behind it."""
    letters = Counter(map(unicodedata.bidirectional, "".join(parts)))
    direction = "rtl" if letters["R"] + letters["AL"] > letters["L"] else "ltr"
    pre, keyword, post = (html.escape(" ".join(part.split())) for part in parts)
    return (
        f'<tr><th scope="row" dir="auto">{html.escape(doc_id)}</th><td><div dir="{direction}" style="{_PARTS}">'
        f'<span style="text-align:end">{pre}</span> <mark>{keyword}</mark> <span style="text-align:start">{post}</span>'
        "</div></td></tr>"
    )


def _shortest(found: pd.DataFrame) -> tuple[Ints, Ints]:
    """First and last words of the matches that hold no other match of their pattern, each place once."""
    # If a match holds another, one also leads from the first word of the former to the last of the latter. So the
    # shortest of those that begin together, and then of those that end together, holds no other.
    found = found.drop_duplicates(["pattern", "first"]).drop_duplicates(["pattern", "last"], keep="last")
    found = found.drop_duplicates(["first", "last"])
    return found["first"].to_numpy(), found["last"].to_numpy()


def _passages(tokens: Tokens, document: Ints, first: Ints, last: Ints, start: Ids, end: Ids) -> list[str]:
    """The text of each row from character `start` to `end`, without what is outside of the segments of `tokens`."""
    texts, segment = tokens.corpus.texts, tokens.sentence_segment
    begins, ends = (tokens.corpus.segments[column].tolist() for column in ("start", "end"))
    passages = []
    sentences = sentence_of(tokens, first), sentence_of(tokens, last)
    rows = zip(document, *sentences, start.tolist(), end.tolist(), strict=True)
    for d, a, b, here, there in rows:
        own = dict.fromkeys(segment[a : b + 1].tolist())
        parts = (texts[d][max(here, begins[number]) : min(there, ends[number])] for number in own)
        passages.append(" ".join(" ".join(parts).split()))
    return passages


def _words(tokens: Tokens, places: Ints, begin: Ints, stop: Ints) -> NDArray[np.object_]:
    """(rows, words) the words at the `places` of each row, in lower case, empty where there is none."""
    inside = (places >= begin[:, None]) & (places < stop[:, None])
    ids, code = np.unique(np.where(inside, tokens.ids[np.where(inside, places, 0)], -1), return_inverse=True)
    words = np.array(["" if i < 0 else fold(tokens.vocabulary[i]) for i in ids], dtype=object)
    return words[code.reshape(places.shape)]
