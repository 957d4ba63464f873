"""Interactive panels over the matches of a lexicon: a document with its frames marked, and the rate of each frame."""

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets as ui  # type: ignore[import-untyped]
import numpy as np
import pandas as pd

from analysis.core.paths import LEXICONS, from_root
from analysis.core.printable import visible
from analysis.framing.frames import MATCH_COLUMNS, evidence, in_language, matches, profile
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.framing.validity_file import read_validity
from analysis.publish import frame_tables, plots
from analysis.publish.cells import table_html
from analysis.publish.exploring.widgets import LINES, MIN_WORDS, by_group, drawn, labelled, panel, scrolled, sentence
from analysis.publish.findings.wording import with_intervals
from analysis.publish.reading import reading_view
from analysis.redundancy import repeats
from analysis.text.tokens import Tokens

LISTED = 500  # documents in a list to choose from


def reading(tokens: Tokens, lexicons: Sequence[Path], *, validity: Path | None = None) -> Any:
    """One document to read, with its frame matches and repeated sentences marked.

    The frames are those of one of `lexicons` or of another file; `validity` is a file of ``lafz code score``.
    """
    again = repeats.exact_repeats(tokens, "sentence", min_words=MIN_WORDS)
    documents = tokens.corpus.documents
    parts = documents[["source", "title", "doc_id"]].assign(date=documents["date"].dt.strftime("%Y-%m-%d"))
    about = [
        " · ".join(visible(str(part)) for part in row if part and not pd.isna(part))
        for row in parts[["date", "source", "title", "doc_id"]].itertuples(index=False)
    ]
    wanted = labelled(ui.Text, "Find", "find", placeholder="a part of title, source or date")
    document = labelled(ui.Dropdown, "Document", "document", layout=ui.Layout(width="52em", max_width="100%"))
    controls = {"document": document} | _lexicons(lexicons)

    def choose(_: Any = None) -> None:
        rows = [row for row, text in enumerate(about) if wanted.value.casefold() in text.casefold()]
        which = f"First {LISTED} of " if len(rows) > LISTED else ""
        document.description = f"{which}{len(rows):,} document{'s' * (len(rows) != 1)}"
        document.options = [(about[row], row) for row in rows[:LISTED]]
        document.index = 0 if rows else None  # ipywidgets selects the first only where something was selected before

    def answer(document: int | None, lexicon: Path | None, file: str) -> str:
        if document is None:
            return sentence(f"No document has “{wanted.value}” in its name, title, source or date")
        shown = tokens.subset(np.array([document]))
        chosen = _lexicon(lexicon, file)
        note = ""
        try:
            found = matches(in_language(shown, chosen), chosen)
        except ValueError as error:
            note, found = sentence(f"No frames: {error}"), pd.DataFrame(columns=MATCH_COLUMNS)
        labels, unchecked = _labels(chosen, validity)
        doc_id = str(tokens.doc_ids[document])
        view = reading_view(tokens, found, labels=labels, repeats=again, documents=[doc_id])
        return note + unchecked + scrolled(view, "Document")

    choose()
    wanted.observe(choose, "value")
    return panel("reading", controls, answer, first=[wanted])


def frames(tokens: Tokens, lexicons: Sequence[Path], *, by: str | None = None, validity: Path | None = None) -> Any:
    """The rate of each frame, without the terms below a chosen weight.

    Below the rates comes the sentence with the most weight for each frame, then the second, and so on.
    """
    part, group = by_group(tokens, by)
    last: dict[tuple[str, float], pd.DataFrame] = {}  # matches in all documents, by SHA-256 and weight used last

    def answer(lexicon: Path | None, file: str, least: float, group: str = "") -> str:
        whole = _lexicon(lexicon, file)
        chosen = dataclasses.replace(
            whole, terms=whole.terms[whole.terms["weight"] >= least - 1e-9].reset_index(drop=True)
        )
        searched = in_language(part(group)[0], chosen)
        labels, unchecked = _labels(chosen, validity)
        table = frame_tables.ranked(profile(searched, chosen), labels)
        if not table["hits"].any():
            return sentence("No term of the lexicon occurs here")
        about = f"{chosen.name}, {len(chosen.terms):,} terms"
        table = plots.ranged(table, searched, "frame", "per_1000_words", profile, chosen)
        figure = plots.interval_dots(table, label="label", value="per_1000_words", xlabel="Hits per 1,000 words")
        columns = ["label", "hits", "per_1000_words", *plots.ends_of(table), "sentence_share"]
        alt = f"{about}: {', '.join(table['label'].head(3))} …"
        made = drawn(figure, alt, f"{about}. {with_intervals(searched).rstrip('.')}", table[columns])
        if (key := (chosen.sha256, least)) not in last:
            last.clear()
            last[key] = matches(in_language(tokens, chosen), chosen)
        hits = last[key]
        lines = frame_tables.with_labels(evidence(searched, hits[hits["doc_id"].isin(searched.doc_ids)]), labels)
        shown = table_html(lines[["label", "words", "sentence", "doc_id"]].head(LINES))
        many = f"Sentences with a hit{f', the first {LINES} of {len(lines):,}' if len(lines) > LINES else ''}"
        return unchecked + made + sentence(many) + scrolled(shown, "Sentences with a hit")

    least = labelled(ui.FloatSlider, "Least weight of a term", "weight", value=0.0, min=0.0, max=1.0, step=0.1)
    return panel("frames", _lexicons(lexicons) | {"least": least} | group, answer)


def lexicon_files(given: str | Path) -> list[Path]:
    """The lexicon `given`, then those that come with the package, each once."""
    return list(dict.fromkeys([from_root(given), *sorted(LEXICONS.glob("*.yml"))]))


def _lexicons(files: Sequence[Path]) -> dict[str, Any]:
    """The controls that choose a lexicon: one of `files`, or the path of another."""
    return {
        "lexicon": labelled(ui.Dropdown, "Lexicon", "lexicon", options=[(file.stem, file) for file in files]),
        "file": labelled(ui.Text, "or a file of yours", "file", placeholder="my_frames.yml", continuous_update=False),
    }


def _lexicon(chosen: Path | None, file: str) -> Lexicon:
    path = from_root(file.strip()) if file.strip() or chosen is None else chosen
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Lexicon:
    """Read a lexicon, which takes a second if it is large, unless it was read before and has not `changed` since."""
    return read_lexicon(path)


def _labels(lexicon: Lexicon, validity: Path | None) -> tuple[dict[str, str], str]:
    """The labels of the frames, marked where coders did not confirm one, and a sentence where that is not known."""
    try:
        return frame_tables.labelled(lexicon, read_validity(validity, lexicon) if validity else None), ""
    except ValueError as error:
        return frame_tables.labelled(lexicon, None), sentence(f"Not held against coders: {error}")
