"""Two passages side by side, the words marked that only one of them has."""

import html
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from analysis.core.printable import visible
from analysis.publish.markup import escaped, style_rules
from analysis.text.kernels import Words, find_words

COLUMNS = ("kind", "similarity", "a_doc", "a_text", "b_doc", "b_text")
LONGEST = 60  # equal or marked words in a row that are shown; of more, the middle is left out
AROUND = 15  # words shown at each end of a longer run
# Pairs of equal words, one of each side, up to which passages are compared, since difflib may visit each pair for every
# run that it finds. Two texts of 3,000 words have as many, or two of 316 times the same word.
MOST_PAIRS = 100_000
UNCOMPARED = 300  # words shown of passages that are not compared


def side_by_side_passages(rows: pd.DataFrame) -> str:
    """Pairs of passages as an HTML table with their differences marked.

    `rows` has the columns kind, similarity, a_doc, a_text, b_doc, b_text, as from
    `analysis.redundancy.reuse.passage_texts`. The words are aligned in order (Ratcliff and Metzener 1988, Pattern
    matching: the Gestalt approach, as in `difflib`), ignoring case, punctuation and kinds of apostrophe and hyphen. Of
    more than 60 equal or marked words in a row the first and last 15 are shown; passages too large to compare are shown
    by their beginnings, and say so. Raises `ValueError` for a missing column.

    >>> texts = ["They met in the old town.", "They met in an old city."]
    >>> rows = pd.DataFrame([["near", 0.6, "a", texts[0], "b", texts[1]]], columns=COLUMNS)
    >>> "They met in <mark>an</mark> old <mark>city</mark>." in side_by_side_passages(rows)
    True
    """
    if missing := [column for column in COLUMNS if column not in rows.columns]:
        raise ValueError(f"no column {missing[0]!r}: give a table of passage_texts")
    body = "".join(_row(*values) for values in rows[list(COLUMNS)].itertuples(index=False, name=None))
    return (
        f'<table class="lafz-d"><style>{style_rules("passages.css")}</style><caption>Marked: words that the other side '
        'does not have there; case and punctuation apart.</caption><thead><tr><th scope="col">alike</th>'
        '<th scope="col">one passage</th><th scope="col">the other</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def differences(a: str, b: str) -> tuple[str, str] | None:
    """Two texts as HTML, with the words marked that only one of them has; None where they are too large to compare.

    >>> differences("War & peace.", "Peace & bread")
    ('<mark>War</mark> &amp; peace.', 'Peace &amp; <mark>bread</mark>')
    """
    words = find_words([a, b])
    first, second = np.split(words.ids, words.offsets[1:2])
    size = len(words.vocabulary)
    if np.bincount(first, minlength=size) @ np.bincount(second, minlength=size) > MOST_PAIRS:
        return None
    # The last block is empty and at the end of both texts.
    equal = SequenceMatcher(None, first.tolist(), second.tolist(), autojunk=False).get_matching_blocks()
    one = _side(a, words, 0, [(block.a, block.a + block.size) for block in equal])
    return one, _side(b, words, 1, [(block.b, block.b + block.size) for block in equal])


def _side(text: str, words: Words, side: int, equal: Sequence[tuple[int, int]]) -> str:
    """One of the two texts, with all words marked but those of the `equal` runs."""
    words_of_side = slice(words.offsets[side], words.offsets[side + 1])
    start, end = words.start[words_of_side].tolist(), words.end[words_of_side].tolist()

    def run(first: int, stop: int, where: str) -> str:
        if stop - first <= LONGEST:
            return escaped(text[start[first] : end[stop - 1]])
        left_out = f" <i>[… {stop - first - 2 * AROUND:,} words {where} …]</i> "
        ends = (text[start[first] : end[first + AROUND - 1]], text[start[stop - AROUND] : end[stop - 1]])
        return left_out.join(map(escaped, ends))

    parts, word, place = [], 0, 0
    for first, stop in equal:
        for begin, until, where in ((word, first, "only here"), (first, stop, "on both sides")):
            if begin < until:
                shown = run(begin, until, where)
                parts.append(escaped(text[place : start[begin]]))
                parts.append(shown if where == "on both sides" else f"<mark>{shown}</mark>")
                place = end[until - 1]
        word = stop
    return "".join(parts) + escaped(text[place:])


def _row(kind: str, similarity: float, a_doc: str, a_text: str, b_doc: str, b_text: str) -> str:
    found = differences(a_text, b_text)
    note = "" if found else "<br>too long to compare word by word: the beginnings"
    sides = found or (_beginning(a_text), _beginning(b_text))
    cells = "".join(
        f'<td><b><bdi>{html.escape(visible(doc_id))}</bdi></b><div dir="auto">{side}</div></td>'
        for doc_id, side in zip((a_doc, b_doc), sides, strict=True)
    )
    return f"<tr><td>{html.escape(kind)}<br>{similarity:.2f}{note}</td>{cells}</tr>"


def _beginning(text: str) -> str:
    end = find_words([text]).end
    return escaped(text) if len(end) <= UNCOMPARED else f"{escaped(text[: end[UNCOMPARED - 1]])} …"
