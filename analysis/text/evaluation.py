"""Score a word tokenizer or a sentence splitter on a Universal Dependencies treebank (CoNLL-U).

The raw text is rebuilt from the treebank, and the tokenizer's spans are compared with the gold spans as the CoNLL 2018
shared task does: by their characters, not counting white space.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

Span = tuple[int, int]
Segmenter = Callable[[str], Iterable[Span]]

APOSTROPHES = "'’‘ʼ`´"
HYPHENS = "-‐‑"
_COLUMNS = 10
_ID = re.compile(r"\d+(?:[-.]\d+)?")


class Score(NamedTuple):
    """Precision, recall and F1 (shares of 1), and the counts that they come from."""

    precision: float
    recall: float
    f1: float
    correct: int
    gold: int
    predicted: int


def solid_spans(text: str, spans: Iterable[Span]) -> set[Span]:
    """The spans in characters that are not white space; spans of white space alone are left out.

    >>> sorted(solid_spans("To be, or", [(0, 3), (3, 5), (6, 9)]))
    [(0, 2), (2, 4), (5, 7)]
    """
    solid = np.fromiter((not character.isspace() for character in text), dtype=np.int64, count=len(text))
    before = np.concatenate(([0], np.cumsum(solid))).tolist()
    counted = {(before[start], before[end]) for start, end in spans}
    return {span for span in counted if span[0] < span[1]}


def score_spans(gold: Iterable[Span], predicted: Iterable[Span]) -> Score:
    """Precision, recall and F1 of predicted spans.

    .. math:: P = c / p, R = c / g, F_1 = 2c / (p + g)

    A span is correct when both its ends are. Predicting nothing where there is nothing scores 1.

    >>> score_spans([(0, 4), (4, 9), (9, 12)], [(0, 4), (4, 12)])
    Score(precision=0.5, recall=0.3333333333333333, f1=0.4, correct=1, gold=3, predicted=2)
    """
    gold, predicted = set(gold), set(predicted)
    return _score(len(gold & predicted), len(gold), len(predicted))


def _score(correct: int, gold: int, predicted: int) -> Score:
    return Score(
        precision=correct / predicted if predicted else float(not gold),
        recall=correct / gold if gold else float(not predicted),
        f1=2 * correct / (gold + predicted) if gold or predicted else 1.0,
        correct=correct,
        gold=gold,
        predicted=predicted,
    )


def add_scores(scores: Iterable[Score]) -> Score:
    """One score for several texts, from their counts (the micro average).

    >>> add_scores([score_spans([(0, 1)], [(0, 1)]), score_spans([(0, 2)], [(0, 1), (1, 2)])]).f1
    0.4
    """
    counts = [(score.correct, score.gold, score.predicted) for score in scores]
    correct, gold, predicted = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0)
    return _score(correct, gold, predicted)


def evaluate_sentences(path: str | Path, split: Segmenter) -> pd.DataFrame:
    """Score the sentence splitter `split`, ``text -> [(start, end), ...]``, on the CoNLL-U file at `path`.

    The splitter is given whole documents. Returns one row for each measure, with the columns of `Score`:

    ``all``
        sentence spans.
    ``inside``
        sentence ends except the last of each paragraph, which the text itself gives.

    >>> path = getfixture("tmp_path") / "example.conllu"
    >>> _ = path.write_text("\\n\\n".join("1\\t" + word + 8 * "\\t_" for word in ["Go!", "Now!", "Why?"]))
    >>> evaluate_sentences(path, lambda text: [(0, 3), (4, 13)])[["measure", "correct", "gold", "predicted"]]
      measure  correct  gold  predicted
    0     all        1     3          2
    1  inside        1     2          1
    """
    whole, inner = [], []
    for document in read_conllu(path):
        gold = solid_spans(document.text, document.sentences)
        predicted = solid_spans(document.text, split(document.text))
        paragraph_ends = {end for _, end in solid_spans(document.text, document.paragraphs)}
        whole.append(score_spans(gold, predicted))
        inner_ends = ({(end, end) for _, end in spans if end not in paragraph_ends} for spans in (gold, predicted))
        inner.append(score_spans(*inner_ends))
    return _table({"all": whole, "inside": inner}, "measure")


def evaluate_words(path: str | Path, find_words: Segmenter) -> pd.DataFrame:
    """Score the word tokenizer `find_words`, ``text -> [(start, end), ...]``, on the CoNLL-U file at `path`.

    The tokenizer is given whole documents. Only spans that hold a letter or a digit are scored. Returns one row for
    each convention, with the columns of `Score`:

    ``split``
        the words of Universal Dependencies, with clitics and compounds split (``do | n't``, ``15 | - | year``).
    ``joined``
        those words rejoined where a reader sees one word, see `join_words`.

    >>> path = getfixture("tmp_path") / "example.conllu"
    >>> rows = ["1\\t15", "2\\t-", "3\\tyear"]
    >>> _ = path.write_text("\\n".join(row + 7 * "\\t_" + "\\tSpaceAfter=No" for row in rows))
    >>> evaluate_words(path, lambda text: [(0, 7)])[["convention", "correct", "gold", "predicted"]]
      convention  correct  gold  predicted
    0      split        0     2          1
    1     joined        1     1          1
    """
    split, joined = [], []
    for document in read_conllu(path):
        text = document.text
        predicted = solid_spans(text, lexical_spans(text, find_words(text)))
        split.append(score_spans(solid_spans(text, lexical_spans(text, document.words)), predicted))
        joined.append(score_spans(solid_spans(text, join_words(text, document.words)), predicted))
    return _table({"split": split, "joined": joined}, "convention")


def lexical_spans(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans that hold a letter or a digit.

    >>> lexical_spans("in 1947 -", [(0, 2), (3, 7), (8, 9)])
    [(0, 2), (3, 7)]
    """
    return [(start, end) for start, end in spans if any(map(str.isalnum, text[start:end]))]


def join_words(text: str, words: Sequence[Span]) -> list[Span]:
    """Join treebank words that are written as one.

    These are clitics (``do|n't``, ``city|'s``, ``can|not``), the parts of hyphen compounds (``15|-|year``), and
    letters or digits that touch (``10|km``). Spans without a letter or a digit are left out.

    >>> text = "They don't-know (15-year) olds' and/or"
    >>> clitics = [(0, 4), (5, 7), (7, 10), (10, 11), (11, 15)]
    >>> others = [(16, 17), (17, 19), (19, 20), (20, 24), (24, 25), (26, 30), (30, 31), (32, 35), (35, 36), (36, 38)]
    >>> [text[start:end] for start, end in join_words(text, clitics + others)]
    ['They', "don't-know", '15-year', 'olds', 'and', 'or']
    """
    joined: list[Span] = []
    for start, end in lexical_spans(text, words):
        if joined and _is_link(text[joined[-1][1] - 1 : start + 1]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_link(seam: str) -> bool:
    """Whether two words are one, from the last character of the first to the first character of the second."""
    before, between, after = seam[0], seam[1:-1], seam[-1]
    if not between:
        return after in APOSTROPHES or (before.isalnum() and after.isalnum())
    return len(between) == 1 and between in APOSTROPHES + HYPHENS and before.isalnum() and after.isalnum()


def _table(scores: dict[str, list[Score]], label: str) -> pd.DataFrame:
    return pd.DataFrame([{label: name, **add_scores(values)._asdict()} for name, values in scores.items()])


@dataclass
class GoldDocument:
    """One document of a treebank: its text, with a blank line between paragraphs, and the gold spans in it."""

    id: str
    text: str = ""
    paragraphs: list[Span] = field(default_factory=list)
    sentences: list[Span] = field(default_factory=list)
    words: list[Span] = field(default_factory=list)


def read_conllu(path: str | Path) -> list[GoldDocument]:
    """Read a CoNLL-U file and rebuild its raw text, one `GoldDocument` for each ``# newdoc``.

    One space separates tokens except after ``SpaceAfter=No``, a blank line separates paragraphs (``# newpar``). The
    surface of a multiword token (``3-4  don't``) is in the text; its syntactic words (``do``, ``n't``) are separate
    words if they spell out the surface, otherwise the whole surface is one word. Empty nodes (``8.1``) are not in the
    text. Raises `ValueError` for a line that is not CoNLL-U and for a file without a sentence.

    >>> path = getfixture("tmp_path") / "example.conllu"
    >>> rows = ["1-2 Don't _", "1 Do _", "2 n't _", "3 go _"]
    >>> _ = path.write_text("\\n".join(row.replace(" ", "\\t") + 7 * "\\t_" for row in rows))
    >>> read_conllu(path)
    [GoldDocument(id='', text="Don't go", paragraphs=[(0, 8)], sentences=[(0, 8)], words=[(0, 2), (2, 5), (6, 8)])]
    """
    documents: list[GoldDocument] = []
    gap = ""
    for comments, rows in _read_sentences(Path(path)):
        name = next((comments[key] for key in ("newdoc", "newdoc id") if key in comments), None)
        if name is not None or not documents:
            documents.append(GoldDocument(name or ""))
            gap = ""
        document = documents[-1]
        is_new_paragraph = not document.paragraphs or "newpar" in comments or "newpar id" in comments
        if is_new_paragraph and document.paragraphs:
            gap = "\n\n"
        start = len(document.text) + len(gap)
        sentence, words, following = _rebuild(rows)
        document.text += gap + sentence
        end = len(document.text)
        document.words += [(start + first, start + last) for first, last in words]
        document.sentences.append((start, end))
        if is_new_paragraph:
            document.paragraphs.append((start, end))
        else:
            document.paragraphs[-1] = (document.paragraphs[-1][0], end)
        gap = following
    if not documents:
        raise ValueError(f"{path} holds no sentence: expected a treebank in CoNLL-U")
    return documents


def _read_sentences(path: Path) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """The comments of each sentence, by key, and the columns of its rows."""
    comments: dict[str, str] = {}
    rows: list[list[str]] = []
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("#"):
            key, _, value = line[1:].partition("=")
            comments[" ".join(key.split())] = value.strip()
        elif line.strip():
            columns = line.rstrip("\r").split("\t")
            if len(columns) != _COLUMNS or not _ID.fullmatch(columns[0]):
                raise ValueError(f"{path}:{number}: expected a number and {_COLUMNS - 1} more columns, got {line!r}")
            rows.append(columns)
        elif rows:
            yield comments, rows
            comments, rows = {}, []


def _rebuild(rows: Sequence[Sequence[str]]) -> tuple[str, list[Span], str]:
    """The text of a sentence, the spans of its words, and the space that follows it."""
    tokens: list[tuple[str, list[str], str]] = []  # surface form, its syntactic words, the space after it
    last_part = 0  # number of the last word of the current multiword token
    for number, form, *_, misc in rows:
        space = "" if "SpaceAfter=No" in misc.split("|") else " "
        if "." in number:
            continue
        if "-" in number:
            last_part = int(number.partition("-")[2])
            tokens.append((form, [], space))
        elif int(number) <= last_part:
            tokens[-1][1].append(form)
        else:
            tokens.append((form, [form], space))
    text = space = ""
    words: list[Span] = []
    for form, parts, following in tokens:
        text += space
        spelled = parts if "".join(parts) == form else [form]
        words += itertools.pairwise(itertools.accumulate(map(len, spelled), initial=len(text)))
        text += form
        space = following
    return text, words, space
