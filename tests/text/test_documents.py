"""Which documents a condition chooses, in memory and in shards alike."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis import tokenize

TABLE = """file,title,source,date,edition
a.txt,War in May,Daily,1989-12-31,9
b.txt,A warning,Wire,1990-01-01,10
c.txt,,Wire,1990-12-31T23:59:59,100
d.txt,Peace,,1991-01-01,
e.txt,None of it,Radio,,2.5
"""
FILES = {f"{name}.txt": "It rained. " * (k + 1) for k, name in enumerate("abcde")}  # 2, 4, 6, 8 and 10 words


@pytest.fixture(params=["in memory", "in shards"])
def tokens(request, make_corpus, sharded):
    whole = tokenize(make_corpus(FILES | {"metadata.csv": TABLE}))
    return whole if request.param == "in memory" else sharded(whole)


CONDITIONS = [
    ({"date__ge": "1990"}, "bcd"),
    ({"date__gt": "1990"}, "d"),  # after all of 1990
    ({"date__le": "1990"}, "abc"),  # all of 1990 with its last second
    ({"date__lt": "1990"}, "a"),
    ({"date__ge": 1990, "date__lt": 1991}, "bc"),
    ({"date__gt": "1990-12"}, "d"),
    ({"date__le": "31 December 1990"}, "abc"),
    ({"date__gt": "1990-12-31T23:59:58"}, "cd"),
    ({"date__gt": date(1989, 12, 31)}, "bcd"),
    ({"date__ge": pd.Timestamp("1990-12-31")}, "cd"),
    ({"edition__ge": 10}, "bc"),  # as text "9" would be more, and what is empty less
    ({"edition__lt": "9.5"}, "ae"),
    ({"edition__le": 100}, "abce"),
    ({"n_chars__gt": 22}, "bcde"[1:]),  # texts of 11, 22, 33, 44 and 55 characters
    ({"words__le": 4}, "ab"),
    ({"words": 6}, "c"),
    ({"words__in": (2, 10)}, "ae"),
    ({"source__gt": "Daily"}, "bce"),
    ({"source__in": ["Daily", "Radio"]}, "ae"),
    ({"source__in": pd.Series(["Wire"])}, "bc"),
    ({"source": np.array(["Wire", "(none)"])}, "bcd"),
    ({"title__contains": "War"}, "a"),  # in this case
    ({"title__contains": "none"}, ""),  # and not in the "(none)" of what is empty
    ({"date__contains": "-12-"}, "ac"),
    ({"source__not": "Wire", "words__gt": 2}, "de"),
]


@pytest.mark.parametrize(("conditions", "expected"), CONDITIONS)
def test_conditions(tokens, conditions, expected):
    if expected:
        assert "".join(tokens.where(**conditions).doc_ids) == expected
    else:
        with pytest.raises(ValueError, match=r"^no document with "):
            tokens.where(**conditions)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"date__since": "1990"}, "date__since='1990': no ending 'since': use ge, gt, le, lt, contains, in, not"),
        ({"outlet__ge": 1}, "no metadata column 'outlet': this corpus has doc_id, title, .*, edition, words"),
        ({"date__ge": "soon"}, "date__ge='soon' is no date: write it as 2024-06-22, 2024-06 or 2024"),
        ({"words__ge": "many"}, "words__ge='many' is no number: give one, such as 100"),
        ({"words__ge": True}, "words__ge=True is neither number nor text"),
        ({"words__ge": [1]}, r"words__ge=\[1\] is neither number nor text"),
        ({"source__ge": float("nan")}, "source__ge=nan is no number"),
        ({"source__ge": 3}, "source__ge=3: 'Daily' in that column is no number: correct it, or choose by a function"),
        ({"source__in": "Wire"}, r"source__in='Wire' is no list: write \['Wire'\]"),
        ({"title__contains": 3}, "title__contains=3 is no text: write it in quotes"),
    ],
)
def test_what_cannot_be_compared(tokens, conditions, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        tokens.where(**conditions)


def test_a_function_of_the_table(tokens):
    assert "".join(tokens.where(lambda d: d["n_chars"] > 22, source="Wire").doc_ids) == "c"
    assert "".join(tokens.where(lambda d: d["words"] >= 8).doc_ids) == "de"
    assert (
        "".join(tokens.where(lambda d: d.set_index("doc_id")["words"].sort_values(ascending=False) < 5).doc_ids) == "ab"
    )
    assert "words" not in tokens.corpus.documents
    with pytest.raises(ValueError, match=r"^no document with source='Wire', what the function asks for: compare"):
        tokens.where(lambda d: d["n_chars"] > 99, source="Wire")
    with pytest.raises(ValueError, match=r"^rows is a table of 2 dimensions: give one True or False for each of the 5"):
        tokens.where(lambda d: d[d["n_chars"] > 22])
    with pytest.raises(ValueError, match=r"^where\(\) of a Series: give a function, or name=value; subset\(\) takes"):
        tokens.where(tokens.groups("source") == "Wire")


def test_a_column_of_the_metadata_goes_over_what_its_name_would_mean(make_corpus):
    table = "file,words,edition__ge\na.txt,100,1\nb.txt,7,2\n"
    tokens = tokenize(make_corpus({"a.txt": "One.", "b.txt": "Two.", "metadata.csv": table}))
    assert tokens.where(words__lt=50).doc_ids.tolist() == ["b"]
    assert tokens.where(lambda d: d["words"] == "100").doc_ids.tolist() == ["a"]
    assert tokens.where(edition__ge="1").doc_ids.tolist() == ["a"]


def test_a_mask_is_no_list_of_positions(tokens):
    mask = tokens.groups("source") == "Wire"
    for rows in (mask, mask.to_numpy(), mask.sample(frac=1, random_state=0), np.array([1, 2])):
        assert "".join(tokens.subset(rows).doc_ids) == "bc"
        assert len(tokens.subset(rows)) == 10
    assert tokens.subset(mask | True) is tokens
    for rows in ([4, 3, 2, 1, 0], [0, 0, 1, 2, 3], [0, 1, 2, 3, 5]):  # as many as there are documents
        with pytest.raises(ValueError, match=r"^rows hold "):
            tokens.subset(rows)


def test_words_on_one_line_and_as_a_table(tokens):
    kind = type(tokens).__name__
    assert repr(tokens) == f"<{kind}: documents 5, words 30, types 2, sentences 15, scheme frequency>"
    page = replace(tokens, options={"scheme": "<b>"})._repr_html_()
    assert "<td>30</td>" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_one_document_by_its_name(tokens):
    chosen = tokens["c"]
    assert chosen.doc_ids.tolist() == ["c"]
    assert chosen.to_frame()["start"].tolist() == [0, 3, 11, 14, 22, 25]  # "It rained. " three times
    assert chosen.corpus.text("c") == "It rained. " * 3


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("f", KeyError, "no document 'f'. `corpus.documents.doc_id` lists all 5"),
        ("aa", KeyError, "no document 'aa'. Did you mean 'a'? `corpus.documents.doc_id` lists all 5"),
        (2, TypeError, "2 is no doc_id: subset() takes a mask or positions, documents() goes through all"),
        ([True] * 5, TypeError, "[True, True, True, True, True] is no doc_id: subset() takes a mask"),
    ],
)
def test_what_names_no_document(tokens, name, error, message):
    with pytest.raises(error) as told:
        tokens[name]
    assert told.value.args[0].startswith(message)


def test_words_are_gone_through_by_document_and_by_nothing_else(tokens):
    found = list(tokens.documents())
    assert [(doc_id, len(words)) for doc_id, words in found] == [("a", 2), ("b", 4), ("c", 6), ("d", 8), ("e", 10)]
    for doc_id, words in found:
        pd.testing.assert_frame_equal(words.to_frame(), tokens[doc_id].to_frame())
        assert words.corpus.documents["title"].tolist() == tokens[doc_id].corpus.documents["title"].tolist()
        assert words.corpus.segments["doc_id"].tolist() == [doc_id]
        assert words.sentence_segment.tolist() == [0] * words.n_sentences
    assert [doc_id for doc_id, _ in tokens.where(words__in=[2, 8]).documents()] == ["a", "d"]
    with pytest.raises(TypeError, match="0 is no doc_id"):
        list(tokens)


def test_groups_one_after_the_other_by_name(tokens):
    found = {name: "".join(words.doc_ids) for name, words in tokens.group_by("source")}
    assert list(found.items()) == [("(none)", "d"), ("Daily", "a"), ("Radio", "e"), ("Wire", "bc")]
    pd.testing.assert_frame_equal(dict(tokens.group_by("source"))["Wire"].to_frame(), tokens.subset([1, 2]).to_frame())
    with pytest.raises(ValueError, match=r"^no metadata column 'outlet'"):
        tokens.group_by("outlet")


def test_a_sample_is_of_whole_documents_each_drawn_as_often_as_any_other(tokens):
    assert "".join(tokens.sample(3).doc_ids) == "".join(tokens.sample(3, seed=0).doc_ids)
    drawn = ["".join(tokens.sample(3, seed=seed).doc_ids) for seed in range(200)]
    assert len(set(drawn)) == 10  # of five documents, three at a time
    assert all(list(names) == sorted(set(names)) for names in drawn)
    often = [sum(name in names for names in drawn) for name in "abcde"]
    assert all(abs(times - 120) < 4 * 7 for times in often), often  # 200 x 3/5, with a deviation of 6.9
    assert tokens.sample(5) is tokens
    for n in (0, 6, 2.5):
        with pytest.raises(ValueError, match=rf"^a sample of {n} documents: give a whole number from 1 to 5$"):
            tokens.sample(n)
