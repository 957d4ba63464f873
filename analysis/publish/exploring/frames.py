"""Panels of controls over what a lexicon finds: a document to read with its frames, and how much is said of each."""

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets as ui  # type: ignore[import-untyped]
import numpy as np
import pandas as pd

from analysis.core.paths import LEXICONS, from_root, lexicon_file
from analysis.core.printable import visible
from analysis.framing.frames import MATCH_COLUMNS, evidence, in_language, matches, profile
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.framing.validity_file import read_validity
from analysis.publish import frame_tables, plots
from analysis.publish.exploring.widgets import LINES, MIN_WORDS, by_group, drawn, labelled, panel, scrolled, sentence
from analysis.publish.findings.wording import with_intervals
from analysis.publish.reading import reading_view
from analysis.publish.tables import table_html
from analysis.redundancy import repeats
from analysis.text.tokens import Tokens

LISTED = 500  # documents in a list to choose from


def reading(tokens: Tokens, lexicons: Sequence[Path], *, validity: Path | None = None) -> Any:
    """One document to read, its frame matches and repeated sentences marked where they occur.

    A document is looked for by its name, title, source or date, and frames by one of `lexicons` or another file.
    `validity`: a file of `analysis.framing.validity.write_validity`; a frame that coders did not bear out is marked.
    """
    again = repeats.exact_repeats(tokens, "sentence", min_words=MIN_WORDS)
    about = _about(tokens)
    wanted = labelled(ui.Text, "Find", "find", placeholder="a part of title, source or date")
    document = labelled(ui.Dropdown, "Document", "document", layout=ui.Layout(width="52em", max_width="100%"))
    chosen = {"document": document} | _lexicons(lexicons)

    def choose(_: Any = None) -> None:
        rows = [row for row, said in enumerate(about) if wanted.value.casefold() in said.casefold()]
        which = f"First {LISTED} of " if len(rows) > LISTED else ""
        document.description = f"{which}{len(rows):,} document{'s' * (len(rows) != 1)}"
        document.options = [(about[row], row) for row in rows[:LISTED]]
        document.index = 0 if rows else None  # of itself the first is chosen only where something was chosen before

    def answer(document: int | None, lexicon: Path | None, file: str) -> str:
        if document is None:
            return sentence(f"No document has “{wanted.value}” in its name, title, source or date")
        own = tokens.subset(np.array([document]))
        looked_for = _lexicon(lexicon, file)
        said = ""
        try:
            found = matches(in_language(own, looked_for), looked_for)
        except ValueError as error:
            said, found = sentence(f"No frames: {error}"), pd.DataFrame(columns=MATCH_COLUMNS)
        labels, unchecked = _labels(looked_for, validity)
        doc_id = str(tokens.doc_ids[document])
        view = reading_view(tokens, found, labels=labels, repeats=again, documents=[doc_id])
        return said + unchecked + scrolled(view, "Document")

    choose()
    wanted.observe(choose, "value")
    return panel("reading", chosen, answer, first=[wanted])


def frames(tokens: Tokens, lexicons: Sequence[Path], *, by: str | None = None, validity: Path | None = None) -> Any:
    """How much each frame is spoken of, by whom, and how much of it rests on terms of little weight.

    Below the rates comes the sentence with the most weight of each frame, then the second, and so on. Terms under the
    chosen weight are not looked for. The other parameters are those of `reading`.
    """
    part, group = by_group(tokens, by)
    last: dict[tuple[str, float], pd.DataFrame] = {}  # the matches in all documents, for the settings used last

    def found(looked_for: Lexicon, least: float) -> pd.DataFrame:
        if (key := (looked_for.sha256, least)) not in last:
            last.clear()
            last[key] = matches(in_language(tokens, looked_for), looked_for)
        return last[key]

    def answer(lexicon: Path | None, file: str, least: float, group: str = "") -> str:
        looked_for = _heavier(_lexicon(lexicon, file), least)
        own = in_language(part(group)[0], looked_for)
        labels, unchecked = _labels(looked_for, validity)
        table = frame_tables.ranked(profile(own, looked_for), labels)
        if not table["hits"].any():
            return sentence("No term of the lexicon occurs here")
        said = f"{looked_for.name}, {len(looked_for.terms):,} terms"
        table = plots.ranged(table, own, "frame", "per_1000_words", profile, looked_for)
        figure = plots.interval_dots(table, label="label", value="per_1000_words", xlabel="Hits per 1,000 words")
        columns = ["label", "hits", "per_1000_words", *plots.ends_of(table), "sentence_share"]
        alt = f"{said}: {', '.join(table['label'].head(3))} …"
        made = drawn(figure, alt, f"{said}. {with_intervals(own).rstrip('.')}", table[columns])
        hits = found(looked_for, least)
        lines = frame_tables.with_labels(evidence(own, hits[hits["doc_id"].isin(own.doc_ids)]), labels)
        shown = table_html(lines[["label", "words", "sentence", "doc_id"]].head(LINES))
        many = f"Sentences with a hit{f', the first {LINES} of {len(lines):,}' if len(lines) > LINES else ''}"
        return unchecked + made + sentence(many) + scrolled(shown, "Sentences with a hit")

    least = labelled(ui.FloatSlider, "Least weight of a term", "weight", value=0.0, min=0.0, max=1.0, step=0.1)
    return panel("frames", _lexicons(lexicons) | {"least": least} | group, answer)


def lexicon_files(given: str | Path) -> list[Path]:
    """The lexicon `given`, then those that come with the package, each once.

    >>> [path.stem for path in lexicon_files("data/lexicons/style.yml")][:2]
    ['style', 'actors']
    """
    return list(dict.fromkeys([lexicon_file(from_root(given)), *sorted(LEXICONS.glob("*.yml"))]))


def _about(tokens: Tokens) -> list[str]:
    """What each document is called in a list: its date, source, title and name."""
    documents = tokens.corpus.documents
    dates = documents["date"].dt.strftime("%Y-%m-%d")
    rows = zip(dates, documents["source"], documents["title"], documents["doc_id"], strict=True)
    return [" · ".join(visible(str(part)) for part in row if part and not pd.isna(part)) for row in rows]


def _lexicons(files: Sequence[Path]) -> dict[str, Any]:
    """The controls that name a lexicon: one of `files`, or the path of another one."""
    return {
        "lexicon": labelled(ui.Dropdown, "Lexicon", "lexicon", options=[(file.stem, file) for file in files]),
        "file": labelled(ui.Text, "or a file of yours", "file", placeholder="my_frames.yml", continuous_update=False),
    }


def _lexicon(chosen: Path | None, file: str) -> Lexicon:
    path = lexicon_file(from_root(file.strip())) if file.strip() or chosen is None else chosen
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Lexicon:
    """The lexicon of a file as it was when it was `changed`; to read a large one takes a second."""
    return read_lexicon(path)


def _heavier(lexicon: Lexicon, least: float) -> Lexicon:
    """The lexicon without the terms whose weight is below `least`."""
    kept = lexicon.terms["weight"] >= least - 1e-9
    return dataclasses.replace(lexicon, terms=lexicon.terms[kept].reset_index(drop=True))


def _labels(lexicon: Lexicon, validity: Path | None) -> tuple[dict[str, str], str]:
    """What the frames are called, marked where coders did not bear one out; and why that isn't known, as a sentence."""
    try:
        return frame_tables.labelled(lexicon, read_validity(validity, lexicon) if validity else None), ""
    except ValueError as error:
        return frame_tables.labelled(lexicon, None), sentence(f"Not held against coders: {error}")
