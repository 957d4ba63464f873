"""The term notebook says in its own words what these texts cannot carry, and goes on with the rest."""

from functools import partial

import pandas as pd
import pytest

from tests.in_process import shown_by


def shown(run):
    return shown_by(run, "term_frequency")


@pytest.fixture
def run(run_cells):
    return partial(run_cells, "term_frequency")


def test_key_words_of_the_sample_can_be_counted_again(sample_run, sample_tokens):
    table = pd.read_csv(sample_run / "term_frequency" / "keyness_by_group.csv", keep_default_na=False)
    row = table[(table["source"] == "Wire agency") & (table["term"] == "pakistan")].iloc[0]
    wire = sample_tokens.where(source="Wire agency")
    assert row["count"] == (wire.vocabulary[wire.ids] == "pakistan").sum()
    assert row["count"] + row["reference_count"] == (sample_tokens.vocabulary[sample_tokens.ids] == "pakistan").sum()


def test_by_hand_mistakes_cost_their_section_and_no_more(run, small):
    made = shown(run(small, group_by="sauce", pattern="*", every="fortnight", ngram=500))
    notes = [text for kind, text in made if kind == "note"]
    assert any(text.startswith("Left out: no metadata column 'sauce': this corpus has doc_id") for text in notes)
    assert "Left out: pattern '*' must begin and end with a word that is not all wildcard, or with *." in notes
    assert "Left out: every is 'fortnight': use 'day', 'week', 'month', 'year', 'decade'." in notes
    assert ("finding", "There are no phrases of 500 words, stop words aside.") in made
    assert "words" in {name for kind, name in made if kind == "figure"}


def test_one_word_alone_in_a_language_without_a_stop_list(run, tmp_path):
    (tmp_path / "one.txt").write_text("د.", encoding="utf-8")  # of
    out = run(tmp_path / "one.txt", language="ps")
    made = shown(out)
    assert ("finding", "No words are used more than once, stop words included (no stop list fits ps).") in made
    captions = [path for path in out.rglob("*.json") if "stop words aside" in path.read_text(encoding="utf-8").lower()]
    assert not captions
    assert not [text for _, text in made if "stop words aside" in text.lower()]
    notes = [text for kind, text in made if kind == "note"]
    assert "Left out: fewer than ten words have no spread to speak of." in notes
    assert "Left out: the documents have no dates, or all the same, so there is no course of time to show." in notes
    assert [name for kind, name in made if kind == "figure"] == []
    assert "No figure “words”: there are no two values to compare." in notes


def test_a_frequency_list_is_a_reference(run, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("War and war and more war was in the news.", encoding="utf-8")
    listed = tmp_path / "general.csv"
    listed.write_text("term,count\nthe,50000\nwar,20\nnews,400\nand,30000\n", encoding="utf-8")
    made = run(tmp_path / "texts", reference=listed, stopwords="", min_count=1)
    table = pd.read_csv(made / "term_frequency" / "all_keyness.csv", index_col="term")
    # 3 of 10 words against 20 of 80,420
    assert table.loc["war", ["key", "count", "reference_count"]].tolist() == ["target", 3, 20]
    assert table.loc["war", "log_ratio"] == pytest.approx(10.2364, abs=1e-4)  # log2((3/10) / (20/80420))
