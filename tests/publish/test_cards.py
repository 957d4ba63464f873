"""The answers on the first screen say what their tables say."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.publish.cards import cards
from analysis.publish.tables import write_table

WORDS = pd.DataFrame({"term": ["campaign", "asked"], "count": [40, 10], "documents": [21, 1]})
FRAMES = pd.DataFrame({"label": ["Law", "War", "Aid"], "hits": [3, 6, 0], "per_1000_words": [3.0, 6.0, 0.0]})
TWICE = pd.DataFrame({"text": ["They met. " * 20], "words": [40], "count": [3], "documents": [2]})


def section(name: str, *shown: str, finding: str = "") -> dict[str, Any]:
    """A section of one question that shows a finding, and figures and tables of these names."""
    blocks = [{"kind": "finding", "text": finding}] if finding else []
    question = {"id": f"{name}-1", "ids": [f"{name}-{own}" for own in shown], "blocks": blocks}
    vain = finding.startswith("No ")
    return {"name": name, "questions": [question][vain:], "vain": [question][:vain]}


def write(run: Path, name: str, table: pd.DataFrame) -> None:
    (run / name).parent.mkdir(exist_ok=True)
    write_table(table, run / name, caption="About it.")


def test_words_and_frames_have_bars_as_long_as_their_numbers(tmp_path: Path) -> None:
    write(tmp_path, "term_frequency/words", WORDS)
    write(tmp_path, "framing/frames_profile", FRAMES)
    words, frames = cards(tmp_path, [section("term_frequency", "words"), section("framing", "frames_profile")])
    assert words.text == "“campaign” is used most: 40 times, in 21 documents."
    assert words.bars == [("campaign", "40", 1.0), ("asked", "10", 0.25)]
    assert (words.place, frames.place) == ("term_frequency-1", "framing-1")
    assert frames.text == "War is the frame used most."
    assert frames.bars == [("War", "6.0", 1.0), ("Law", "3.0", 0.5)]  # what has no hit has no bar


def test_of_one_document_hits_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "framing/frames_profile", FRAMES)
    write(tmp_path, "corpus/documents", pd.DataFrame({"doc_id": ["a"]}))
    [frames] = cards(tmp_path, [section("framing", "frames_profile")])
    assert (frames.bars, frames.unit) == ([("War", "6", 1.0), ("Law", "3", 0.5)], "hits")


def test_the_most_repeated_paragraph_is_quoted(tmp_path: Path) -> None:
    write(tmp_path, "redundancy/repeated_paragraphs", TWICE)
    said = section("redundancy", "repeated_shares", finding="16% of the words are repeated: 5% here, 13% there.")
    [card] = cards(tmp_path, [said])
    assert card.text == "16% of the words are repeated."
    assert card.quote is not None
    assert card.quote[0] == "Printed 3 times, in 2 documents:"
    assert card.quote[1] == f"{TWICE['text'][0][:69].rstrip()}…"


def test_where_no_word_recurs_none_is_used_most(tmp_path: Path) -> None:
    write(tmp_path, "term_frequency/words", WORDS.assign(count=1))
    [card] = cards(tmp_path, [section("term_frequency", "words")])
    assert (card.text, card.bars) == ("No word is used more than once.", ())


@pytest.mark.parametrize("name", ["term_frequency", "framing"])
def test_what_a_report_does_not_hold_has_no_card(tmp_path: Path, name: str) -> None:
    assert cards(tmp_path, [section(name)]) == []


def test_nothing_repeated_has_no_quotation(tmp_path: Path) -> None:
    [card] = cards(tmp_path, [section("redundancy", "repeated_shares", finding="No sentence is repeated verbatim.")])
    assert (card.text, card.quote) == ("No sentence is repeated verbatim.", None)
