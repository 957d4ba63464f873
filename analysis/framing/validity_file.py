"""Validity files: the scores of a lexicon and the codes behind them, for reports to read."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.core.strict_yaml import read_yaml
from analysis.framing import coding
from analysis.framing.coding import NONE, bad_column
from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import STATES, majority_codes

Kinds = dict[str, tuple[type, ...]]

_COUNT, _NUMBER, _SHARE = (int,), (int, float), (int, float, type(None))
_SHARES = [f"{share}{end}" for share in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
# The columns of a table of `validity` and their types.
COLUMNS: Kinds = {
    "frame": (str,),
    **dict.fromkeys(("coded", "found", "both", "tied", "items", "blank"), _COUNT),
    **dict.fromkeys((*_SHARES, "alpha"), _SHARE),
    "state": (str,),
    "note": (str,),
    "threshold": _NUMBER,
    "coders": _COUNT,
}
# The columns of a coded sentence, with its majority code, and their types.
ITEM = {name: kinds for name, kinds in coding.ITEM.items() if name != "sentence"} | {"frame": (str,)}

_FILE_KEYS = ("lexicon", "frames", "sentences")


def write_validity(table: pd.DataFrame, path: str | Path, lexicon: Lexicon, coded: pd.DataFrame) -> None:
    """Write the table of `validity` as .yml or .json, with the lexicon and the codes.

    `coded`: the table that `validity` was given; written are the majority codes, without the texts. Shares have 6
    digits. Raises `ValueError` for another ending, or frames that are not the lexicon's.
    """
    file = Path(path).expanduser()
    if table["frame"].tolist() != lexicon.frames["frame"].tolist():
        raise ValueError(f"the table's frames are not those of lexicon {lexicon.name!r}: give the one it was made with")
    about = {"name": lexicon.name, "version": lexicon.version, "sha256": lexicon.sha256}
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]
    codes = majority_codes(coded, lexicon)[list(ITEM)]
    sentences = [list(ITEM), *([_plain(value) for value in row] for row in codes.itertuples(index=False, name=None))]
    record = dict(zip(_FILE_KEYS, (about, rows, sentences), strict=True))
    if file.suffix.lower() == ".json":
        text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    elif file.suffix.lower() in (".yml", ".yaml"):
        del record["sentences"]
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=120)
        lines = {"sentences": sentences}
        text += yaml.safe_dump(lines, allow_unicode=True, default_flow_style=None, width=10_000)
    else:
        raise ValueError(f"{file.name!r}: validity is written as .yml or .json")
    file.write_text(text, encoding="utf-8", newline="\n")


def read_validity(path: str | Path, lexicon: Lexicon) -> pd.DataFrame:
    """Read the table that `write_validity` wrote for a lexicon.

    Raises `ValueError` for a missing or malformed file, or one made with another lexicon, version or content of it.
    """
    rows, _ = _read(Path(path).expanduser(), lexicon)
    table = pd.DataFrame([{column: row[column] for column in COLUMNS} for row in rows], columns=list(COLUMNS))
    numbers = [column for column, kinds in COLUMNS.items() if kinds in (_NUMBER, _SHARE)]
    return table.astype(dict.fromkeys(numbers, float))


def read_codes(path: str | Path, lexicon: Lexicon) -> pd.DataFrame:
    """Read the codes that `write_validity` wrote, in the form of `analysis.framing.sheets.read_sheet`.

    There is one code a sentence, the majority code, and no text. Raises `ValueError` as `read_validity` does.
    """
    _, sentences = _read(Path(path).expanduser(), lexicon)
    table = pd.DataFrame(sentences, columns=list(ITEM)).astype({"weight": float, "probability": float})
    return table.assign(coder="all")


def _read(file: Path, lexicon: Lexicon) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Read and check the rows of the table and the coded sentences in a file of `write_validity`."""
    if not file.is_file():
        raise ValueError(f"no such validity file: {str(file)!r}")
    try:
        record = read_yaml(file.read_text(encoding="utf-8"))  # JSON is YAML
        about, rows = (record[key] for key in _FILE_KEYS[:2])
        made_for, sha256 = f"{about['name']} {about['version']}", about["sha256"]
        missing = {column for row in rows for column in COLUMNS if column not in set(row)}
        names, *sentences = record.get("sentences") or [None]
        if not missing and (names != list(ITEM) or {len(row) for row in sentences} - {len(ITEM)}):
            missing = {"sentences"}
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name} is not a validity file: {' '.join(str(error).split())}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        missing = {"lexicon"}
    if missing:
        raise ValueError(f"{file.name} is not a validity file: it lacks {min(missing)!r}; score the coded sheet again")
    if sha256 != lexicon.sha256:
        own = f"{lexicon.name} {lexicon.version}"
        how = "as its file was then" if own == made_for else f"and not for {own}"
        raise ValueError(f"{file.name} was made for lexicon {made_for}, {how}: score the coded sheet again")
    frames = lexicon.frames["frame"].tolist()
    if [row["frame"] for row in rows] != frames:
        raise ValueError(f"{file.name} does not have the frames of lexicon {lexicon.name!r}: score the sheet again")
    states, codes = {"state": STATES}, {"frame": (*frames, NONE)}
    for row in rows:
        _check(file, row, COLUMNS, row["frame"], states)
    for row in sentences:
        _check(file, dict(zip(ITEM, row, strict=True)), ITEM, row[0], codes)
    return rows, sentences


def _check(file: Path, row: dict[str, Any], kinds: Kinds, whose: str, known: Mapping[str, tuple[str, ...]]) -> None:
    """Raise `ValueError` for a value that does not fit its column, or is not among the `known`."""
    column = bad_column(row, kinds) or next((name for name, values in known.items() if row[name] not in values), None)
    if column:
        value = repr(row[column])[:40]
        raise ValueError(f"{file.name} has {value} for {column!r} of {whose!r}: score the coded sheet again")


def _plain(value: Any) -> Any:
    """Return a value for YAML and JSON: floats with 6 digits, None for NaN."""
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(f"{value:.6g}")
    return value.item() if isinstance(value, np.generic) else value
