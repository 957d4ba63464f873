"""Checks before a report is made, so that a mistake costs one line rather than a run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.core.errors import ParameterError, did_you_mean, with_advice
from analysis.core.jobs import KEPT, BusyError, LostError
from analysis.core.paths import from_root
from analysis.framing.attribution import read_aliases
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.framing.validity_file import read_validity
from analysis.publish.manifest import MANIFEST
from analysis.publish.parameters import Parameter, notebooks, read_parameters, shown
from analysis.publish.run.sections import is_kept
from analysis.terms.comparison import is_list, read_frequency_list
from analysis.terms.concordance import check_sort
from analysis.text.corpus import Corpus, CorpusError
from analysis.text.patterns import fold_pattern
from analysis.text.phrases import check_phrases
from analysis.text.sentences import primary
from analysis.text.stopwords import NLTK_NAMES, stop_words
from analysis.text.tokens import Tokens

LISTED = 20  # groups that an error message lists
GROUP_OR_LIST = "a group or a .csv file of term and count"
# Reads a value of each kind, and raises `ValueError` for one that is not valid.
READERS: dict[str, Callable[[Any], object]] = {
    "a CSV table of alias and name": lambda name: read_aliases(from_root(name)),
    GROUP_OR_LIST: lambda name: is_list(name) and read_frequency_list(from_root(name)),
    "a stop list": lambda name: stop_words(name, NLTK_NAMES),
    "a word or phrase": fold_pattern,
    "phrases with commas between": check_phrases,
    "an order of contexts": check_sort,
}


def check_files(*reports: Mapping[str, dict[str, Any]]) -> dict[str, Lexicon]:
    """Read every file that the parameters of `reports` name, but the corpus, once. Return the lexicons by path.

    Raises `LexiconError` for an invalid lexicon and `ParameterError` for any other invalid value.
    """
    given = [one for parameters in reports for one in _given(parameters)]
    named = {(value, values["language"]) for parameter, value, values in given if parameter.values == "a lexicon"}
    lexicons = {path: read_lexicon(from_root(path), language=language) for path, language in sorted(named)}
    try:
        texts = ((one.values, tuple(value) if one.type == "list" else value) for one, value, _ in given)
        for kind, value in dict.fromkeys(texts):
            if kind in READERS:
                READERS[kind](value)
        for parameter, value, values in given:
            if parameter.values == "a file of lafz code":
                read_validity(from_root(value), lexicons[values["lexicon"]])
    except ValueError as error:
        raise ParameterError(str(error)) from None
    return lexicons


def check_groups(parameters: Mapping[str, dict[str, Any]], tokens: Tokens) -> None:
    """Raise `ParameterError` for a column or group that the corpus lacks, or a language without a stop list."""
    documents = tokens.corpus.documents
    columns = documents.columns.tolist()
    for parameter, value, values in _given(parameters):
        said, by = f"parameter {parameter.name!r} is {shown(value)}", values["group_by"]
        if parameter.values == "a metadata column" and value not in columns:
            hint = did_you_mean(value, columns)
            raise ParameterError(f"{said}, which is no metadata column.{hint} There are: {', '.join(columns)}")
        if parameter.values == "a group" or (parameter.values == GROUP_OR_LIST and not is_list(value)):
            if by is None:
                raise ParameterError(f"{said}, and group_by is none: name the metadata column that has this group")
            groups = sorted(set(tokens.groups(by)))
            if value not in groups:
                hint = did_you_mean(value, groups)
                known = ", ".join(map(shown, groups[:LISTED])) + " and others" * (len(groups) > LISTED)
                raise ParameterError(f"{said}, which is no value of {by!r}.{hint} There are: {known}")
            if parameter.name == "reference" and value == values["target"]:
                raise ParameterError(f"{said}, and so is 'target': name two groups, or leave the reference out")
        if parameter.values == "a stop list":
            try:
                stop_words(value, set(documents["language"]))
            except ValueError as error:
                raise ParameterError(str(error)) from None


def left_out(
    parameters: Mapping[str, dict[str, Any]], lexicons: Mapping[str, Lexicon], corpus: Corpus
) -> dict[str, str]:
    """Sections to leave out, each with the reason: framing, where no document is in the language of its lexicon.

    Raises `CorpusError` if no section would remain.
    """
    if "framing" not in parameters:
        return {}
    lexicon = lexicons[parameters["framing"]["lexicon"]]
    languages = set(corpus.documents["language"].map(primary))
    if lexicon.language in languages:
        return {}
    said = ", ".join(sorted(languages))
    said += " (undetermined: the metadata name a language by no known code, such as 'en')" * ("und" in languages)
    why = (
        f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in {said}: give one in their "
        "language with -p lexicon=FILE, or say with -p language=CODE what language they are in"
    )
    if len(parameters) == 1:
        raise CorpusError(why)
    return {"framing": why}


def check_place(out: Path, mark: str = MANIFEST, *, what: str = "report") -> None:
    """Raise `ParameterError` if `out` holds anything but an earlier report, recognized by its file `mark`."""
    if out.exists() and not (out.is_dir() and ((out / mark).exists() or not any(out.iterdir()))):
        raise ParameterError(f"{str(out)!r} exists and is no earlier {what}: choose another --out, or move it away")
    if out.is_mount():  # no folder can be renamed to it
        raise ParameterError(f"--out {str(out)!r} is where a file system is mounted: give the name of a folder in it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"--out {str(out)!r} cannot be made: {error.strerror}") from None


@contextmanager
def faults_told(out: Path) -> Iterator[None]:
    """Turn a full disk, a folder that is read-only or in use, and killed processes into a `ParameterError`."""
    try:
        yield
    except OSError as error:
        kept = f"; {KEPT}" if is_kept(out) else ""
        raise ParameterError(f"the report {str(out)!r} could not be made: {with_advice(str(error))}{kept}") from None
    except (BusyError, LostError) as error:
        raise ParameterError(str(error)) from None


def _given(parameters: Mapping[str, dict[str, Any]]) -> Iterator[tuple[Parameter, Any, dict[str, Any]]]:
    """Each parameter that is set, with its value and all values of its notebook."""
    for section, path in notebooks(parameters).items():
        values = parameters[section]
        yield from ((one, values[one.name], values) for one in read_parameters(path) if values[one.name] is not None)
