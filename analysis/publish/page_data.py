"""The data in a page for its scripts: the rows of its tables, the texts, and the places of their words and hits.

Numbers of characters count UTF-16 units here, as scripts do.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from analysis.core.compiled import Ints
from analysis.core.csv_files import csv_rows, restored
from analysis.framing.style import CERTAIN, OPEN
from analysis.publish.cells import LARGEST
from analysis.publish.reading import codes
from analysis.text.forms import word_forms
from analysis.text.periods import PERIODS, longest_period, periods
from analysis.text.phrases import join_phrases
from analysis.text.shards import LISTED, load_documents
from analysis.text.stopwords import stop_words
from analysis.text.tokens import Tokens

CHARACTERS = 4_000_000  # of text that a page holds; of a larger corpus, documents evenly chosen
BYTES = 150_000  # of one table's rows that a page holds, for sorting and filtering
# Tables of which each row is a place in a text, and the columns that say what is there.
PLACES = {
    "framing/matches": ("frame", "pattern", "negated"),
    "framing/style_matches": ("frame", "negated"),
    "framing/actor_mentions": ("actor", "role"),
    "framing/entity_mentions": ("entity",),
    "framing/passives": ("agent",),
    "framing/speech": ("speaker", "kind"),
    "framing/reports": ("stance",),
    "framing/sentence_frames": ("status",),
    "redundancy/repeat_places": ("count",),
}
_ESCAPED = re.compile("[<\x7f-\x9f]")  # JSON itself escapes those before the blank


def embedded(value: Any) -> Markup:
    """`value` as JSON that cannot end the ``<script>`` that it is put in, without a control character.

    >>> str(embedded(["</script>"]))
    '["\\\\u003c/script>"]'
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(_ESCAPED.sub(lambda one: f"\\u{ord(one[0]):04x}", written))


def table_rows(path: Path, columns: Sequence[Mapping[str, str]]) -> list[list[Any]]:
    """The first rows of the CSV `path`, as many as `BYTES` hold: numbers as numbers, an empty cell as None.

    `columns` are those in the file beside it.
    """
    numeric = [column["type"] in ("integer", "number") for column in columns]
    rows: list[list[Any]] = []
    room = BYTES
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv_rows(file)
        next(lines)
        for line in lines:
            room -= sum(map(len, line)) + 3 * len(line)
            if room < 0:
                break
            rows.append([_cell(text, number) for text, number in zip(line, numeric, strict=True)])
    return rows


def texts(whole: Tokens, run: Path, parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The documents, their words, and the places of the hits in the tables of `run`."""
    complete = _complete(whole, run)
    rows = _chosen(whole.corpus.documents["n_chars"].to_numpy(dtype=np.int64), complete)
    tokens = load_documents(whole, rows)
    period = _period(whole, parameters)
    units = [_units(text) for text in tokens.corpus.texts]
    number = {doc_id: place for place, doc_id in enumerate(tokens.doc_ids)}
    wanted = (values.get("group_by") for values in parameters.values())
    grouped_by = next((name for name in wanted if name in tokens.corpus.documents.columns), None)
    window = parameters.get("term_frequency", {}).get("window", 0)
    return {
        "group_by": grouped_by,
        "window": window,
        "sides": _sides(run),
        "of": whole.n_documents,
        "chosen": "evenly chosen" if complete is None else "the first ones",
        "documents": _documents(tokens, units, grouped_by, [period[row] for row in rows]),
        "words": _words(tokens, units),
        "forms": _forms(tokens, parameters, units),
        "frames": _frames(run),
        "firmness": {"certain": CERTAIN, "open": OPEN},
        "places": {name: _places(run / f"{name}.csv", keys, number, units) for name, keys in PLACES.items()},
    }


def _frames(run: Path) -> list[list[str]]:
    """Each frame of the lexicon, in its order: name, label with what coders say of it, code; none without a table."""
    tables = [run / "framing" / f"{name}.csv" for name in ("frames", "frames_profile")]
    if not tables[0].is_file():
        return []
    labels: dict[str, str] = {}
    for table in filter(Path.is_file, tables):
        read = _read(table, ["frame", "label"])
        labels |= dict(zip(read["frame"], read["label"], strict=True))
    return [list(row) for row in zip(labels, labels.values(), codes(list(labels.values())), strict=True)]


def _read(table: Path, texts: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Some columns of a table of the run, the `texts` as they were before writing."""
    kinds = dict.fromkeys(texts, str)
    read = pd.read_csv(table, dtype=kinds, usecols=[*texts, *numbers], keep_default_na=False)
    return read.assign(**{name: read[name].map(restored) for name in texts})


def _sides(run: Path) -> dict[str, str]:
    """The two sides of the table of key words; empty where nothing was compared."""
    path = run / "term_frequency" / "keyness.json"
    if not path.is_file():
        return {}
    options = json.loads(path.read_text(encoding="utf-8"))["drawing"]["options"]
    return {side: options[side] for side in ("target", "reference")}


def _cell(text: str, number: bool) -> Any:
    if not text:
        return None
    if not number:
        return restored(text)
    if text.lstrip("-").isdecimal():
        return int(text)
    return max(-LARGEST, min(float(text), LARGEST))  # JSON has no infinity


def _complete(tokens: Tokens, run: Path) -> int | None:
    """Number of documents, from the first, with all their rows in tables that were cut; None where none was cut."""
    known = {doc_id: row for row, doc_id in enumerate(tokens.doc_ids)}
    found = []
    for table in (run / f"{name}.csv" for name in PLACES):
        if table.is_file() and len(own := _read(table, ["doc_id"])) >= LISTED:
            found.append(known[own["doc_id"].iloc[-1]])
    return min(found, default=None)


def _chosen(sizes: Ints, complete: int | None) -> Ints:
    """The documents that a page holds: evenly chosen, or the first ones where only they are `complete`."""
    share = CHARACTERS / max(int(sizes.sum()), 1)
    count = len(sizes) if share >= 1 or complete is not None else int(len(sizes) * share)
    rows = np.unique(np.linspace(0, len(sizes) - 1, max(count, 1)).astype(np.int64))
    rows = rows if complete is None else rows[: max(complete, 1)]
    kept: Ints = rows[np.cumsum(sizes[rows]) <= max(CHARACTERS, sizes[rows[0]])]
    return kept


def _units(text: str) -> Ints | None:
    """Numbers of UTF-16 units before each character, and in all; None if each character is one."""
    if text.isascii() or not (wide := np.array([ord(c) > 0xFFFF for c in text])).any():
        return None
    return np.concatenate([[0], np.cumsum(1 + wide)])


def _in_units(places: Any, units: Ints | None) -> list[int]:
    places = np.asarray(places, dtype=np.int64)
    return [int(place) for place in (places if units is None else units[places])]


def _period(tokens: Tokens, parameters: Mapping[str, Mapping[str, Any]]) -> list[str | None]:
    """The first day of each document's period, as the tables over time have it."""
    every = next((values["every"] for values in parameters.values() if values.get("every")), None)
    if (every := every or longest_period(tokens)) not in PERIODS:  # the notebooks have said why there is no course
        return [None] * tokens.n_documents
    days, period = periods(tokens, every)
    names = [str(day) for day in days.astype("datetime64[D]")]
    return [names[number] if number >= 0 else None for number in period]


def _documents(
    tokens: Tokens, units: Sequence[Ints | None], grouped_by: str | None, period: Sequence[str | None]
) -> list[dict[str, Any]]:
    groups = tokens.groups(grouped_by) if grouped_by else None
    own = dict(iter(tokens.corpus.segments.groupby("doc_id", sort=False)))
    documents = []
    for row, unit in enumerate(units):
        about = tokens.corpus.documents.iloc[row]
        parts = own.get(about["doc_id"], tokens.corpus.segments.head(0))
        spans = (_in_units(parts[side], unit) for side in ("start", "end"))
        documents.append(
            {
                "id": about["doc_id"],
                "title": about["title"],
                "source": about["source"],
                "date": "" if pd.isna(about["date"]) else f"{about['date']:%Y-%m-%d}",
                "language": about["language"],
                "group": None if groups is None else groups.iloc[row],
                "period": period[row],
                "text": tokens.corpus.texts[row],
                "segments": [list(part) for part in zip(parts["kind"].str[0], *spans, strict=True)],
            }
        )
    return documents


def _words(tokens: Tokens, units: Sequence[Ints | None]) -> dict[str, Any]:
    """Words and sentences as gaps and lengths, since small numbers pack well, and their numbers by document."""
    parts: dict[str, list[Ints]] = {name: [] for name in ("gap", "length", "sentence_gap", "sentence_length")}
    in_sentence, words, sentences = [], [], []
    for row, unit in enumerate(units):
        first, last = tokens.document_offsets[row : row + 2]
        one, after = np.searchsorted(tokens.sentence_offsets, (first, last))
        sides = {
            "": (tokens.start[first:last], tokens.end[first:last]),
            "sentence_": (tokens.sentence_start[one:after], tokens.sentence_end[one:after]),
        }
        for name, pair in sides.items():
            start, end = (np.array(_in_units(side, unit), dtype=np.int64) for side in pair)
            parts[f"{name}gap"].append(start - np.concatenate([[0], end])[:-1])
            parts[f"{name}length"].append(end - start)
        in_sentence.append(np.diff(tokens.sentence_offsets[one : after + 1]))
        words.append(int(last - first))
        sentences.append(int(after - one))
    packed: dict[str, Any] = {name: _packed(np.concatenate(found)) for name, found in parts.items()}
    packed["sentence_words"] = _packed(np.concatenate(in_sentence))
    return packed | {"document_words": words, "document_sentences": sentences}


def _forms(
    tokens: Tokens, parameters: Mapping[str, Mapping[str, Any]], units: Sequence[Ints | None]
) -> list[dict[str, Any]]:
    """The words as printed, and as the term notebook counts them: as stems, lemmas or joined phrases.

    Joined phrases are other words than those of the page, and come with their places.
    """
    found = []
    about = parameters.get("term_frequency", {})
    form = "lemmas" if about.get("lemmatize") else "stems" if about.get("stem") else "words"
    phrases = about.get("phrases")
    if form != "words" or phrases:
        stops = stop_words(about["stopwords"], tokens.languages)
        joined = join_phrases(tokens, phrases) if phrases else tokens
        counted = word_forms(joined, form, keep=stops)
        own = {"words": _words(counted, units)} if phrases else {}
        found.append({"sections": ["term_frequency"], **_named(counted), **own})
    sections = [name for name in parameters if not found or name != "term_frequency"]
    return [*found, {"sections": sections, **_named(tokens)}]


def _named(tokens: Tokens) -> dict[str, Any]:
    used, ids = np.unique(tokens.ids, return_inverse=True)
    return {"vocabulary": [str(word) for word in tokens.vocabulary[used]], "ids": _packed(ids)}


def _places(
    path: Path, keys: Sequence[str], number: Mapping[str, int], units: Sequence[Ints | None]
) -> dict[str, Any] | None:
    """The rows of a table of places as columns: document, start, end, and the `keys`, each as numbers of its values."""
    if not path.is_file():
        return None
    table = _read(path, ["doc_id", *keys], ["start", "end"])
    table = table[table["doc_id"].isin(number)].reset_index(drop=True)
    columns: dict[str, Any] = {"document": table["doc_id"].map(number).tolist()}
    for side in ("start", "end"):
        rows = zip(columns["document"], table[side].tolist(), strict=True)
        columns[side] = [place if (unit := units[row]) is None else int(unit[place]) for row, place in rows]
    for key in keys:
        codes, values = pd.factorize(table[key])
        columns[key] = {"values": list(values), "codes": codes.tolist()}
    return columns


def _packed(values: NDArray[np.integer[Any]]) -> str:
    """Non-negative integers as text: the number of bytes of each, then all in base64, little-endian.

    >>> _packed(np.array([1, 255])), _packed(np.array([1, 256]))
    ('1Af8=', '2AQAAAQ==')
    """
    top = int(values.max(initial=0))
    width = 1 if top < 1 << 8 else 2 if top < 1 << 16 else 4
    return f"{width}{base64.b64encode(values.astype(f'<u{width}').tobytes()).decode('ascii')}"
