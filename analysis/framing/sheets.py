"""Sheets for human coders as files: written for a spreadsheet, and read back with the codes."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.core.csv_files import guarded, restored
from analysis.framing.coding import ITEM, NONE, bad_column, codes, folded
from analysis.framing.lexicon import Lexicon
from analysis.text.reading.metadata import read_rows

_SHORT = 32  # characters, below which a spreadsheet may take a text with a digit for a date or a number
_CELL = 32_767  # characters of a cell
_CELLS = 2_000_000  # of a workbook, with blank ones
_UNPACKED = 50 << 20  # bytes of a workbook


def write_sheet(sheet: pd.DataFrame, path: str | Path, lexicon: Lexicon) -> list[Path]:
    """Write a drawn sheet for coders as .xlsx or .csv, with its codebook and key; return the files written.

    The coders' file has no stratum, weight or probability. A workbook has the codebook (frame, label, definition) as
    its second worksheet and a choice of labels in every cell of a coder; a CSV file (UTF-8 with a byte order mark, for
    Excel) has it in ``<name>.codebook.csv``. ``<name>.key.json``, for `read_sheet` and not for the coders, holds the
    sentences as drawn. No cell runs as a formula: a workbook marks texts as such, and in CSV an apostrophe precedes
    what a spreadsheet would take for a formula or a date; reading removes it. Each coder needs a copy.

    Raises `ValueError` for another ending or an existing file, `ModuleNotFoundError` without openpyxl.
    """
    file, key, *books = files = sheet_files(path)
    shown = sheet.drop(columns=["stratum", "weight", "probability"])
    frames = [*lexicon.frames[["frame", "label", "definition"]].itertuples(index=False, name=None)]
    codebook = [("frame", "label", "definition"), *frames, (NONE, NONE, "The sentence is about none of these.")]
    rows = [tuple(shown.columns), *shown.itertuples(index=False, name=None)]
    if books:
        file.write_text(_to_csv(rows), encoding="utf-8-sig", newline="")
        books[0].write_text(_to_csv(codebook), encoding="utf-8-sig", newline="")
    else:
        _write_workbook(file, rows, codebook)
    made_for = {"name": lexicon.name, "version": lexicon.version, "sha256": lexicon.sha256}
    record = {"lexicon": made_for, "codebook": frames, "items": sheet[list(ITEM)].to_dict("records")}
    key.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return files


def sheet_files(path: str | Path) -> list[Path]:
    """Return the files that `write_sheet` writes for `path`: the sheet, its key, and with CSV the codebook.

    Raises `ValueError` as `write_sheet` does.
    """
    file = Path(path).expanduser()
    kind = file.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise ValueError(f"{file.name!r}: a sheet is written as .xlsx or .csv")
    files = [file, file.with_suffix(".key.json"), file.with_suffix(".codebook.csv")][: 3 if kind == ".csv" else 2]
    for one in files:
        if one.exists():
            raise ValueError(f"{str(one)!r} is there already and may hold codes: move it, or give another name")
    return files


def read_sheet(
    path: str | Path | Sequence[str | Path], lexicon: Lexicon, *, key: str | Path | None = None
) -> pd.DataFrame:
    """Read the codes of a filled sheet, or of several coders' copies: one row an item and coder.

    Columns: ``item``, ``doc_id``, ``start``, ``end``, ``sentence``, ``stratum``, ``weight``, ``probability`` (as drawn;
    the last is NaN if the key is of an earlier version), ``coder`` (the column's name without "coder_"), ``frame`` (of
    the lexicon, "none", or None for a blank cell), in the order of the sheet and then of the coders. A coder without
    any code is left out, unless all are.

    A code is a frame's name or its label; case, blanks, hyphens and underscores do not matter. Files may be .xlsx, or
    CSV as spreadsheets save it: commas, semicolons or tabs, UTF-8 or Windows-1252 (the sentences come from the key).
    `key` is by default ``<name>.key.json`` beside a sheet. The lexicon may be a later version with the same frames and
    definitions. Raises `ValueError`, with the row, for anything else.
    """
    files = [Path(one).expanduser() for one in ([path] if isinstance(path, str | Path) else path)]
    items = _read_key(files, lexicon, None if key is None else Path(key).expanduser())
    cells = [cell for file in files for cell in _codes_in(file, items, lexicon)]
    table = pd.DataFrame(cells, columns=["where", "item", "coder", "frame"], dtype=object)
    filled = table[table["frame"] != ""].drop_duplicates(["item", "coder", "frame"])
    for where, item, coder, _ in filled[filled.duplicated(["item", "coder"])].itertuples(index=False):
        raise ValueError(
            f"{where}: coder {coder!r} coded item {item!r} otherwise in another copy: "
            "name the column of each coder differently (coder_1, coder_2)"
        )
    lost = items.loc[~items["item"].isin(table["item"]), "item"].tolist()
    if lost:
        raise ValueError(
            f"{', '.join(file.name for file in files)}: {len(lost)} of {len(items)} items are missing, "
            f"the first is {lost[0]!r}: put their rows back (a blank cell means not coded)"
        )
    coders = sorted(set(filled["coder"])) or sorted(set(table["coder"]))
    long = items.merge(pd.DataFrame({"coder": coders}), how="cross")
    long = long.merge(filled[["item", "coder", "frame"]], how="left", on=["item", "coder"])
    return long.assign(frame=long["frame"].astype(object).where(long["frame"].notna(), None))


def _to_csv(rows: Iterable[tuple[Any, ...]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([_guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return stream.getvalue()


def _guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula, a date or a number."""
    converted = len(text) < _SHORT and re.search(r"\d", text) and not text.isidentifier()
    safe = guarded(text)
    return "'" + safe if safe[:1] == text[:1] and (converted or text.startswith("'")) else safe


def _write_workbook(file: Path, rows: Sequence[tuple[Any, ...]], codebook: Sequence[tuple[str, ...]]) -> None:
    openpyxl = _openpyxl()
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    coding, frames = book.active, book.create_sheet("codebook")
    coding.title = "coding"
    narrow, wide = dict.fromkeys(("start", "end"), 7), dict.fromkeys(("before", "after"), 40)
    widths = narrow | wide | {"item": 13, "doc_id": 18, "sentence": 70, "definition": 90}
    for worksheet, table in ((coding, rows), (frames, codebook)):
        for number, row in enumerate(table, 1):
            for column, value in enumerate(row, 1):
                cell = worksheet.cell(number, column)
                if isinstance(value, str):
                    # Set the type, which openpyxl would guess; the prefix keeps it a text when it is edited.
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_CELL] or None
                    if value:
                        cell.data_type, cell.quotePrefix = "s", value[0] in "'\t\r" or guarded(value) != value
                else:
                    cell.value = int(value)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=number == 1 or table[0][column - 1] == "sentence")
        for column, name in enumerate(table[0], 1):
            worksheet.column_dimensions[worksheet.cell(1, column).column_letter].width = widths.get(name, 26)
        worksheet.freeze_panes = "A2"
    first = next(column for column, name in enumerate(rows[0], 1) if name.startswith("coder_"))
    # Offer the frames' names if two of them share a label.
    labels = [folded(row[1]) for row in codebook[1:]]
    offered = "B" if len({*labels}) == len(labels) else "A"
    choice = DataValidation("list", formula1=f"codebook!${offered}$2:${offered}${len(codebook)}", allow_blank=True)
    choice.showErrorMessage, choice.error = True, "Choose a frame of the codebook, or none."
    coding.add_data_validation(choice)
    last = coding.cell(max(len(rows), 2), len(rows[0])).coordinate
    choice.add(f"{coding.cell(2, first).coordinate}:{last}")
    book.save(file)


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise ModuleNotFoundError("workbooks need the extra 'xlsx': pip install 'lafz[xlsx]', or use .csv") from None
    return openpyxl


def _read_key(files: Sequence[Path], lexicon: Lexicon, key: Path | None) -> pd.DataFrame:
    """Return the items of a sheet, and check that its codebook is that of `lexicon`."""
    if not files:
        raise ValueError("no sheet: give the path of one, or several")
    tried = [key] if key else [file.with_suffix(".key.json") for file in files]
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        raise ValueError(f"no such file: {str(tried[0])!r}, which was written with the sheet: name it as the key")
    try:
        record = json.loads(found.read_text(encoding="utf-8"))
        made_for = {name: str(record["lexicon"][name]) for name in ("name", "version")}
        frames = [(str(row[0]), str(row[2])) for row in record["codebook"]]
        items = _items(record["items"])
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        raise ValueError(f"{found.name} is not the key of a sheet: use the one that was written with it") from None
    own = [*lexicon.frames[["frame", "definition"]].itertuples(index=False, name=None)]
    if made_for["name"] != lexicon.name or sorted(frames) != sorted(own):
        theirs, ours = f"{made_for['name']} {made_for['version']}", f"{lexicon.name} {lexicon.version}"
        changed = sorted({frame for frame, _ in {*frames} ^ {*own}})
        what = f": the frame {changed[0]!r} is not the same" if changed else ""
        raise ValueError(f"the sheet was coded by the codebook of {theirs}, the lexicon is {ours}{what}")
    return items


def _items(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the items of a key; raise `ValueError` for any that `write_sheet` does not write."""
    rows = [{"probability": None} | row for row in rows]  # which a key of an earlier version lacks
    if any(bad_column(row, ITEM) or (row["probability"] or 0) > 1 for row in rows):
        raise ValueError("an item with a value that is none of its own")
    items = pd.DataFrame(rows)[list(ITEM)].astype({"probability": float})
    if not items["item"].is_unique:
        raise ValueError("an item that appears twice")
    return items


def _codes_in(file: Path, items: pd.DataFrame, lexicon: Lexicon) -> Iterator[tuple[str, str, str, str]]:
    """Yield every cell of a coder in a sheet: its place, item, coder and frame ("" for a blank cell)."""
    drawn = dict(zip(items["item"], items["sentence"], strict=True))
    known = codes(lexicon)
    (_, header), *rows = _rows(file) or [(1, [])]
    header = [name.strip() for name in header]
    coders = [name for name in header if name.startswith("coder_")]
    if not coders or any(header.count(name) != 1 for name in ("item", "sentence", *coders)):
        raise ValueError(
            f"{file.name}: expected the columns item, sentence, coder_1 and so on, each once; "
            f"found {', '.join(header) or 'nothing'}"
        )
    seen: set[str] = set()
    for number, cells in rows:
        row = dict(zip(header, cells + [""] * len(header), strict=False))
        where, item = f"{file.name} row {number}", row["item"].strip()
        if item not in drawn or item in seen:
            what = "occurs twice" if item in seen else "is not of this sheet"
            raise ValueError(f"{where}: item {item!r} {what}: leave the columns but the coders' as they were")
        if not _same(row["sentence"], drawn[item]):
            raise ValueError(
                f"{where}: the sentence of item {item!r} was edited, or lost its letters when it was saved: "
                "restore it, and save as .xlsx or as CSV UTF-8"
            )
        seen.add(item)
        for column in coders:
            coder, text = column.removeprefix("coder_"), row[column].strip()
            forms = [folded(form) for form in (text, restored(text), text.removeprefix("'"))]
            cell = next((form for form in forms if form in known), forms[0])
            if cell and cell not in known:
                label = dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True)) | {NONE: NONE}
                close = get_close_matches(cell, known, n=1)
                hint = f"did you mean {label[known[close[0]]]!r}?" if close else f"use {', '.join(label.values())}"
                raise ValueError(f"{where}: {text!r} of coder {coder!r} is no frame: {hint}")
            yield where, item, coder, known[cell] if cell else ""


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a sheet that are not blank, as texts, with their numbers."""
    if not file.is_file():
        raise ValueError(f"no such sheet: {str(file)!r}")
    if file.suffix.lower() == ".xlsx":
        openpyxl = _openpyxl()
        try:
            with zipfile.ZipFile(file) as parts:
                if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
                    raise ValueError(f"it unpacks to more than {_UNPACKED >> 20} MB")
            book = openpyxl.load_workbook(file, data_only=True)
            worksheet = book["coding"] if "coding" in book.sheetnames else book.worksheets[0]
            if worksheet.max_row * worksheet.max_column > _CELLS:  # one cell in a far corner is enough
                raise ValueError(f"it has {worksheet.max_row:,} rows of {worksheet.max_column:,} cells")
            rows = [
                ["" if cell is None else str(cell) for cell in row] for row in worksheet.iter_rows(values_only=True)
            ]
        except Exception as error:  # each layer (zip, XML, workbook) raises errors of its own
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise ValueError(f"{file.name} is not a workbook of a sheet: {reason}") from None
    else:
        rows, _ = read_rows(file)
    return [(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]


def _same(read: str, drawn: str) -> bool:
    """Whether a cell holds the drawn sentence, apart from the guard and characters that a spreadsheet may lose."""
    drawn = drawn[:_CELL]
    texts = {" ".join(text.split()) for bare in (read, read.removeprefix("'")) for text in (bare, restored(bare))}
    # Characters that a workbook, or a CSV file in Windows-1252, cannot hold.
    lost = {c for c in drawn if not c.isprintable() or c.encode("cp1252", "replace").decode("cp1252") != c}
    return any(
        len(text) == len(drawn) and all(a == b or b in lost for a, b in zip(text, drawn, strict=True)) for text in texts
    )
