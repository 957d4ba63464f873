"""How two runs differ before a word is counted, in plain sentences."""

from collections import Counter
from typing import Any, NamedTuple

from analysis.core.paths import GOLD
from analysis.publish.findings.wording import listed
from analysis.publish.loading import Run
from analysis.text.corpus import METADATA
from analysis.text.reading.folders import IGNORE

NOT_TEXTS = frozenset({IGNORE, METADATA, *(f"gold/{name}" for name in GOLD)})
_TEXT = "the text "  # how the label of a document begins, so that it is not taken for a path
_OTHER = " of the corpus"  # how the label of another file in the corpus folder ends
_MISSING = "(no such parameter)"


class Texts(NamedTuple):
    """Numbers of text files that two runs read, and that both read, byte for byte."""

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
    """How many texts two runs have in common, by the SHA-256 of the files in their manifests."""
    sides = [Counter(sha for name, sha in _inputs(run).items() if name.startswith(_TEXT)) for run in (a, b)]
    return Texts(sides[0].total(), sides[1].total(), (sides[0] & sides[1]).total())


def differences(a: Run, b: Run) -> list[str]:
    """How the runs A and B differ in texts, notebooks, parameters, other files and versions.

    The first sentence is about the texts; if it is the only one, nothing else differs.
    """
    return [_texts(a, b), *_notebooks(a, b), *parameter_differences(a, b), *_files(a, b), *_versions(a, b)]


def parameter_differences(a: Run, b: Run) -> list[str]:
    """A sentence for each parameter, but for the corpus, that has another value in the other run."""
    found: dict[tuple[str, str, str], list[str]] = {}  # name, value in A, in B: the sections
    both = [section for section in a.parameters if section in b.parameters]
    for section in both:
        one, other = a.parameters[section], b.parameters[section]
        for name in dict.fromkeys([*one, *other]):
            values = one.get(name, _MISSING), other.get(name, _MISSING)
            if name != "corpus" and (type(values[0]), values[0]) != (type(values[1]), values[1]):
                found.setdefault((name, _value(values[0]), _value(values[1])), []).append(section)
    return [
        f"The parameter {name} is {one} in A and {other} in B"
        + ("." if len(sections) == len(both) else f", in {listed(sections)}.")
        for (name, one, other), sections in found.items()
    ]


def _texts(a: Run, b: Run) -> str:
    texts, places = texts_of(a, b), [_corpus(run) for run in (a, b)]
    if texts.same:
        where = f" ({places[0]})" if places[0] == places[1] else f" ({places[0]} for A, {places[1]} for B)"
        return f"Both runs read the same {_counted(texts.a)}{where}."
    read = f"A read {_counted(texts.a)} ({places[0]}), B {_counted(texts.b)} ({places[1]})"
    if texts.apart:
        return f"{read}; none is in both."
    return f"{read}; {texts.shared:,} {'is' if texts.shared == 1 else 'are'} in both, byte for byte."


def _notebooks(a: Run, b: Run) -> list[str]:
    return [
        f"Only {name} has {listed(missing)}: nothing of it can be compared."
        for name, own, other in (("A", a, b), ("B", b, a))
        if (missing := [section for section in own.parameters if section not in other.parameters])
    ]


def _files(a: Run, b: Run) -> list[str]:
    """Files other than texts that differ; those that only one run read follow from its parameters."""
    one, other = _inputs(a), _inputs(b)
    changed = [name for name in one if name in other and one[name] != other[name] and not name.startswith(_TEXT)]
    lines = [f"{name} is another file: {one[name][:12]} in A, {other[name][:12]} in B (SHA-256)." for name in changed]
    for side, names, others in (("A", one, other), ("B", other, one)):
        if only := [name.removesuffix(_OTHER) for name in names if name.endswith(_OTHER) and name not in others]:
            lines.append(f"Only {side} has {listed(only)}{_OTHER}.")
    return lines


def _versions(a: Run, b: Run) -> list[str]:
    one, other = a.manifest, b.manifest
    lines = []
    if one["lafz"] != other["lafz"]:
        lines.append(f"Lafz is version {one['lafz']} in A and {other['lafz']} in B.")
    if one["source"] != other["source"]:
        codes = f"{one['source'][:12]} in A, {other['source'][:12]} in B"
        lines.append(f"The program is not the same ({codes}, SHA-256): what moved may have moved with it.")
    changed = [
        f"{name} ({was or 'not there'} in A, {now or 'not there'} in B)"
        for name in sorted(one["versions"].keys() | other["versions"].keys())
        if (was := one["versions"].get(name)) != (now := other["versions"].get(name))
    ]
    return [*lines, *[f"Other versions: {listed(changed)}."] * bool(changed)]


def _corpus(run: Run) -> str:
    return str(next(iter(run.parameters.values()))["corpus"])


def _inputs(run: Run) -> dict[str, str]:
    """The SHA-256 of each file that the run read, by a label that does not depend on where the corpus lies."""
    corpus, found = _corpus(run), {}
    metadata = {values.get("metadata") for values in run.parameters.values()}
    for record in run.manifest["inputs"]:
        label = path = record["path"]
        name = path.removeprefix(f"{corpus}/")
        if path == corpus:
            label = _TEXT + path
        elif name != path and path not in metadata:
            label = f"{name}{_OTHER}" if name in NOT_TEXTS else _TEXT + name
        found[label] = record["sha256"]
    return found


def _counted(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'} of texts"


def _value(value: Any) -> str:
    if value is None or value is _MISSING:
        return "none" if value is None else "not there"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return listed([_value(text) for text in value])
    return f"“{value}”" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
