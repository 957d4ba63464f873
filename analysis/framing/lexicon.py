"""Frame lexicons: YAML files that say which words and phrases speak of which frame, checked line by line."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.core.errors import did_you_mean
from analysis.core.strict_yaml import LOADER, refuse_traps
from analysis.text.kernels import fold
from analysis.text.patterns import fold_pattern

_LEXICON_KEYS = ("name", "version", "language", "licence", "description", "negation", "frames")
_FRAME_KEYS = ("label", "definition", "terms", "excludes")
_TERM_KEYS = ("pattern", "weight", "note")
_NEGATION_KEYS = ("window", "words")
_DIGITS = 4  # of a number of words


class LexiconError(ValueError):
    """A lexicon that cannot be used; the message names file, line, what is wrong and what was expected."""


@dataclass(frozen=True)
class Lexicon:
    """The frames of a lexicon and the patterns that speak of them.

    ``frames``: frame, label, definition, in the order of the file. ``terms``: frame, pattern (folded as tokens are),
    weight, note. ``excludes``: frame, pattern: phrases whose words count for no frame. ``negation_words`` within
    ``negation_window`` words before a match make it negated. ``sha256``: of the file.
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


def read_lexicon(path: str | Path) -> Lexicon:
    """The lexicon in the YAML file `path`.

    A term is a pattern, or a mapping of ``pattern``, ``weight`` (default 1) and ``note``. A pattern is one or more
    words matched against whole tokens of one sentence: in a word ``*`` stands for any characters and ``?`` for one;
    a lone ``*`` is any one word, ``...`` up to three words. Raises `LexiconError` for a file that is not there or not
    YAML, a wrong or missing key, a frame without terms, a pattern that would match everything or appears twice.

    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> lexicon.frames["frame"].tolist()[:3]
    ['threat', 'war_and_eradication', 'resolve_and_renewal']
    """
    file = Path(path).expanduser()
    if not file.is_file():
        known = ", ".join(sorted(other.name for other in file.parent.glob("*.yml"))) or "no .yml file there"
        raise LexiconError(f"no such lexicon: {str(path)!r} (beside it: {known})")
    data = file.read_bytes()
    reader = _Reader(file.name)
    top = reader.mapping(reader.compose(data), _LEXICON_KEYS, required=("name", "version", "language", "frames"))
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
    negation = reader.mapping(top["negation"], _NEGATION_KEYS, required=_NEGATION_KEYS) if "negation" in top else {}
    return Lexicon(
        name=reader.text(top["name"]),
        version=reader.text(top["version"]),
        language=reader.text(top["language"]),
        description=reader.text(top.get("description")),
        frames=pd.DataFrame(frames, columns=["frame", "label", "definition"]),
        terms=pd.DataFrame(terms, columns=["frame", "pattern", "weight", "note"]),
        excludes=pd.DataFrame(excludes, columns=["frame", "pattern"]),
        negation_words=tuple(fold(reader.text(word)) for word in reader.sequence(negation.get("words"))),
        negation_window=reader.count(negation["window"]) if negation else 0,
        sha256=hashlib.sha256(data).hexdigest(),
    )


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

    def weight(self, node: yaml.Node) -> float:
        try:
            weight = float(self.text(node))
        except ValueError:
            weight = math.nan
        if not 0 < weight < math.inf:
            raise self.error(node, f"weight {self.text(node)!r} must be a number above 0")
        return weight

    def count(self, node: yaml.Node) -> int:
        text = self.text(node)
        if not text.isdecimal() or len(text) > _DIGITS:
            raise self.error(node, f"expected a whole number from 0 up to {_DIGITS} digits, found {text[:20]!r}")
        return int(text)

    def pattern(self, node: yaml.Node) -> str:
        """A pattern folded as tokens are, its words one blank apart."""
        try:
            return fold_pattern(self.text(node))
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
