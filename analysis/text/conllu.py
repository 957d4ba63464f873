"""Universal Dependencies treebanks (CoNLL-U) as raw text, with the spans of their sentences and words in it."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

Span = tuple[int, int]

_COLUMNS = 10
_ID = re.compile(r"\d+(?:[-.]\d+)?")


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

    One space stands between tokens except after ``SpaceAfter=No``, a blank line between paragraphs (``# newpar``). The
    surface of a multiword token (``3-4  don't``) stands in the text; its syntactic words (``do``, ``n't``) are words of
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
    """Write the sentences of one document one after another and note where everything stands."""
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
