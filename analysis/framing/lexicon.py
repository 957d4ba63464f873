"""Frame lexicons, the patterns that count for each frame: in YAML, or in the formats of other programs."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import yaml

from analysis.core.errors import ParameterError, did_you_mean
from analysis.core.paths import LEXICONS, shipped
from analysis.core.strict_yaml import LOADER, refuse_traps
from analysis.text.kernels import fold
from analysis.text.patterns import fold_pattern
from analysis.text.reading.metadata import MetadataError, read_table
from analysis.text.reading.readers import ReadError, decode

_LEXICON_KEYS = ("name", "version", "language", "licence", "description", "negation", "frames")
_FRAME_KEYS = ("label", "definition", "terms", "excludes")
_TERM_KEYS = ("pattern", "weight", "note")
_NEGATION_KEYS = ("window", "words")
_DIGITS = 4  # of a number of words
_WINDOW = 3  # words before a match in which a negation negates it, by default
_LIWC_22 = "dicterm"  # the first column of its tables, in lower case
_TERM_COLUMNS, _FRAME_COLUMNS = ("term", "word", "pattern"), ("category", "frame")  # of a CSV table, in any case

_Term = tuple[str, str, Any]  # frame, term, weight as written
Parsed = TypeVar("Parsed")


class LexiconError(ParameterError):
    """A lexicon that cannot be used; the message names the file, the line and what was expected."""


@dataclass(frozen=True)
class Lexicon:
    """The frames of a lexicon and their patterns.

    ``frames``: frame, label, definition, in the order of the file. ``terms``: frame, pattern (folded as tokens are),
    weight, note. ``excludes``: frame, pattern: phrases whose words count for no frame. A match is negated by one of
    ``negation_words`` within ``negation_window`` words before it. ``sha256``: of the file, or of a dictionary's
    content.
    """

    name: str
    version: str
    language: str
    description: str
    frames: pd.DataFrame
    terms: pd.DataFrame
    excludes: pd.DataFrame
    negation_words: tuple[str, ...]
    negation_window: int
    sha256: str


def read_lexicon(
    source: str | Path | Mapping[str, Any], *, language: str = "en", negation: Sequence[str] = ()
) -> Lexicon:
    """Read a lexicon from a file, from the package by its name ("policy_frames"), or from a Python dictionary.

    In this package's YAML a term is a pattern, or a mapping of ``pattern``, ``weight`` (default 1) and ``note``. A
    pattern is one or more words matched against whole tokens of one sentence: in a word ``*`` stands for any characters
    and ``?`` for one; a lone ``*`` is any one word, ``...`` up to three words. Other formats:

    - a mapping of lists, in Python or YAML, as quanteda's ``dictionary()``. Levels are joined by a period, as by
      ``dfm_lookup()``: ``{"politics": {"left": [...]}}`` has the frame "politics.left";
    - LIWC's ``.dic``: categories between two lines of ``%``, then a term and the numbers of its categories. A term also
      counts for the categories that its own are indented under; a category without terms is dropped;
    - ``.csv`` or ``.tsv``: term (or word, pattern), category (or frame), and optionally weight;
    - LIWC-22's ``.dicx``: DicTerm, and a column for each category with an X or a weight.

    These are in `language`, and a word of `negation` within three words before a match negates it. Their terms may
    belong to several categories, which this package's YAML forbids. Raises `LexiconError` for a missing or malformed
    file, a wrong or missing key, a frame without terms, an undeclared category, a pattern that matches everything.

    >>> lexicon = read_lexicon("security_communication")
    >>> lexicon.frames["frame"].tolist()[:3]
    ['threat', 'war_and_eradication', 'resolve_and_renewal']
    >>> read_lexicon({"war_and_peace": ["War*", "cease fire"]}).terms.values.tolist()
    [['war_and_peace', 'war*', 1.0, ''], ['war_and_peace', 'cease fire', 1.0, '']]
    """
    if isinstance(source, Mapping):
        return _dictionary("dictionary", _nested_terms("the dictionary", source), language, negation)
    file = Path(source).expanduser()
    file = file if file.is_file() else shipped(file) or file
    if not file.is_file():
        beside = ", ".join(sorted(other.name for other in file.parent.glob("*.yml"))) or "no .yml file there"
        names = ", ".join(sorted(other.stem for other in LEXICONS.glob("*.yml")))
        raise LexiconError(f"no such lexicon: {str(source)!r} (beside it: {beside}); by their names alone: {names}")
    suffix = file.suffix.lower()
    if suffix in (".csv", ".tsv", ".dicx"):
        return _dictionary(file.name, _table_terms(file), language, negation)
    if suffix == ".dic":
        labels: dict[str, str] = {}
        return _dictionary(file.name, list(_liwc_terms(file, labels)), language, negation, labels)
    data = file.read_bytes()
    reader = _Reader(file.name)
    tree = reader.compose(data)
    if _is_quanteda(tree):
        return _dictionary(file.name, _nested_terms(file.name, reader.plain(tree)), language, negation)
    top = reader.mapping(tree, _LEXICON_KEYS, required=("name", "version", "language", "frames"))
    frames: list[tuple[str, str, str]] = []
    terms: list[tuple[str, str, float, str]] = []
    excludes: list[tuple[str, str]] = []
    frame_of: dict[str, str] = {}
    for frame, node in reader.mapping(top["frames"]).items():
        body = reader.mapping(node, _FRAME_KEYS, required=("definition", "terms"))
        frames.append((frame, reader.text(body.get("label")) or frame, reader.text(body["definition"])))
        items = reader.sequence(body["terms"])
        if not items:
            raise reader.error(body["terms"], f"frame {frame!r} has no terms: give at least one, or drop the frame")
        for item in items:
            pattern, weight, note = reader.term(item)
            if pattern in frame_of:
                where = "twice in it" if frame_of[pattern] == frame else f"in frame {frame_of[pattern]!r} too"
                raise reader.error(item, f"pattern {pattern!r} of frame {frame!r} occurs {where}: keep one")
            frame_of[pattern] = frame
            terms.append((frame, pattern, weight, note))
        for item in reader.sequence(body.get("excludes")):
            pattern = reader.pattern(item)
            if pattern in frame_of:
                raise reader.error(item, f"pattern {pattern!r} is a term and an exclude: keep one")
            excludes.append((frame, pattern))
    if not frames:
        raise reader.error(top["frames"], "there are no frames: give at least one")
    negating = reader.mapping(top["negation"], _NEGATION_KEYS, required=_NEGATION_KEYS) if "negation" in top else {}
    return Lexicon(
        name=reader.text(top["name"]),
        version=reader.text(top["version"]),
        language=reader.text(top["language"]),
        description=reader.text(top.get("description")),
        frames=pd.DataFrame(frames, columns=["frame", "label", "definition"]),
        terms=pd.DataFrame(terms, columns=["frame", "pattern", "weight", "note"]),
        excludes=pd.DataFrame(excludes, columns=["frame", "pattern"]),
        negation_words=tuple(fold(reader.text(word)) for word in reader.sequence(negating.get("words"))),
        negation_window=reader.parse(negating["window"], _window) if negating else 0,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _dictionary(
    name: str, rows: Iterable[_Term], language: str, negation: Sequence[str], labels: Mapping[str, str] | None = None
) -> Lexicon:
    """Build the lexicon of a dictionary's terms; `labels` name and order the frames."""
    weights: dict[tuple[str, str], float] = {}
    for frame, term, written in rows:
        try:
            pattern, weight = fold_pattern(term, term=True), _positive(written)
        except ValueError as error:
            raise LexiconError(f"{name}, term {term!r} of {frame!r}: {error}: change it, or leave it out") from None
        if weights.setdefault((frame, pattern), weight) != weight:
            raise LexiconError(f"{name}: {term!r} of {frame!r} has two weights: keep one")
    if not weights:
        raise LexiconError(f"{name} has no terms: give at least one category with a term")
    labels = labels or {frame: _label(frame) for frame, _ in weights}
    terms = [(*key, weight, "") for key, weight in weights.items()]
    words = tuple(map(fold, negation))
    sha256 = hashlib.sha256(json.dumps([terms, labels, language, words]).encode()).hexdigest()
    used = {frame for frame, _ in weights}
    frames = [(frame, label, "") for frame, label in labels.items() if frame in used]
    return Lexicon(
        name=Path(name).stem,
        version=sha256[:8],
        language=language,
        description="",
        frames=pd.DataFrame(frames, columns=["frame", "label", "definition"]),
        terms=pd.DataFrame(terms, columns=["frame", "pattern", "weight", "note"]),
        excludes=pd.DataFrame(columns=["frame", "pattern"], dtype=object),
        negation_words=words,
        negation_window=_WINDOW if words else 0,
        sha256=sha256,
    )


def _nested_terms(name: str, node: Any, frame: str = "") -> Iterator[_Term]:
    """Yield the terms of nested mappings and lists; a list may hold a mapping, as quanteda writes a key with both."""
    if isinstance(node, Mapping | list | tuple):
        if not node:
            what = f"frame {frame!r} has no terms: give at least one, or drop the frame"
            raise LexiconError(
                f"{name}: {what}" if frame else f"{name} is empty: give frames, each with a list of terms"
            )
        if isinstance(node, Mapping):
            for key, below in node.items():
                yield from _nested_terms(name, below, f"{frame}.{key}" if frame else str(key))
        else:
            for item in node:
                yield from _nested_terms(name, item, frame)
    elif isinstance(node, str):
        yield frame, node, 1
    else:
        raise LexiconError(f"{name}, frame {frame!r}: expected a list of words and phrases, found {node!r}")


def _table_terms(file: Path) -> Iterator[_Term]:
    """Yield the terms of a CSV table."""
    try:
        table = read_table(file)
    except MetadataError as error:
        raise LexiconError(str(error)) from None
    if table.columns[0].lower() == _LIWC_22:
        yield from (
            (frame, term, "1" if mark.strip().lower() == "x" else mark)
            for frame in table.columns[1:]
            for term, mark in zip(table.iloc[:, 0], table[frame], strict=True)
            if mark.strip()
        )
        return
    by_name = {name.lower(): table[name] for name in table.columns[::-1]}
    term, frame_name = (
        next((name for name in names if name in by_name), "") for names in (_TERM_COLUMNS, _FRAME_COLUMNS)
    )
    if not term or not frame_name:
        columns = ", ".join(map(repr, table.columns))
        raise LexiconError(f"{file.name} has the columns {columns}: it needs term and category, and may have weight")
    terms, frames = by_name[term], by_name[frame_name]
    weights = by_name["weight"].replace("", "1") if "weight" in by_name else ["1"] * len(table)
    for frame, term, weight in zip(frames, terms, weights, strict=True):
        if not frame:
            raise LexiconError(f"{file.name} has no {frames.name} for {term!r}: give one, or drop the row")
        yield frame, term, weight


def _liwc_terms(file: Path, labels: dict[str, str]) -> Iterator[_Term]:
    """Yield the terms of a LIWC dictionary; fill `labels` with its categories."""
    try:
        lines = decode(file.read_bytes())[0].splitlines()
    except ReadError as error:
        raise LexiconError(f"{file.name} {error}") from None
    ends = [number for number, line in enumerate(lines) if line.strip() == "%"]
    if len(ends) < 2 or any(map(str.strip, lines[: ends[0]])):
        what = "does not begin with categories between two lines of %"
        raise LexiconError(f"{file.name} {what}: is it a dictionary of LIWC?")
    categories: dict[str, list[str]] = {}  # by number: its name and those it is indented under
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines[ends[0] + 1 : ends[1]], start=ends[0] + 2):
        found = re.fullmatch(r"(\s*)(\d+)\s+(\S+)\s*(.*?)\s*", line)
        if found:
            indent, key, name, label = found.groups()
            above = [*(one for one in above if one[0] < len(indent)), (len(indent), name)]
            categories[key.lstrip("0")] = [one for _, one in above]
            labels[name] = label.strip("()") or _label(name)
        elif line.strip():
            raise LexiconError(f"{file.name} line {number}: expected a number and a category, found {line.strip()!r}")
    for number, line in enumerate(lines[ends[1] + 1 :], start=ends[1] + 2):
        # Tabs separate them, or blanks, which a term of several words has too.
        term, *keys = re.split(r"\s*\t\s*" if "\t" in line.strip() else r"\s+(?=\d+(?:\s|$))", line.strip())
        if term and not keys:
            raise LexiconError(f"{file.name} line {number}: {term!r} has no category: give its number behind a tab")
        for key in keys:
            if key.lstrip("0") not in categories:
                where = f"{file.name} line {number}: category {key!r} of {term!r}"
                raise LexiconError(f"{where} is not declared between the lines of %: declare it, or leave it out")
            yield from ((name, term, 1) for name in categories[key.lstrip("0")])


def _is_quanteda(tree: yaml.Node) -> bool:
    """Whether a tree is a mapping of lists and mappings only, none of them this package's ``frames``."""
    return isinstance(tree, yaml.MappingNode) and all(
        isinstance(value, yaml.CollectionNode) and key.value != "frames" for key, value in tree.value
    )


def _label(name: str) -> str:
    """Make a label of a frame's name: "War and peace" of "war_and_peace"."""
    return name[:1].upper() + name[1:].replace("_", " ")


def _positive(weight: Any) -> float:
    """Return a weight as a number above 0."""
    try:
        number = float(weight)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"weight {weight!r} must be a number above 0")
    return number


def _window(text: str) -> int:
    """Return a number of words."""
    if not text.isdecimal() or len(text) > _DIGITS:
        raise ValueError(f"expected a whole number from 0 up to {_DIGITS} digits, found {text[:20]!r}")
    return int(text)


class _Reader:
    """Read values from a YAML tree; errors name their lines."""

    def __init__(self, name: str) -> None:
        self.name = name

    def error(self, node: yaml.Node, message: str) -> LexiconError:
        return LexiconError(f"{self.name} line {_line(node.start_mark)}: {message}")

    def compose(self, data: bytes) -> yaml.Node:
        """Return the tree of a file."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise LexiconError(f"{self.name} line {line}: not UTF-8: save the file as UTF-8") from None
        try:
            refuse_traps(text)
            node = yaml.compose(text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            what = error.problem if type(error) is yaml.MarkedYAMLError else f"not YAML: {error.problem}"
            raise LexiconError(f"{self.name} line {_line(error.problem_mark)}: {what}") from None
        except yaml.YAMLError as error:
            raise LexiconError(f"{self.name} is not YAML: {error}".replace("\n", " ")) from None
        if node is None:
            raise LexiconError(f"{self.name} is empty: it needs name, version, language and frames")
        return node

    def mapping(
        self, node: yaml.Node, allowed: Iterable[str] = (), required: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return the entries of a mapping; any key is allowed if `allowed` is empty."""
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, f"expected a mapping (key: value), found {_kind(node)}")
        entries: dict[str, yaml.Node] = {}
        keys = list(allowed)
        for key_node, value in node.value:
            key = self.text(key_node)
            if keys and key not in keys:
                hint = did_you_mean(key, keys)
                raise self.error(key_node, f"unknown key {key!r}, expected one of {', '.join(keys)}.{hint}")
            if key in entries:
                raise self.error(key_node, f"key {key!r} occurs twice: keep one")
            entries[key] = value
        missing = [key for key in required if key not in entries]
        if missing:
            raise self.error(node, f"key {missing[0]!r} is missing here")
        return entries

    def sequence(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, f"expected a list, found {_kind(node)}")
        return list(node.value)

    def text(self, node: yaml.Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, f"expected a text, found {_kind(node)}")
        return str(node.value).strip()

    def plain(self, node: yaml.Node) -> Any:
        """Return a mapping or list with its scalars as text: "no" is a word, not false."""
        if isinstance(node, yaml.MappingNode):
            return {name: self.plain(below) for name, below in self.mapping(node).items()}
        return list(map(self.plain, node.value)) if isinstance(node, yaml.SequenceNode) else self.text(node)

    def parse(self, node: yaml.Node, parser: Callable[[str], Parsed]) -> Parsed:
        """Return what `parser` makes of a text; its `ValueError` is an error of this line."""
        text = self.text(node)
        try:
            return parser(text)
        except ValueError as error:
            raise self.error(node, str(error)) from None

    def pattern(self, node: yaml.Node) -> str:
        return self.parse(node, partial(fold_pattern, term=True))

    def term(self, node: yaml.Node) -> tuple[str, float, str]:
        """Return the pattern, the weight and the note of a term."""
        if isinstance(node, yaml.ScalarNode):
            return self.pattern(node), 1.0, ""
        entries = self.mapping(node, _TERM_KEYS, required=("pattern",))
        weight = self.parse(entries["weight"], _positive) if "weight" in entries else 1.0
        return self.pattern(entries["pattern"]), weight, self.text(entries.get("note"))


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark is not None else 1


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value) if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
