"""How the making of two runs differs, in plain sentences."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.core.paths import GOLD
from analysis.publish.findings.wording import listed
from analysis.publish.loading import Run
from analysis.text.corpus import METADATA
from analysis.text.reading.folders import IGNORE

NOT_TEXTS = frozenset({IGNORE, METADATA, *(f"gold/{name}" for name in GOLD)})


class Texts(NamedTuple):
    """How many files of texts each of two runs read, and how many of them both did, byte for byte."""

    a: int
    b: int
    shared: int

    @property
    def same(self) -> bool:
        """Whether the two read the same texts and no others."""
        return self.a == self.b == self.shared

    @property
    def apart(self) -> bool:
        """Whether no text is in both."""
        return not self.shared


def texts_of(a: Run, b: Run) -> Texts:
    """Which texts two runs have in common, by the SHA-256 of the files in their manifests."""
    sides = [Counter(sha for name, sha in _inputs(run).items() if name.startswith(_TEXT)) for run in (a, b)]
    return Texts(sides[0].total(), sides[1].total(), (sides[0] & sides[1]).total())


def differences(a: Run, b: Run) -> list[str]:
    """How two runs differ before a word is counted: texts, notebooks, parameters, other files, versions.

    The runs are called A and B. The first sentence is about the texts; without another one, nothing else differs.
    """
    return [
        _about_texts(a, b, texts_of(a, b)),
        *_about_notebooks(a, b),
        *parameter_differences(a, b),
        *_about_files(a, b),
        *_about_versions(a.manifest, b.manifest),
    ]


def parameter_differences(a: Run, b: Run) -> list[str]:
    """The parameters that two runs have with other values, the corpus aside, a sentence each."""
    found: dict[tuple[str, Any, Any], list[str]] = {}  # name, in A, in B: the sections
    both = [section for section in a.parameters if section in b.parameters]
    for section in both:
        one, other = a.parameters[section], b.parameters[section]
        for name in [*one, *(name for name in other if name not in one)]:
            pair = (one.get(name, _NONE), other.get(name, _NONE))
            if name != "corpus" and (type(pair[0]), pair[0]) != (type(pair[1]), pair[1]):
                found.setdefault((name, *pair), []).append(section)
    return [
        f"The parameter {name} is {_value(one)} in A and {_value(other)} in B"
        + ("." if len(sections) == len(both) else f", in {listed(sections)}.")
        for (name, one, other), sections in found.items()
    ]


_TEXT = "the text "  # what the name of an input begins with that is a document, so that no path is taken for one
_OTHER = " of the corpus"  # and what that of another file in its folder ends in
_NONE = "(no such parameter)"


def _corpus(run: Run) -> str:
    return str(next(iter(run.parameters.values()))["corpus"])


def _inputs(run: Run) -> dict[str, str]:
    """What the run read, by a name that does not tell where the corpus lies, and its SHA-256."""
    corpus, found = _corpus(run), {}
    named = {values.get("metadata") for values in run.parameters.values()}
    for record in run.manifest["inputs"]:
        path = record["path"]
        inside = path.removeprefix(f"{corpus}/") if path.startswith(f"{corpus}/") else None
        if path == corpus:
            path = _TEXT + path
        elif inside is not None and path not in named:
            path = f"{inside}{_OTHER}" if inside in NOT_TEXTS else _TEXT + inside
        found[path] = record["sha256"]
    return found


def _about_texts(a: Run, b: Run, texts: Texts) -> str:
    places = [_corpus(run) for run in (a, b)]
    if texts.same:
        where = f" ({places[0]})" if places[0] == places[1] else f" ({places[0]} for A, {places[1]} for B)"
        return f"Both runs read the same {_files(texts.a)}{where}."
    said = f"A read {_files(texts.a)} ({places[0]}), B {_files(texts.b)} ({places[1]})"
    if texts.apart:
        return f"{said}; none is in both."
    return f"{said}; {texts.shared:,} {'is' if texts.shared == 1 else 'are'} in both, byte for byte."


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'} of texts"


def _about_notebooks(a: Run, b: Run) -> list[str]:
    said = []
    for name, own, other in (("A", a, b), ("B", b, a)):
        if missing := [section for section in own.parameters if section not in other.parameters]:
            said.append(f"Only {name} has {listed(missing)}: nothing of it can be compared.")
    return said


def _value(value: Any) -> str:
    if value is None or value is _NONE:
        return "none" if value is None else "not there"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"“{value}”" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _about_files(a: Run, b: Run) -> list[str]:
    """Files other than texts that are not the same; those that only one side read follow from its parameters."""
    one, other = _inputs(a), _inputs(b)
    changed = [name for name in one if name in other and one[name] != other[name] and not name.startswith(_TEXT)]
    said = [f"{name} is another file: {one[name][:12]} in A, {other[name][:12]} in B (SHA-256)." for name in changed]
    for side, names, others in (("A", one, other), ("B", other, one)):
        own = [name for name in names if name.endswith(_OTHER) and name not in others]
        said += [f"Only {side} has {listed([name.removesuffix(_OTHER) for name in own])}{_OTHER}."] * bool(own)
    return said


def _about_versions(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    said = []
    if a.get("lafz") != b.get("lafz"):
        said.append(f"Lafz is version {a.get('lafz')} in A and {b.get('lafz')} in B.")
    if a.get("source") != b.get("source"):
        codes = f"{str(a.get('source'))[:12]} in A, {str(b.get('source'))[:12]} in B"
        said.append(f"The program is not the same ({codes}, SHA-256): what moved may have moved with it.")
    one, other = a["versions"], b["versions"]
    changed = [
        f"{name} ({one.get(name) or 'not there'} in A, {other.get(name) or 'not there'} in B)"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]
    return [*said, *[f"Other versions: {listed(changed)}."] * bool(changed)]
