"""The network of the strongest pairs: its words and lines by hand, and a place for each word that no other has."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.core.paths import ROOT
from analysis.terms.collocation import collocations
from analysis.terms.network import network

TABLE = pd.DataFrame(
    [
        ("b", "a", 9.0, 4, 7),
        ("a", "b", 9.5, 6, 5),  # stronger than the other way round
        ("a", "a", 14.0, 6, 7),
        ("d", "c", 9.0, 2, 2),
        ("c", "e", 9.0, 3, 1),
        ("f", "g", np.nan, 8, 8),
        ("a", "h", 1.0, 6, 9),
    ],
    columns=["first", "second", "log_dice", "first_count", "second_count"],
)


def test_words_and_lines_by_hand() -> None:
    nodes, edges = network(TABLE, top=3)
    assert nodes.columns.tolist() == ["word", "count", "x", "y"]
    assert list(edges.itertuples(index=False, name=None)) == [("a", "b", 9.5), ("c", "e", 9.0), ("d", "c", 9.0)]
    # a: 6 as first, 7 as second; b: 4 and 5; c: 3 and 2; d: 2; e: 1
    assert list(zip(nodes["word"], nodes["count"], strict=True)) == [("a", 7), ("b", 5), ("c", 3), ("d", 2), ("e", 1)]


def test_top_counts_lines() -> None:
    assert [len(network(TABLE, top=top)[1]) for top in (1, 2, 4, 100)] == [1, 2, 4, 4]


def test_another_measure() -> None:
    assert network(TABLE, top=1, measure="second_count")[1]["second"].tolist() == ["h"]


def test_parts_stand_in_rows_upright() -> None:
    others = pd.DataFrame([("i", "j", 8.0, 1, 1), ("k", "l", 8.0, 1, 1)], columns=TABLE.columns)
    nodes, edges = network(pd.concat([TABLE, others]), top=5)
    place = nodes.set_index("word")[["x", "y"]]
    lines = [np.linalg.norm(place.loc[a] - place.loc[b]) for a, b in zip(edges["first"], edges["second"], strict=True)]
    assert lines == pytest.approx([0.5] * 5, abs=0.01)  # two rows of one and two lines, and one of room: from 1 to -1
    # d - c - e is the tallest part: first in the first row, beside a - b; below them i - j and k - l.
    by_hand = {"d": 1.0, "c": 0.5, "e": 0.0, "a": 1.0, "b": 0.5, "i": -0.5, "j": -1.0, "k": -0.5, "l": -1.0}
    assert place["y"].to_dict() == pytest.approx(by_hand, abs=0.01)
    assert sorted(place.index[place["x"] < 0]) == ["c", "d", "e", "i", "j"]
    assert place["x"].abs().tolist() == pytest.approx([0.4] * 9, abs=0.01)  # 1.6 lines from part to part


@pytest.mark.parametrize("window", [1, 5, "sentence"])
def test_no_word_of_the_sample_covers_another(sample_tokens: Tokens, window: int | str) -> None:
    nodes, edges = network(collocations(sample_tokens, window=window, min_count=3))
    assert len(edges) == 60
    assert set(nodes["word"]) == set(edges["first"]) | set(edges["second"])
    places = nodes[["x", "y"]].to_numpy()
    assert np.abs(places).max() == 1
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + 9 * np.eye(len(places))
    assert apart.min() > 0.01


@pytest.mark.slow
def test_every_process_draws_the_same() -> None:
    # The order in which Python keeps strings in a set differs from one process to the next.
    code = (
        "from analysis import read_text, tokenize\n"
        "from analysis.terms.collocation import collocations\n"
        "from analysis.terms.network import network\n"
        "text = 'We met the council. The council met us and the court. Rule of law, rule of force. They left home.'\n"
        "nodes, edges = network(collocations(tokenize(read_text(text)), window=2), top=20)\n"
        "print(nodes.to_csv(), edges.to_csv())"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1


def test_a_table_without_pairs() -> None:
    nodes, edges = network(collocations(tokenize(read_text("Yes. No."))))
    assert nodes.empty
    assert edges.empty
    assert nodes.columns.tolist() == ["word", "count", "x", "y"]
    assert edges.columns.tolist() == ["first", "second", "weight"]


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="no measure 'logdice': this table has log_dice"):
        network(TABLE, measure="logdice")
    with pytest.raises(ValueError, match="top is 0: give a number of pairs"):
        network(TABLE, top=0)
