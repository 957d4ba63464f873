"""Frame lexicons, which say what words and phrases speak of which frame: in YAML, or dictionaries of other programs."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
_WINDOW = 3  # words before a match in which a negation is looked for, where the lexicon doesn't say
_LIWC_22 = "dicterm"  # the first column of its tables, in lower case
_TERM_COLUMNS, _FRAME_COLUMNS = ("term", "word", "pattern"), ("category", "frame")  # of a CSV table, in any case

_Row = tuple[str, str, Any]  # frame, term, and its weight as it was given


class LexiconError(ParameterError):
    """A lexicon that cannot be used; the message names file, line, what is wrong and what was expected."""


@dataclass(frozen=True)
class Lexicon:
    """The frames of a lexicon and the patterns that speak of them.

    ``frames``: frame, label, definition, in the order of the file. ``terms``: frame, pattern (folded as tokens are),
    weight, note. ``excludes``: frame, pattern: phrases whose words count for no frame. ``negation_words`` within
    ``negation_window`` words before a match make it negated. ``sha256``: of the file, or of what a dictionary says.
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
    """The lexicon in a file, of a name such as "policy_frames", which the package brings, or of a dictionary in Python.

    In this package's YAML a term is a pattern, or a mapping of ``pattern``, ``weight`` (default 1) and ``note``. A
    pattern is one or more words matched against whole tokens of one sentence: in a word ``*`` stands for any characters
    and ``?`` for one; a lone ``*`` is any one word, ``...`` up to three words. Dictionaries of other programs:

    - a mapping of lists, in Python or YAML, as quanteda's ``dictionary()``. Levels are joined by a period, as
      ``dfm_lookup()`` does: ``{"politics": {"left": [...]}}`` has the frame "politics.left";
    - ``.dic``, LIWC's: categories between two lines of ``%``, then a term and the numbers of its categories. A term
      counts too for the categories that its own are indented under; a category without a term is left out;
    - ``.csv`` or ``.tsv``: term (or word, pattern), category (or frame), and weight if there is one; or ``.dicx``, that
      of LIWC-22: DicTerm, and a column for each category with an X, or a weight, where it has the term.

    They are in `language`, and a word of `negation` within three words before a match makes it negated; what weight
    they don't give is 1. A term of several categories counts for each, which this package's YAML takes for a mistake.
    Raises `LexiconError` for a file that is not there or of another form, a wrong or missing key, a frame without
    terms, a category that is not declared, a pattern that would match everything.

    >>> lexicon = read_lexicon("security_communication")
    >>> lexicon.frames["frame"].tolist()[:3]
    ['threat', 'war_and_eradication', 'resolve_and_renewal']
    >>> read_lexicon({"war_and_peace": ["War*", "cease fire"]}).terms.values.tolist()
    [['war_and_peace', 'war*', 1.0, ''], ['war_and_peace', 'cease fire', 1.0, '']]
    """
    if isinstance(source, Mapping):
        return _dictionary("dictionary", _entries("the dictionary", source), language, negation)
    file = Path(source).expanduser()
    file = file if file.is_file() else shipped(file) or file
    if not file.is_file():
        known = ", ".join(sorted(other.name for other in file.parent.glob("*.yml"))) or "no .yml file there"
        own = ", ".join(sorted(other.stem for other in LEXICONS.glob("*.yml")))
        raise LexiconError(f"no such lexicon: {str(source)!r} (beside it: {known}); by their names alone: {own}")
    if file.suffix.lower() in (".csv", ".tsv", ".dicx"):
        return _dictionary(file.name, _table(file), language, negation)
    if file.suffix.lower() == ".dic":
        labels: dict[str, str] = {}
        return _dictionary(file.name, list(_liwc(file, labels)), language, negation, labels)
    data = file.read_bytes()
    reader = _Reader(file.name)
    tree = reader.compose(data)
    if _is_quanteda(tree):
        return _dictionary(file.name, _entries(file.name, reader.plain(tree)), language, negation)
    top = reader.mapping(tree, _LEXICON_KEYS, required=("name", "version", "language", "frames"))
    frames: list[tuple[str, str, str]] = []
    terms: list[tuple[str, str, float, str]] = []
    excludes: list[tuple[str, str]] = []
    seen: dict[str, str] = {}
    for frame, node in reader.mapping(top["frames"]).items():
        body = reader.mapping(node, _FRAME_KEYS, required=("definition", "terms"))
        frames.append((frame, reader.text(body.get("label")) or frame, reader.text(body["definition"])))
        items = reader.sequence(body["terms"])
        if not items:
            raise reader.error(body["terms"], f"frame {frame!r} has no terms: give at least one, or drop the frame")
        for item in items:
            pattern, weight, note = reader.term(item)
            if pattern in seen:
                where = "twice in it" if seen[pattern] == frame else f"in frame {seen[pattern]!r} too"
                raise reader.error(item, f"pattern {pattern!r} of frame {frame!r} stands {where}: keep one")
            seen[pattern] = frame
            terms.append((frame, pattern, weight, note))
        excludes += [(frame, reader.pattern(item)) for item in reader.sequence(body.get("excludes"))]
        for item in reader.sequence(body.get("excludes")):
            if reader.pattern(item) in seen:
                raise reader.error(item, f"pattern {reader.pattern(item)!r} is a term and an exclude: keep one")
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
        negation_window=reader.count(negating["window"]) if negating else 0,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _dictionary(
    name: str, rows: Iterable[_Row], language: str, negation: Sequence[str], labels: Mapping[str, str] | None = None
) -> Lexicon:
    """The lexicon of the entries of a dictionary; `labels`, if there are any, say the order of the frames too."""
    weights: dict[tuple[str, str], float] = {}
    for frame, term, given in rows:
        try:
            pattern, weight = fold_pattern(term, term=True), _positive(given)
        except ValueError as error:
            raise LexiconError(f"{name}, term {term!r} of {frame!r}: {error}: change it, or leave it out") from None
        if weights.setdefault((frame, pattern), weight) != weight:
            raise LexiconError(f"{name}: {term!r} of {frame!r} has two weights: keep one")
    if not weights:
        raise LexiconError(f"{name} has no terms: give at least one category with a term")
    called = labels or {frame: _label(frame) for frame, _ in weights}
    terms = [(*key, weight, "") for key, weight in weights.items()]
    words = tuple(map(fold, negation))
    said = json.dumps([terms, called, language, words])
    sha256 = hashlib.sha256(said.encode()).hexdigest()
    used = {frame for frame, _ in weights}
    frames = [(frame, label, "") for frame, label in called.items() if frame in used]
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


def _entries(name: str, node: Any, frame: str = "") -> Iterator[_Row]:
    """The terms of nested mappings and lists; a list may hold a mapping too, as quanteda writes a key with both."""
    if isinstance(node, Mapping | list | tuple):
        if not node:
            what = f"frame {frame!r} has no terms: give at least one, or drop the frame"
            raise LexiconError(
                f"{name}: {what}" if frame else f"{name} is empty: give frames, each with a list of terms"
            )
        if isinstance(node, Mapping):
            for key, below in node.items():
                yield from _entries(name, below, f"{frame}.{key}" if frame else str(key))
        else:
            for item in node:
                yield from _entries(name, item, frame)
    elif isinstance(node, str):
        yield frame, node, 1
    else:
        raise LexiconError(f"{name}, frame {frame!r}: expected a list of words and phrases, found {node!r}")


def _table(file: Path) -> Iterator[_Row]:
    """The terms of a CSV table."""
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
    terms, frames = (
        next((by_name[name] for name in names if name in by_name), None) for names in (_TERM_COLUMNS, _FRAME_COLUMNS)
    )
    if terms is None or frames is None:
        said = ", ".join(map(repr, table.columns))
        raise LexiconError(f"{file.name} has the columns {said}: it needs term and category, and may have weight")
    weights = by_name["weight"].replace("", "1") if "weight" in by_name else ["1"] * len(table)
    for frame, term, weight in zip(frames, terms, weights, strict=True):
        if not frame:
            raise LexiconError(f"{file.name} has no {frames.name} for {term!r}: give one, or drop the row")
        yield frame, term, weight


def _liwc(file: Path, labels: dict[str, str]) -> Iterator[_Row]:
    """The terms of a dictionary of LIWC; puts what its categories are called into `labels`."""
    try:
        lines = decode(file.read_bytes())[0].splitlines()
    except ReadError as error:
        raise LexiconError(f"{file.name} {error}") from None
    ends = [number for number, line in enumerate(lines) if line.strip() == "%"]
    if len(ends) < 2 or any(map(str.strip, lines[: ends[0]])):
        what = "does not begin with categories between two lines of %"
        raise LexiconError(f"{file.name} {what}: is it a dictionary of LIWC?")
    categories: dict[str, list[str]] = {}  # by number: the name of each, and of those that it is indented under
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
        # Tabs are between them; files without any have blanks, which a term of several words may have too.
        term, *keys = re.split(r"\s*\t\s*" if "\t" in line.strip() else r"\s+(?=\d+(?:\s|$))", line.strip())
        if term and not keys:
            raise LexiconError(f"{file.name} line {number}: {term!r} has no category: give its number behind a tab")
        for key in keys:
            if key.lstrip("0") not in categories:
                where = f"{file.name} line {number}: category {key!r} of {term!r}"
                raise LexiconError(f"{where} is not declared between the lines of %: declare it, or leave it out")
            yield from ((name, term, 1) for name in categories[key.lstrip("0")])


def _is_quanteda(tree: yaml.Node) -> bool:
    """Whether this is a mapping of lists and mappings alone, none of them this package's ``frames``."""
    return isinstance(tree, yaml.MappingNode) and all(
        isinstance(value, yaml.CollectionNode) and key.value != "frames" for key, value in tree.value
    )


def _label(name: str) -> str:
    """What a frame is called of which no more is known than its name: "war_and_peace" is "War and peace"."""
    return name[:1].upper() + name[1:].replace("_", " ")


def _positive(weight: Any) -> float:
    """A weight as a number; raises `ValueError` for one that is none above 0."""
    try:
        number = float(weight)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"weight {weight!r} must be a number above 0")
    return number


class _Reader:
    """Takes values out of a YAML tree and knows the line of each, for the error that names it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def error(self, node: yaml.Node, message: str) -> LexiconError:
        return LexiconError(f"{self.name} line {_line(node.start_mark)}: {message}")

    def compose(self, data: bytes) -> yaml.Node:
        """The tree of the file."""
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
        """The entries of a mapping; any key will do where `allowed` is empty."""
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
                raise self.error(key_node, f"key {key!r} stands twice: keep one")
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
        """A mapping or list with all that is in it, its scalars as they are written: "no" is a word, not false."""
        if isinstance(node, yaml.MappingNode):
            return {name: self.plain(below) for name, below in self.mapping(node).items()}
        return list(map(self.plain, node.value)) if isinstance(node, yaml.SequenceNode) else self.text(node)

    def weight(self, node: yaml.Node) -> float:
        try:
            return _positive(self.text(node))
        except ValueError as error:
            raise self.error(node, str(error)) from None

    def count(self, node: yaml.Node) -> int:
        text = self.text(node)
        if not text.isdecimal() or len(text) > _DIGITS:
            raise self.error(node, f"expected a whole number from 0 up to {_DIGITS} digits, found {text[:20]!r}")
        return int(text)

    def pattern(self, node: yaml.Node) -> str:
        """A pattern folded as tokens are, its words one blank apart."""
        try:
            return fold_pattern(self.text(node), term=True)
        except ValueError as error:
            raise self.error(node, str(error)) from None

    def term(self, node: yaml.Node) -> tuple[str, float, str]:
        if isinstance(node, yaml.ScalarNode):
            return self.pattern(node), 1.0, ""
        entries = self.mapping(node, _TERM_KEYS, required=("pattern",))
        weight = self.weight(entries["weight"]) if "weight" in entries else 1.0
        return self.pattern(entries["pattern"]), weight, self.text(entries.get("note"))


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark is not None else 1


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value) if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
