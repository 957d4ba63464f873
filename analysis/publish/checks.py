"""What is checked before a report is made, so that a mistake costs a line and not a run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import ParameterError, with_advice
from analysis.framing.attribution import read_aliases
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity_file import read_validity
from analysis.paths import from_root
from analysis.publish.keeping import is_kept
from analysis.publish.manifest import MANIFEST
from analysis.publish.parameters import notebooks
from analysis.scale.stages import KEPT, BusyError, LostError
from analysis.text.corpus import Corpus, CorpusError
from analysis.text.sentences import primary


def check_files(parameters: Mapping[str, dict[str, Any]], lexicons: Mapping[str, Lexicon]) -> None:
    """Read the small files that parameters name; raises `ParameterError` for one that is not as it should be."""
    for values in parameters.values():
        try:
            if values.get("aliases"):
                read_aliases(from_root(values["aliases"]))
            if values.get("validity"):
                read_validity(from_root(values["validity"]), lexicons[values["lexicon"]])
        except ValueError as error:
            raise ParameterError(str(error)) from None


def check_language(parameters: Mapping[str, dict[str, Any]], lexicons: Mapping[str, Lexicon], corpus: Corpus) -> None:
    """Raises `CorpusError` without a document in the lexicon's language: with nothing to frame the whole run fails."""
    if "framing" not in parameters:
        return
    lexicon = lexicons[parameters["framing"]["lexicon"]]
    languages = set(corpus.documents["language"].map(primary))
    if lexicon.language not in languages:
        said = ", ".join(sorted(languages))
        said += " (undetermined: the metadata name a language by no known code, such as 'en')" * ("und" in languages)
        rest = ",".join(section for section in notebooks() if section != "framing")
        raise CorpusError(
            f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in "
            f"{said}: give one in their language with -p lexicon=FILE, or --only {rest}"
        )


def check_place(out: Path) -> None:
    """Raises `ParameterError` for a place with anything but an earlier report, which alone may be replaced."""
    if out.exists() and not (out.is_dir() and ((out / MANIFEST).is_file() or not any(out.iterdir()))):
        raise ParameterError(f"{str(out)!r} exists and is not an earlier report: choose another --out, or move it away")
    if out.is_mount():  # nothing can be renamed to it
        raise ParameterError(f"--out {str(out)!r} is where a file system is mounted: give the name of a folder in it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be made: {error.strerror}") from None


@contextmanager
def faults_told(out: Path) -> Iterator[None]:
    """A full disk, a folder that can't be written to or is in use, or killed processes become a `ParameterError`."""
    try:
        yield
    except OSError as error:
        kept = f"; {KEPT}" if is_kept(out) else ""
        raise ParameterError(f"the report {str(out)!r} could not be made: {with_advice(str(error))}{kept}") from None
    except (BusyError, LostError) as error:
        raise ParameterError(str(error)) from None
