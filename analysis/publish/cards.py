"""The three answers that a report begins with: which words, which frames, what is repeated."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.publish.findings.wording import amount, counted, shortened, times
from analysis.publish.tables import read_table

BARS = 5  # of a card
QUOTED = 70  # characters of the passage that a card quotes


class Card(NamedTuple):
    """An answer: one sentence with a link to where it comes from, and bars or a quotation."""

    title: str
    place: str  # id of the question
    text: str
    bars: Sequence[tuple[str, str, float]] = ()  # name, number as written, share of the longest
    unit: str = ""
    quote: tuple[str, str] | None = None  # what is quoted, and the quotation


def cards(run: Path, sections: Sequence[Mapping[str, Any]]) -> list[Card]:
    """The cards of the `sections` of the report in the folder `run`, without those that have no answer."""
    made = {"term_frequency": _words, "framing": _frames, "redundancy": _repeats}
    found = [made[section["name"]](run, section) for section in sections if section["name"] in made]
    return [card for card in found if card is not None]


def _words(run: Path, section: Mapping[str, Any]) -> Card | None:
    table = _table(run, "term_frequency/words", "term_frequency/all_words")
    if table is None:
        return None
    top, most = table.head(BARS), table.iloc[0]
    place, _ = _answer(section, "words", "all_words")
    if most["count"] < 2:
        return Card("Words", place, "No word is used more than once.")
    inside = f", in {counted(most['documents'], 'document')}" * int(most["documents"] > 1)
    text = f"“{most['term']}” is used most: {times(most['count'])}{inside}."
    bars = [(row["term"], f"{row['count']:,}", row["count"] / top["count"].max()) for row in top.to_dict("records")]
    return Card("Words", place, text, bars, "occurrences")


def _frames(run: Path, section: Mapping[str, Any]) -> Card | None:
    table = _table(run, "framing/frames_profile")
    if table is None:
        return None
    documents = _table(run, "corpus/documents")
    one = documents is not None and len(documents) == 1  # whose hits are counted, where others have rates
    by, unit = ("hits", "hits") if one else ("per_1000_words", "hits per 1,000 words")
    top = table.sort_values(by, ascending=False, kind="stable").head(BARS)
    most = top[by].max()
    rows = top[top["hits"] > 0].to_dict("records")
    if not rows:
        return None
    text = f"{rows[0]['label']} is the frame used most."
    bars = [(row["label"], amount(row[by]) if one else f"{row[by]:.1f}", row[by] / most) for row in rows]
    return Card("Frames", _answer(section, "frames_profile")[0], text, bars, unit)


def _repeats(run: Path, section: Mapping[str, Any]) -> Card | None:
    place, text = _answer(section, "repeated_shares")
    text = text and re.split(":|, all", text)[0].rstrip(".") + "."
    table = _table(run, "redundancy/repeated_paragraphs", "redundancy/repeated_sentences")
    if table is None:
        return Card("Repeats", place, text) if text else None
    row = table.iloc[0]
    said = f"Printed {times(row['count'])}" + f", in {row['documents']:,} documents" * int(row["documents"] > 1) + ":"
    return Card("Repeats", place, text, quote=(said, shortened(row["text"], QUOTED)))


def repeated_share(run: Path) -> float:
    """The share of a report's words that is repeated verbatim; 0 where it does not say."""
    table = _table(run, "redundancy/repeated_shares")
    return 0.0 if table is None else float(table["repeated"].sum() / max(table["words"].sum(), 1))


def _answer(section: Mapping[str, Any], *shown: str) -> tuple[str, str]:
    """The place and the sentence of the question that shows a figure or table of one of these names."""
    for question in [*section["questions"], *section["vain"]]:
        if {f"{section['name']}-{name}" for name in shown} & set(question["ids"]):
            found = [block["text"] for block in question["blocks"] if block["kind"] == "finding"]
            return question["id"], found[0] if found else ""
    return section["name"], ""


def _table(run: Path, *names: str) -> pd.DataFrame | None:
    """The first of these tables that exists and has rows."""
    for name in names:
        path = run / f"{name}.csv"
        if path.is_file():
            table = read_table(path, json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["columns"])
            if len(table):
                return table
    return None
