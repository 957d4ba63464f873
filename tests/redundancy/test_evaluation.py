"""The organisers' measures of reuse, by hand and against sets of characters."""

import gzip
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tokenize
from analysis.core.paths import SAMPLE
from analysis.redundancy.evaluation import SPAN, evaluate_reuse, known_reuse, score_passages, scores_by_kind

Span = tuple[str, str, int, int, int, int]


def table(*rows):
    return pd.DataFrame(list(rows), columns=SPAN)


def test_half_of_a_passage_in_two_pieces_by_hand():
    case = table(("x", "y", 0, 100, 0, 100))
    assert score_passages(table(("x", "y", 0, 100, 500, 600)), case)["recall"] == 0  # both sides must meet
    found = table(("x", "y", 0, 40, 0, 40), ("x", "y", 60, 70, 60, 70), ("x", "y", 200, 300, 200, 300))
    scores = score_passages(found, case)
    assert scores["recall"] == pytest.approx(0.5)  # 100 of 200 characters
    assert scores["precision"] == pytest.approx(2 / 3)  # all, all and none of the three
    assert scores["granularity"] == 2
    f1 = 2 * (0.5 * 2 / 3) / (0.5 + 2 / 3)
    assert scores["plagdet"] == pytest.approx(f1 / math.log2(3))
    assert (scores["gold"], scores["found"]) == (1, 3)


def test_which_document_is_a_is_no_matter():
    case = table(("x", "y", 0, 10, 20, 40))
    assert score_passages(table(("y", "x", 20, 40, 0, 10)), case)["plagdet"] == 1
    inside = table(("x", "x", 50, 60, 0, 10))
    assert score_passages(table(("x", "x", 0, 10, 50, 60)), inside)["plagdet"] == 1


def test_nothing_found_or_nothing_to_find():
    case = table(("x", "y", 0, 10, 0, 10))
    assert score_passages(table(), case)["plagdet"] == 0
    assert score_passages(case, table())["plagdet"] == 0


def characters(one: Span, others: list[Span]) -> int:
    """The characters of a passage, of both sides, that lie in others which it meets on both sides."""
    met = [o for o in others if all(min(one[k + 1], o[k + 1]) > max(one[k], o[k]) for k in (2, 4))]
    return sum(len(set().union(*(range(max(one[k], o[k]), min(one[k + 1], o[k + 1])) for o in met))) for k in (2, 4))


def plagdet(cases: list[Span], found: list[Span]) -> float:
    def same(span: Span, others: list[Span]) -> list[Span]:
        return [other for other in others if other[:2] == span[:2]]

    def covered(spans: list[Span], others: list[Span]) -> float:
        shares = [characters(s, same(s, others)) / (s[3] - s[2] + s[5] - s[4]) for s in spans]
        return float(np.mean(shares)) if shares else 0.0

    pieces = [sum(characters(case, [span]) > 0 for span in same(case, found)) for case in cases]
    recall, precision = covered(cases, found), covered(found, cases)
    if not recall + precision:
        return 0.0
    return 2 * recall * precision / (recall + precision) / math.log2(1 + np.mean([n for n in pieces if n]))


side = st.tuples(st.integers(0, 30), st.integers(1, 15)).map(lambda at: (at[0], at[0] + at[1]))
span = st.tuples(st.just("x"), st.sampled_from("yz"), side, side).map(lambda s: (s[0], s[1], *s[2], *s[3]))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(span, max_size=8), st.lists(span, max_size=8))
def test_equals_sets_of_characters(cases, found):
    assert score_passages(table(*found), table(*cases))["plagdet"] == pytest.approx(plagdet(cases, found))


BRIDGE = (
    "The committee of the northern district has closed the old stone bridge over the river to all heavy lorries until "
    "engineers have examined each of its seven arches."
)


@pytest.fixture
def folder(tmp_path):
    texts = {"s1": f"It rained. {BRIDGE}", "o1": f"{BRIDGE} Nobody objected.", "o2": "The shop sells nothing but hats."}
    with gzip.open(tmp_path / "docs.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())
    (tmp_path / "pairs.csv").write_text("susp,src,category\ns1,o1,02-copy\ns1,o2,01-none\n")
    case = f"02-copy,s1,11,{len(BRIDGE)},o1,0,{len(BRIDGE)}"
    (tmp_path / "cases.csv").write_text(
        f"category,susp,this_offset,this_length,src,source_offset,source_length\n{case}\n"
    )
    return tmp_path


def test_a_folder_in_the_format_of_the_task(folder):
    scores = evaluate_reuse(folder).set_index(["measure", "category"])
    assert scores.index.tolist() == [("pairs", "all"), ("passages", "all"), ("passages", "02-copy")]
    assert scores.loc[("pairs", "all"), ["f1", "gold", "found"]].tolist() == [1, 1, 1]
    assert scores.loc[("passages", "all"), "plagdet"] == 1


def test_what_is_wrong_with_a_folder_is_named(folder):
    pairs = (folder / "pairs.csv").read_text()
    (folder / "pairs.csv").write_text(pairs.replace("o2", "o9"))
    with pytest.raises(ValueError, match="names a document"):
        evaluate_reuse(folder)
    (folder / "cases.csv").write_text("susp,src\ns1,o1\n")
    with pytest.raises(ValueError, match="no column 'this_offset'"):
        evaluate_reuse(folder)
    (folder / "pairs.csv").unlink()
    with pytest.raises(ValueError, match=r"has no pairs\.csv"):
        evaluate_reuse(folder)


HEADER = "source_file,source_start,source_end,target_file,target_start,target_end,kind\n"


@pytest.fixture
def tokens(make_corpus):
    return tokenize(make_corpus({"a.txt": "It rained. We left at noon.", "b.txt": "We left at noon. It snowed."}))


def test_labelled_passages_of_a_corpus(tmp_path, tokens):
    path = tmp_path / "reuse.csv"
    path.write_text(f"{HEADER}a.txt,11,27,b.txt,0,16,verbatim\na.txt,0,10,b.txt,17,27,reworded\na,0,5,a,6,9,verbatim\n")
    cases = known_reuse(path, tokens)
    assert cases[SPAN].to_numpy().tolist() == [["a", "b", 11, 27, 0, 16], ["a", "b", 0, 10, 17, 27]]
    scores = scores_by_kind(cases, table(("b", "a", 0, 16, 11, 27)), table(("a", "a", 0, 5, 6, 9)))
    assert scores["kind"].tolist() == ["all", "reworded", "verbatim"]
    assert scores["recall"].tolist() == [0.5, 0, 1]
    assert scores["precision"].tolist()[0] == 1
    assert scores["found"].tolist()[0] == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("z.txt,0,5,b.txt,0,5,near", "row 2: no place 'z.txt' 0 to 5"),
        ("a.txt,0,x,b.txt,0,5,near", "row 2: no place 'a.txt' 0 to x"),
        ("a.txt,0,99,b.txt,0,5,near", "row 2: 'a' has no characters 0 to 99"),
        ("a.txt,5,5,b.txt,0,5,near", "row 2: 'a' has no characters 5 to 5"),
    ],
)
def test_a_wrong_place_is_named_with_its_row(tmp_path, tokens, row, message):
    path = tmp_path / "reuse.csv"
    path.write_text(f"{HEADER}{row}\n")
    with pytest.raises(ValueError, match=message):
        known_reuse(path, tokens)
    path.write_text("source_file\na\n")
    with pytest.raises(ValueError, match="no column 'source_start'"):
        known_reuse(path, tokens)


@pytest.mark.parametrize("row", ["", "a.txt,0,5,a.txt,6,9,near\n"])
def test_a_table_without_a_passage_of_two_documents_measures_nothing(tmp_path, tokens, row):
    path = tmp_path / "reuse.csv"
    path.write_text(f"{HEADER}{row}")
    with pytest.raises(ValueError, match=r"reuse\.csv has no passage of two documents: give one row for each"):
        known_reuse(path, tokens)


def test_a_passage_without_a_kind(tmp_path, tokens):
    path = tmp_path / "reuse.csv"
    path.write_text(f"{HEADER}a.txt,11,27,b.txt,0,16,\n")
    cases = known_reuse(path, tokens)
    assert scores_by_kind(cases, table())["kind"].tolist() == ["all", "(none)"]


def test_labelled_passages_of_a_corpus_in_shards(sample_tokens, sample_shards):
    labelled = SAMPLE / "gold" / "reuse.csv"
    pd.testing.assert_frame_equal(known_reuse(labelled, sample_shards), known_reuse(labelled, sample_tokens))
