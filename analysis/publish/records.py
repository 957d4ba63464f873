"""The records of a finished run: manifest, notebooks, descriptions of tables, with every field checked.

A run may come from anywhere. Nothing is coerced; a record that this program would not write is refused with the file,
the field and what was expected.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from analysis.core.errors import ParameterError
from analysis.core.files import restore
from analysis.publish.inside import inside, read_inside
from analysis.publish.manifest import FILE_PARAMETERS, MANIFEST
from analysis.publish.parameters import joined

LARGEST = 2**27  # bytes of a record: a manifest of 800,000 inputs
MOST_VALUES = 2**22  # values of a record, which take half a gigabyte
MOST_FILES = 10_000  # files of a run, or outputs of a notebook; a report has some hundreds
MOST_NAMES = 1_000  # parameters, columns or packages

_FAULTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def _few(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > MOST_NAMES:
        raise ValueError(f"there are {len(value):,} names, and at most {MOST_NAMES:,} are read")
    return value


def _parameters(values: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters of a notebook."""
    for name, value in {"corpus": None, **values}.items():
        is_number = isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
        if name == "corpus" or (name in FILE_PARAMETERS and value is not None):
            if not _is_text(value):
                raise ValueError(f"{name!r} should name a file")
        elif not (_is_text(value) or is_number or value is None or _are_texts(value)):
            raise ValueError(f"{name!r:.80} should be a text, a number, true, false or null, or a list of texts")
    return values


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_NAMES and all(map(_is_text, value))


def _lines(text: Any) -> Any:
    return joined(text) if isinstance(text, list) and all(isinstance(line, str) for line in text) else text


def _distinct(columns: "list[_Column]") -> "list[_Column]":
    if len({column.name for column in columns}) < len(columns):
        raise ValueError("two columns have one name")
    return columns


Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=0)]
Lines = Annotated[str, BeforeValidator(_lines)]
Parameters = Annotated[dict[str, Any], BeforeValidator(_few), AfterValidator(_parameters)]


class _Record(BaseModel):
    """A record whose further fields are ignored, kept (`extra` "allow": another version may add some) or refused."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _File(_Record, extra="forbid"):
    path: Text
    bytes: Count
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Manifest(_Record, extra="allow"):
    lafz: str
    source: str
    versions: Annotated[dict[str, str | None], BeforeValidator(_few)]
    parameters: Annotated[dict[Text, Parameters], BeforeValidator(_few), Field(min_length=1)]
    inputs: Annotated[list[_File], FailFast()]
    outputs: Annotated[list[_File], FailFast(), Field(max_length=MOST_FILES)]
    sharded: bool = False


class _Column(_Record, extra="forbid"):
    name: str
    type: Literal["string", "integer", "number", "boolean", "date"]
    meaning: str = ""


class _About(_Record, extra="allow"):
    caption: str
    columns: Annotated[list[_Column], FailFast(), Field(max_length=MOST_NAMES), AfterValidator(_distinct)]
    rows: Count
    row: str = ""


class _Drawing(_Record, extra="forbid"):
    function: str
    options: Annotated[dict[str, Any], BeforeValidator(_few)]
    parts: Annotated[list[Text], FailFast(), Field(max_length=MOST_NAMES)]


class _AboutFigure(_About):
    alt: str
    drawing: _Drawing | None = None


class Shown(_Record):
    """An output of a notebook that the report shows."""

    kind: Literal["figure", "finding", "note", "reading", "table"]
    name: Text = ""
    rows: Count = 0
    drawn: bool = False


class _Of(_Record):
    lafz: Shown | None = None
    tags: Annotated[list[str], FailFast()] = []


class _Data(_Record):
    plain: Lines = Field(default="", alias="text/plain")
    html: Lines = Field(default="", alias="text/html")


class _Output(_Record):
    metadata: _Of = _Of()
    data: _Data = _Data()


class Cell(_Record):
    """A cell of an executed notebook."""

    cell_type: Literal["code", "markdown", "raw"]
    source: Lines
    metadata: _Of = _Of()
    outputs: Annotated[list[_Output], FailFast(), Field(max_length=MOST_FILES)] = []


class _Notebook(_Record):
    cells: Annotated[list[Cell], FailFast(), Field(max_length=MOST_FILES)]

    @model_validator(mode="after")
    def _not_endless(self) -> "_Notebook":
        if (count := sum(len(cell.outputs) for cell in self.cells)) > MOST_FILES:
            raise ValueError(f"there are {count:,} outputs, and at most {MOST_FILES:,} are read")
        return self


class _Entity(_Record, extra="allow"):
    id: str = Field(alias="@id")


class _Crate(_Record):
    graph: Annotated[list[_Entity], FailFast()] = Field(alias="@graph")


Model = TypeVar("Model", bound=BaseModel)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the report in `folder`; each output that it names lies in the folder, and is a file or missing.

    Raises `ParameterError` where there is no manifest, or none to be trusted.
    """
    restore(folder)
    if not (folder / MANIFEST).is_file():
        raise ParameterError(f"{str(folder)!r} holds no {MANIFEST}: give the folder of a finished report")
    manifest = _read(_Manifest, folder, MANIFEST).model_dump(exclude_unset=True)
    for record in manifest["outputs"]:
        inside(folder, record["path"])
    return manifest


def read_about(folder: Path, name: str, *, figure: bool = False) -> dict[str, Any]:
    """The content of ``<name>.json`` in the run `folder`: caption and columns of a table, or of a `figure`."""
    return _read(_AboutFigure if figure else _About, folder, f"{name}.json").model_dump(exclude_unset=True)


def read_notebook(folder: Path, name: str) -> list[Cell]:
    """The cells of the executed notebook `name` ("notebooks/02_framing.ipynb") in the run `folder`."""
    return _read(_Notebook, folder, name).cells


def read_crate(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """The entities of the RO-Crate `name` in the run `folder`, by their ids."""
    graph = _read(_Crate, folder, name).graph
    return {entity.id: entity.model_dump(by_alias=True) for entity in graph}


@contextmanager
def refuse_malformed(what: str) -> Iterator[None]:
    """Raise whatever goes wrong in the block, which reads content from elsewhere, as a `ParameterError` of one line."""
    try:
        yield
    except ParameterError:
        raise
    except _FAULTS as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ParameterError(f"{what} is not as this program writes it ({why:.300}): make the report anew") from error


def _read(model: type[Model], folder: Path, name: str) -> Model:
    """Parse the JSON file `name` in `folder` as a `model`."""
    data = read_inside(folder, name, most=LARGEST)
    try:
        if sum(map(data.count, (b"[", b"{", b","))) <= MOST_VALUES:
            return model.model_validate_json(data)
        why = f"more than {MOST_VALUES:,} values"
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = f"{where!r:.100}: {first['msg']}" if where else first["msg"]
    raise ParameterError(
        f"{str(folder / name)!r} is not as this program writes it ({' '.join(why.split())}): make the report anew"
    )
