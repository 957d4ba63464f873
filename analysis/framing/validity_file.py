"""What coders say of a lexicon, as a file that reports read."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.core.strict_yaml import read_yaml
from analysis.framing.lexicon import Lexicon

_COUNT, _NUMBER, _SHARE, _NONE = (int,), (int, float), (int, float, type(None)), type(None)
_SHARES = [f"{share}{end}" for share in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
# The columns of a table of `validity`, and what may stand in them.
COLUMNS: dict[str, tuple[type, ...]] = {
    "frame": (str,),
    **dict.fromkeys(("coded", "found", "both", "tied", "items", "blank"), _COUNT),
    **dict.fromkeys((*_SHARES, "alpha"), _SHARE),
    "valid": (bool, _NONE),
    "note": (str,),
    "threshold": _NUMBER,
    "coders": _COUNT,
}

_FILE_KEYS = ("lexicon", "frames")


def write_validity(table: pd.DataFrame, path: str | Path, lexicon: Lexicon) -> None:
    """Write the table of `validity` as .yml or .json, with the lexicon that it is about; shares have 6 digits.

    Raises `ValueError` for another ending, or frames that are not the lexicon's.
    """
    file = Path(path).expanduser()
    if table["frame"].tolist() != lexicon.frames["frame"].tolist():
        raise ValueError(f"the table's frames are not those of lexicon {lexicon.name!r}: give the one it was made with")
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]
    about = {"name": lexicon.name, "version": lexicon.version, "sha256": lexicon.sha256}
    record = dict(zip(_FILE_KEYS, (about, rows), strict=True))
    if file.suffix.lower() == ".json":
        text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    elif file.suffix.lower() in (".yml", ".yaml"):
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=120)
    else:
        raise ValueError(f"{file.name!r}: validity is written as .yml or .json")
    file.write_text(text, encoding="utf-8", newline="\n")


def read_validity(path: str | Path, lexicon: Lexicon) -> pd.DataFrame:
    """The table that `write_validity` wrote, for the lexicon whose file it was made with.

    Raises `ValueError` for a file that is not there, is not one of these, or belongs to another lexicon, to another
    version, or to the lexicon as it was before its file was changed.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise ValueError(f"no such validity file: {str(path)!r}")
    try:
        record = read_yaml(file.read_text(encoding="utf-8"))  # JSON is YAML
        about, rows = (record[key] for key in _FILE_KEYS)
        made_for, sha256 = f"{about['name']} {about['version']}", about["sha256"]
        missing = {column for row in rows for column in COLUMNS if column not in set(row)}
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name} is not a validity file: {' '.join(str(error).split())}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        missing = {"lexicon"}
    if missing:
        raise ValueError(f"{file.name} is not a validity file: it lacks {min(missing)!r}; make it with write_validity")
    if sha256 != lexicon.sha256:
        own = f"{lexicon.name} {lexicon.version}"
        how = "as its file was then" if own == made_for else f"and not for {own}"
        raise ValueError(f"{file.name} was made for lexicon {made_for}, {how}: score the coded sheet again")
    if [row["frame"] for row in rows] != lexicon.frames["frame"].tolist():
        raise ValueError(f"{file.name} does not have the frames of lexicon {lexicon.name!r}: score the sheet again")
    for row in rows:
        for column, kinds in COLUMNS.items():
            if type(row[column]) not in kinds:
                found = repr(row[column])[:40]
                raise ValueError(f"{file.name} has {found} for {column!r} of {row['frame']!r}: score the sheet again")
    table = pd.DataFrame([{column: row[column] for column in COLUMNS} for row in rows], columns=list(COLUMNS))
    numbers = [column for column, kinds in COLUMNS.items() if kinds in (_NUMBER, _SHARE)]
    table[numbers] = table[numbers].astype(float)
    table["valid"] = pd.Series([row["valid"] for row in rows], dtype=object)
    return table


def _plain(value: Any) -> Any:
    """A value as YAML and JSON write it: 6 digits, None for what is no number."""
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(f"{value:.6g}")
    return value.item() if isinstance(value, np.generic) else value
