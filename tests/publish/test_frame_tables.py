"""The tables of the framing room as the figures draw them, empty ones too."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.cooccurrence import cooccurrence
from analysis.framing.frames import matches, over_time, profile
from analysis.publish import frame_tables
from analysis.text.corpus import read_texts

LABELS = {"war": "War", "law": "Law"}
FRAMES = """\
  war: {definition: d, terms: [fight*, battle]}
  law: {definition: d, terms: [court]}
"""


def test_a_frame_is_marked_unless_coders_bear_it_out(lexicon):
    assert frame_tables.labelled(lexicon, None) == {"war": "war", "law": "law"}
    measured = pd.DataFrame({"frame": ["war", "law"], "state": ["supported", "uncertain"]})
    assert frame_tables.labelled(lexicon, measured) == {"war": "war", "law": "law (uncertain)"}
    failed = frame_tables.labelled(lexicon, measured.assign(state="failed"))
    assert failed == {"war": "war (not valid here)", "law": "law (not valid here)"}


def test_the_highest_rate_is_first_and_of_equal_ones_the_first_of_the_lexicon():
    table = pd.DataFrame({"frame": ["war", "law", "peace"], "per_1000_words": [3.0, 4.0, 3.0]})
    assert frame_tables.ranked(table, LABELS)["frame"].tolist() == ["law", "war", "peace"]


def test_a_match_is_placed_in_the_second_document_too(make_corpus, lexicon):
    tokens = tokenize(make_corpus({"a.txt": "They fight in court.\n", "b.txt": "One more battle.\n"}))
    strokes = frame_tables.placed(matches(tokens, lexicon), tokens, LABELS)
    # they 0 fight 1 in 2 court 3 | one 4 more 5 battle 6
    assert strokes.to_numpy().tolist() == [["War", 1], ["Law", 3], ["War", 6]]


def test_nothing_found_is_an_empty_table(lexicon):
    tokens = tokenize(read_text("It rained."))
    assert frame_tables.placed(matches(tokens, lexicon), tokens, LABELS).empty
    assert frame_tables.ranked(profile(tokens, lexicon), LABELS)["hits"].tolist() == [0, 0]


def test_periods_without_a_text_are_left_out(make_corpus, lexicon):
    dates = "file,date\na.txt,2020-05-04\nb.txt,2022-01-01\n"
    texts = {"a.txt": "They fight on and on.\n", "b.txt": "It rained.\n", "metadata.csv": dates}
    tokens = tokenize(make_corpus(texts))
    course = over_time(tokens, lexicon, "year")
    grid = frame_tables.by_period(course, lexicon.frames["frame"], "year")
    assert grid.columns.tolist() == ["2020", "2022"]
    assert grid.loc["war"].tolist() == [200.0, 0.0]
    assert frame_tables.by_period(course, lexicon.frames["frame"]).columns.tolist() == ["2020-01-01", "2022-01-01"]


def test_the_square_of_pairs_is_symmetrical_with_an_empty_diagonal(lexicon):
    pairs = cooccurrence(tokenize(read_text("They fight in court. It rained. It snowed. It hailed.")), lexicon)
    square = frame_tables.matrix(pairs, lexicon.frames["frame"]).to_numpy()
    assert np.isnan(np.diag(square)).all()
    # two of ten places are in the same sentence of four words with 12 pairs of places, or of two with 2 each: 18 of 90
    assert square[0, 1] == square[1, 0] == pytest.approx(math.log2(90 / 18), rel=0.05)


def test_a_lexicon_of_one_frame_has_no_pairs():
    pairs = pd.DataFrame({"frame_a": [], "frame_b": [], "ppmi": []})
    assert frame_tables.matrix(pairs, pd.Series(["war"])).isna().to_numpy().tolist() == [[True]]


def test_places_in_shards_are_those_of_the_whole(sample_tokens, sample_shards, security, monkeypatch):
    labels = frame_tables.labelled(security, None)
    whole, own = (frame_tables.placed(matches(t, security), t, labels) for t in (sample_tokens, sample_shards))
    pd.testing.assert_frame_equal(own, whole)
    monkeypatch.setattr(frame_tables, "LISTED", len(whole) - 1)
    own = frame_tables.placed(matches(sample_shards, security), sample_shards, labels)
    expected = whole.sort_values(["place", "label"], ignore_index=True).assign(times=1)
    pd.testing.assert_frame_equal(own, expected)  # the stretches are shorter than a word
    monkeypatch.setattr(frame_tables, "STRETCHES", 7)
    monkeypatch.setattr(frame_tables, "LISTED", 7)
    own = frame_tables.placed(matches(sample_shards, security), sample_shards, labels)
    stretch = whole["place"] * 7 // len(sample_tokens)
    first = whole.groupby([whole["label"], stretch])["place"].agg(["min", "size"])
    found = own.set_index(["label", own["place"] * 7 // len(sample_tokens)])
    assert found["place"].to_dict() == first["min"].to_dict()
    assert found["times"].to_dict() == first["size"].to_dict()
    some = sample_shards.subset(np.arange(1, sample_shards.n_documents, 3))
    few = frame_tables.placed(matches(some, security), some, labels)
    monkeypatch.undo()
    same = sample_tokens.subset(np.arange(1, sample_tokens.n_documents, 3))
    assert few["times"].sum() == len(matches(same, security))
    assert set(few["place"]) <= set(frame_tables.placed(matches(same, security), same, labels)["place"])


def test_sentences_that_lead_to_a_frame_by_words_and_with_nearness(sharded, make_lexicon, monkeypatch):
    def near(sentences, lexicon, margin):
        return pd.DataFrame({"frame": ["law" if "it" in text.lower() else None for text in sentences]})

    monkeypatch.setattr(frame_tables.embedding, "score_sentences", near)
    lexicon = make_lexicon("  war: {definition: d, terms: [war]}\n  law: {definition: d, terms: [court]}\n")
    whole = tokenize(read_texts(["War came. It rained.", "A court met. It was war."]))
    for tokens in (whole, sharded(whole, 1)):
        counts = frame_tables.nearness(tokens, lexicon, {"war": "War", "law": "Law"})
        assert counts.to_numpy().tolist() == [["War", 2, 0], ["Law", 1, 2], ["none", 1, 2]]
