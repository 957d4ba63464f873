"""The parameters of the notebooks: read from their cells, and checked before any kernel starts."""

import ast
import json
import re
import reprlib
import tokenize
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analysis.core.errors import ParameterError, did_you_mean
from analysis.core.paths import NOTEBOOKS
from analysis.core.strict_yaml import read_yaml

# Parameters that say how a corpus is read.
READING = ("metadata", "language", "text_column", "name_pattern", "boilerplate", "emoji")

# What a text parameter without a fixed choice of words may hold. The first line is checked by what reads the corpus,
# the others by `analysis.publish.run.checks`, but for the last, which is the explorer's.
KINDS = (
    *("a path", "a CSV table of files", "a column of texts", "a pattern of names", "an ISO 639 code"),
    *("a lexicon", "a CSV table of alias and name", "a file of lafz code", "a stop list", "a word or phrase"),
    "phrases with commas between",
    *("an order of contexts", "a metadata column", "a group", "a group or a .csv file of term and count"),
    "the folder of a report",
)
TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
LARGEST = 2**63  # bound of the magnitude of numbers
SHOWN = 200  # characters up to which an error names a text whole

_NOT_YAML = (yaml.YAMLError, RecursionError, ValueError)  # the last for impossible dates, and bytes that are not UTF-8
_RANGE = re.compile(r"(?P<above>above )?(?P<low>\d[\d,.]*)(?: or more| (?:up )?to (?P<high>\d[\d,.]*))")
_REPR = reprlib.Repr()
_WANTED = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "list": "texts"}


class Parameter(NamedTuple):
    """One line of a notebook's parameters cell: ``name: type = default  # meaning [values]``.

    `values` is the range of a number ("1 or more", "0 to 100", "above 0 up to 1"), the choice of a text ("day, week or
    month"), or one of `KINDS` for other texts and lists; a bool has none.
    """

    name: str
    type: str  # str, int, float, bool or list
    optional: bool  # whether it may be None
    default: Any
    meaning: str
    values: str = ""


def notebooks(only: Iterable[str] = ()) -> dict[str, Path]:
    """The report's notebooks by section name ("framing" for 02_framing.ipynb), in order; all where `only` is empty."""
    known = {path.stem[3:]: path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not path.stem.startswith("00")}
    wanted = list(only) or list(known)
    for name in wanted:
        if name not in known:
            raise ParameterError(f"no notebook {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}")
    return {name: path for name, path in known.items() if name in wanted}


class Cell(NamedTuple):
    """A cell of a notebook file."""

    kind: str  # markdown or code
    source: str
    tags: list[str]


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook in format 4, without nbformat, which takes a second to import."""
    return [
        Cell(cell["cell_type"], joined(cell["source"]), cell.get("metadata", {}).get("tags", []))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]


def read_parameters(path: Path) -> list[Parameter]:
    """The parameters of the notebook `path`, from its cell tagged "parameters".

    >>> [p.name for p in read_parameters(notebooks()["framing"])][:2]
    ['corpus', 'lexicon']
    """
    source = next((cell.source for cell in read_cells(path) if "parameters" in cell.tags), "")
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = []
    for node in ast.parse(source).body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            raise ParameterError(f"{path.name}: a line of the parameters cell is not 'name: type = value  # meaning'")
        written = ast.unparse(node.annotation)
        inner = re.fullmatch(r"Optional\[(\w+)\]", written)
        kind = inner[1] if inner else written
        if kind not in TYPES:
            raise ParameterError(f"{path.name}: parameter {node.target.id!r} is a {written}: use {' '.join(TYPES)}")
        default = ast.literal_eval(node.value)
        comment = comments.get(node.lineno, "")
        meaning, _, values = comment[:-1].rpartition(" [") if comment.endswith("]") else (comment, "", "")
        found.append(Parameter(node.target.id, kind, inner is not None, default, meaning, values))
        if not _is_declared(found[-1]):
            raise ParameterError(
                f"{path.name}: parameter {node.target.id!r} does not say what it takes: end its line with a range, a "
                "choice or a kind, such as [1 or more]"
            )
    return found


def read_params_file(path: Path) -> dict[str, Any]:
    """The values in a YAML file of ``name: value`` lines."""
    if not path.is_file():
        raise ParameterError(f"no such parameter file: {str(path)!r}: give a YAML file of 'name: value' lines")
    try:
        values = read_yaml(path.read_bytes())
    except _NOT_YAML as error:
        raise ParameterError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise ParameterError(f"{path} must hold 'name: value' lines, one a parameter")
    return values


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """``name=value`` texts as a mapping; the values stay texts."""
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise ParameterError(f"{assignment!r} is not a parameter: write name=value, such as top_n=10")
        values[name.strip()] = value
    return values


def resolve(chosen: Mapping[str, Path], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The parameters of each chosen notebook, from `values` or the defaults, see `check`.

    A value goes to every notebook with a parameter of that name. Raises `ParameterError` for a name that none has.
    """
    declared = {section: {p.name: p for p in read_parameters(path)} for section, path in chosen.items()}
    known = {name for parameters in declared.values() for name in parameters}
    for name in values:
        if name not in known:
            where = f"notebook {chosen[next(iter(chosen))].stem}" if len(chosen) == 1 else "the notebooks"
            has = "has" if len(chosen) == 1 else "have"
            raise ParameterError(
                f"{where} {has} no parameter {name!r}.{did_you_mean(name, known)} (`lafz params` lists all)"
            )
    return {
        section: {name: check(values.get(name, p.default), p) for name, p in parameters.items()}
        for section, parameters in declared.items()
    }


def check(value: Any, parameter: Parameter) -> Any:
    """Convert `value` to the parameter's type; raises `ParameterError` for another type, range or choice."""
    if parameter.optional and (value is None or value in ("", "none", "None", "null")):
        return None
    wanted = TYPES[parameter.type]
    if isinstance(value, str) and wanted is list and not value.lstrip().startswith("["):
        value = [text.strip() for text in value.split(",")]
    elif isinstance(value, str) and wanted is not str:
        with suppress(*_NOT_YAML):
            value = read_yaml(value)
    if wanted is float and type(value) is int and abs(value) < LARGEST:
        value = float(value)
    if type(value) is not wanted or not _is_kept(value) or not _is_within(value, parameter):
        hint = did_you_mean(value, _choices(parameter)) if isinstance(value, str) else ""
        raise ParameterError(
            f"parameter {parameter.name!r} takes {takes(parameter)}, not {shown(value)}: {parameter.meaning}"
            + (hint and f".{hint}")
        )
    return value


def takes(parameter: Parameter) -> str:
    """The values of a parameter in words, such as "a whole number, 0 or more"."""
    kind = "" if parameter.values and parameter.type in ("str", "list") else _WANTED[parameter.type]
    return ", ".join(filter(None, (kind, parameter.values, "or none" * parameter.optional)))


def _is_declared(parameter: Parameter) -> bool:
    """Whether the values of a parameter are declared in a way that can be checked."""
    if parameter.type in ("str", "list"):
        return parameter.values in KINDS or len(_choices(parameter)) > 1
    return bool(_RANGE.fullmatch(parameter.values)) != (parameter.type == "bool")


def _choices(parameter: Parameter) -> list[str]:
    """The words to which a text is restricted, if it is."""
    free = parameter.type != "str" or parameter.values in ("", *KINDS)
    return [] if free else re.split(", | or ", parameter.values)


def _is_within(value: Any, parameter: Parameter) -> bool:
    """Whether a value of the right type is in range, or one of the choices."""
    if choices := _choices(parameter):
        return value in choices
    if not (bounds := _RANGE.fullmatch(parameter.values)):
        return True
    low, high = (float(end.replace(",", "")) for end in (bounds["low"], bounds["high"] or "inf"))
    return low <= value <= high and not (bounds["above"] and value == low)


def _is_kept(value: Any) -> bool:
    """Whether kernels, manifests and file systems can represent a value of the right type."""
    if isinstance(value, list):
        return all(isinstance(text, str) and _is_kept(text) for text in value)
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return bool(-LARGEST < value < LARGEST)  # so it is no NaN either


def shown(value: Any) -> str:
    """`value` as an error names it, shortened where it is long."""
    try:
        return repr(value) if isinstance(value, str) and len(value) <= SHOWN else _REPR.repr(value)
    except ValueError:  # a number of more digits than Python writes
        return "a number too long to write"


def joined(text: str | list[str]) -> str:
    """A text of a notebook, which may be a list of lines."""
    return text if isinstance(text, str) else "".join(text)
