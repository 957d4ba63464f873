"""A finished run as DataFrames."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.core.errors import ParameterError
from analysis.core.paths import expanded
from analysis.publish.inside import open_inside
from analysis.publish.manifest import MANIFEST
from analysis.publish.records import read_about, read_manifest, refuse_malformed
from analysis.publish.tables import read_table


class Run(Mapping[str, pd.DataFrame]):
    """The tables of a finished report by name, such as ``framing/profile``, those of figures among them.

    ``run["profile"]`` works where one section alone has a table of that name. A table is read when it is accessed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.parameters: dict[str, dict[str, Any]] = self.manifest["parameters"]
        paths = (record["path"] for record in self.manifest["outputs"])
        self._names = [path.removesuffix(".csv") for path in paths if path.endswith(".csv")]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<Run {str(self.folder)!r}: {len(self)} tables>"

    def name(self, table: str) -> str:
        """The whole name of a table, with its section; raises `KeyError` where there is none or more than one."""
        found: list[str] = [name for name in self._names if table in (name, name.rpartition("/")[2])]
        if len(found) != 1:
            there = ", ".join(found or self._names)
            what = "is the name of several tables" if found else "is no table of this run"
            raise KeyError(f"{table!r} {what}: use one of {there}")
        return found[0]

    def about(self, table: str) -> dict[str, Any]:
        """The caption, columns with their types, and rows of a table; for a figure also its alt text."""
        return read_about(self.folder, self.name(table))

    def __contains__(self, table: object) -> bool:
        try:
            return bool(self.name(str(table)))
        except KeyError:
            return False

    def __getitem__(self, table: str) -> pd.DataFrame:
        return read_run_table(self.folder, self.name(table), self.about(table))


def read_run_table(folder: Path, name: str, about: Mapping[str, Any]) -> pd.DataFrame:
    """The table `name` of the run `folder`, with the columns in `about`."""
    with open_inside(folder, f"{name}.csv") as file, refuse_malformed(repr(f"{folder / name}.csv")):
        return read_table(file, about["columns"])


def load_run(folder: str | Path) -> Run:
    """The finished report in `folder`, whose tables are read by name.

    Numbers have six significant digits, as in the files; empty cells are missing values. Nothing outside of `folder` is
    read. Raises `ParameterError` where `folder` holds no report, or one that names files elsewhere.

    >>> run = load_run("figures/sample")
    >>> run["term_frequency/all_words"].columns[:2].tolist()
    ['term', 'count']
    """
    place = expanded(folder)
    if not (place / MANIFEST).is_file() and not place.exists():
        raise ParameterError(f"no such folder: {str(folder)!r}: give the folder of a finished report")
    return Run(place)
