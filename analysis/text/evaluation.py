"""Scores a word tokenizer or a sentence splitter on a Universal Dependencies treebank (CoNLL-U).

The raw text is rebuilt from the treebank and given to the tokenizer, and the spans that come back are compared with the
gold spans as the CoNLL 2018 shared task does: by their characters, white space not counted.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """The spans counted in characters that are not white space; spans of white space alone are left out.

    >>> sorted(solid_spans("To be, or", [(0, 3), (3, 5), (6, 9)]))
    [(0, 2), (2, 4), (5, 7)]
    """
    solid = np.fromiter((not character.isspace() for character in text), dtype=np.int64, count=len(text))
    before = np.concatenate(([0], np.cumsum(solid))).tolist()
    counted = {(before[start], before[end]) for start, end in spans}
    return {span for span in counted if span[0] < span[1]}


def score_spans(gold: Iterable[Span], predicted: Iterable[Span]) -> Score:
    """Share of predicted spans that are gold, share of gold spans that are found, and their harmonic mean.

    .. math:: P = c / p, R = c / g, F_1 = 2c / (p + g)

    A span is correct when both its ends are. Nothing found where nothing is to be found scores 1.

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

    The splitter is given whole documents with a blank line between paragraphs. One row for each measure, with the
    columns of `Score`:

    ``all``
        sentence spans: a sentence is correct when it begins and ends where a gold sentence does.
    ``inside``
        sentence ends inside paragraphs: the ends of all sentences but the last of each paragraph, since the end of a
        paragraph is given by the text and takes no skill to find.

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
        given = {end for _, end in solid_spans(document.text, document.paragraphs)}
        whole.append(score_spans(gold, predicted))
        inner.append(score_spans(_inner_ends(gold, given), _inner_ends(predicted, given)))
    return _table({"all": whole, "inside": inner}, "measure")


def _inner_ends(spans: Iterable[Span], given: set[int]) -> set[Span]:
    return {(end, end) for _, end in spans if end not in given}


def evaluate_words(path: str | Path, find_words: Segmenter) -> pd.DataFrame:
    """Score the word tokenizer `find_words`, ``text -> [(start, end), ...]``, on the CoNLL-U file at `path`.

    The tokenizer is given whole documents with a blank line between paragraphs. Only spans that hold a letter or a
    digit are scored. One row for each convention, with the columns of `Score`:

    ``split``
        the words of Universal Dependencies: clitics and the parts of hyphen compounds are apart
        (``do | n't``, ``15 | - | year``).
    ``joined``
        those words put together again where a reader sees one word, see `join_words`.

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
    """Put treebank words together that have no space between them and make one written word.

    Joined are clitics (``do|n't``, ``city|'s``, ``can|not``), parts on both sides of a hyphen (``15|-|year``), and
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
    rows = [{label: name, **add_scores(values)._asdict()} for name, values in scores.items()]
    return pd.DataFrame(rows)


class GoldDocument(NamedTuple):
    """One document of a treebank: its text, with a blank line between paragraphs, and the gold spans in it."""

    id: str
    text: str
    paragraphs: list[Span]
    sentences: list[Span]
    words: list[Span]


class _Token(NamedTuple):
    form: str
    parts: list[str]  # the syntactic words that the surface form is made of, mostly itself alone
    space_after: bool


class _Sentence(NamedTuple):
    document: str | None  # its name where a new document begins here
    paragraph: bool  # whether a new paragraph begins here
    tokens: list[_Token]


def read_conllu(path: str | Path) -> list[GoldDocument]:
    """Read a CoNLL-U file and rebuild its raw text, one `GoldDocument` for each ``# newdoc``.

    One space separates tokens except after ``SpaceAfter=No``, a blank line between paragraphs (``# newpar``). The
    surface of a multiword token (``3-4  don't``) is in the text; its syntactic words (``do``, ``n't``) are words of
    their own where they spell out the surface, otherwise the whole surface is one word. Empty nodes (``8.1``) are not
    in the text. Raises `ValueError` for a line that is not CoNLL-U and for a file without a sentence.

    >>> path = getfixture("tmp_path") / "example.conllu"
    >>> rows = ["1-2 Don't _", "1 Do _", "2 n't _", "3 go _"]
    >>> _ = path.write_text("\\n".join(row.replace(" ", "\\t") + 7 * "\\t_" for row in rows))
    >>> read_conllu(path)
    [GoldDocument(id='', text="Don't go", paragraphs=[(0, 8)], sentences=[(0, 8)], words=[(0, 2), (2, 5), (6, 8)])]
    """
    sentences = list(_read_sentences(Path(path)))
    if not sentences:
        raise ValueError(f"{path} holds no sentence: expected a treebank in CoNLL-U")
    return [_lay_out(group) for group in _split_before(sentences, lambda s: s.document is not None)]


def _read_sentences(path: Path) -> Iterator[_Sentence]:
    comments: list[str] = []
    rows: list[list[str]] = []
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("#"):
            comments.append(line)
        elif line.strip():
            columns = line.rstrip("\r").split("\t")
            if len(columns) != _COLUMNS or not _ID.fullmatch(columns[0]):
                raise ValueError(f"{path}:{number}: expected a number and {_COLUMNS - 1} more columns, got {line!r}")
            rows.append(columns)
        elif rows:
            yield _Sentence(_document_name(comments), _starts_paragraph(comments), _read_tokens(rows))
            comments, rows = [], []


def _document_name(comments: Sequence[str]) -> str | None:
    for comment in comments:
        key, _, value = comment[1:].partition("=")
        if key.split() in (["newdoc"], ["newdoc", "id"]):
            return value.strip()
    return None


def _starts_paragraph(comments: Sequence[str]) -> bool:
    keys = [comment[1:].partition("=")[0].split() for comment in comments]
    return ["newpar"] in keys or ["newpar", "id"] in keys


def _read_tokens(rows: Sequence[Sequence[str]]) -> list[_Token]:
    tokens: list[_Token] = []
    inside_until = 0  # the last word of the multiword token being read
    for number, form, *_, misc in rows:
        if "." in number:
            continue
        if "-" in number:
            inside_until = int(number.partition("-")[2])
            tokens.append(_Token(form, [], "SpaceAfter=No" not in misc.split("|")))
        elif int(number) <= inside_until:
            tokens[-1].parts.append(form)
        else:
            tokens.append(_Token(form, [form], "SpaceAfter=No" not in misc.split("|")))
    return tokens


def _lay_out(group: Sequence[_Sentence]) -> GoldDocument:
    """Write the sentences of one document one after another and note where everything is."""
    pieces: list[str] = []
    paragraphs: list[Span] = []
    sentences: list[Span] = []
    words: list[Span] = []
    at = 0
    for paragraph in _split_before(group, lambda s: s.paragraph):
        gap = "\n\n" if pieces else ""
        paragraph_start = at + len(gap)
        for sentence in paragraph:
            sentence_start = at + len(gap)
            for token in sentence.tokens:
                pieces += gap, token.form
                start, at = at + len(gap), at + len(gap) + len(token.form)
                words += _word_spans(token, start)
                gap = " " if token.space_after else ""
            sentences.append((sentence_start, at))
        paragraphs.append((paragraph_start, at))
    return GoldDocument(group[0].document or "", "".join(pieces), paragraphs, sentences, words)


def _word_spans(token: _Token, start: int) -> list[Span]:
    if "".join(token.parts) != token.form:
        return [(start, start + len(token.form))]
    ends = itertools.accumulate((len(part) for part in token.parts), initial=start)
    return list(itertools.pairwise(ends))


def _split_before(sentences: Iterable[_Sentence], begins: Callable[[_Sentence], bool]) -> list[list[_Sentence]]:
    groups: list[list[_Sentence]] = []
    for sentence in sentences:
        if not groups or begins(sentence):
            groups.append([])
        groups[-1].append(sentence)
    return groups
