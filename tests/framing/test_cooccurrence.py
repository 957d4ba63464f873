"""What stands together with a frame."""

from itertools import chain, pairwise
from math import comb, log2

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.framing.cooccurrence import cooccurrence, frame_words
from analysis.text.corpus import read_texts
from analysis.text.parted import Parted, names, parts, sentence_counts

FRAMES = """\
  war: {definition: A fight., terms: [war, "war on terror"], excludes: ["trade war"]}
  law: {definition: Courts., terms: [court*]}
  aid: {definition: Help., terms: [aid]}
"""


TEXT = "The war came to court. A war. A war. The courts sat.\n\nIt rained. It rained. War and war. Aid came."


def test_by_sentence(lexicon):
    table = cooccurrence(tokenize(read_text(TEXT)), lexicon)
    assert table[["frame_a", "frame_b", "both", "a", "b", "units"]].to_numpy().tolist() == [
        ["war", "law", 1, 4, 2, 8],  # war twice in one sentence is one sentence
        ["war", "aid", 0, 4, 1, 8],
        ["law", "aid", 0, 2, 1, 8],
    ]
    assert table["expected"].tolist() == [1, 0.5, 0.25]
    assert table["ppmi"].tolist() == [0, 0, 0]
    # of the 28 places of two courts among eight sentences: 6 without a war, 16 with one, 6 with two
    assert table["p"].tolist() == pytest.approx([1, 1, 1])


def test_by_paragraph_and_document(make_corpus, lexicon):
    texts = ["The war. The court.\n\nIt rained."] * 3 + ["It rained."] * 10 + ["A war."]
    tokens = tokenize(make_corpus({f"{n}.txt": text for n, text in enumerate(texts)}))
    by_document = cooccurrence(tokens, lexicon, unit="document").loc[0]
    assert by_document[["both", "a", "b", "units"]].tolist() == [3, 4, 3, 14]
    assert by_document["ppmi"] == pytest.approx(log2(3 * 14 / (4 * 3)))
    assert by_document["p"] == pytest.approx(comb(4, 3) / comb(14, 3))  # all three courts among the four wars
    assert by_document["q"] == pytest.approx(3 * by_document["p"])
    by_paragraph = cooccurrence(tokens, lexicon, unit="paragraph").loc[0]
    assert by_paragraph[["both", "a", "b", "units"]].tolist() == [3, 4, 3, 17]
    assert by_paragraph["q"] == pytest.approx(3 * 4 / 680)
    assert by_paragraph["direction"] == "together"
    assert cooccurrence(tokens, lexicon).loc[0, "both"] == 0


def test_an_unknown_unit(lexicon):
    with pytest.raises(ValueError, match="unknown unit 'page': use 'sentence', 'paragraph', 'document'"):
        cooccurrence(tokenize(read_text(TEXT)), lexicon, unit="page")


def test_nothing_together(lexicon):
    table = cooccurrence(tokenize(read_text("© 2024 The Daily")), lexicon)
    assert table[["both", "units", "ppmi"]].to_numpy().tolist() == [[0, 0, 0]] * 3


def spoken(tokens):
    words = tokens.vocabulary[tokens.ids]
    return [words[left:right].tolist() for left, right in pairwise(tokens.sentence_offsets)]


def test_the_words_around_a_frame(make_corpus, lexicon):
    files = {"a.txt": "They call the war on terror a war of words. War! It rained.", "b.txt": "A trade war at court."}
    tokens = tokenize(make_corpus(files))
    own, others = frame_words(tokens, lexicon, "war")
    assert spoken(own) == [["they", "call", "the"], ["a"], ["of", "words"]]  # "War!" is all match
    assert spoken(others) == [["it", "rained"], ["a", "trade", "war", "at", "court"]]
    assert own.corpus.texts[0][own.start[1] : own.end[2]] == "call the"
    assert [(others.sentence_start[0], others.sentence_end[0])] == [(49, 58)]  # "It rained"
    assert own.document_offsets.tolist() == [0, 6, 6]
    assert others.document_offsets.tolist() == [0, 2, 7]
    assert others.sentence_document.tolist() == [0, 1]
    assert own.document_term_matrix()[0].sum() == 6


def test_both_sides_have_all_words_that_did_not_match(sample_tokens, lexicon):
    own, others = frame_words(sample_tokens, lexicon, "law")
    words = sample_tokens.vocabulary[sample_tokens.ids].tolist()
    courts = sum(word.startswith("court") for word in words)
    assert len(own) + len(others) == len(words) - courts
    assert courts > 5
    assert not any(word.startswith("court") for side in (own, others) for word in side.vocabulary[side.ids])


@pytest.mark.parametrize(
    ("text", "frame", "message"),
    [
        ("A war.", "peace", "no frame 'peace' in lexicon 'test': it has war, law, aid"),
        ("A court.", "war", "no other word stands in a sentence with frame 'war'"),
        ("War.", "war", "no other word stands in a sentence with frame 'war'"),
        ("A war.", "war", "no word stands in a sentence without frame 'war'"),
    ],
)
def test_no_words_to_compare(text, frame, message, lexicon):
    with pytest.raises(ValueError, match=message):
        frame_words(tokenize(read_text(text)), lexicon, frame)


def test_sides_in_parts_have_the_words_of_the_whole(cut):
    frame = cut.lexicon.frames["frame"].iloc[0]
    for whole, own in zip(*(frame_words(tokens, cut.lexicon, frame) for tokens in (cut.whole, cut.parts)), strict=True):
        chosen = np.arange(1, whole.n_documents, 2)
        for one, other in ((whole, own), (whole.subset(chosen), own.subset(chosen))):
            assert isinstance(other, Parted)
            assert other.document_offsets.tolist() == one.document_offsets.tolist()
            assert sentence_counts(other).tolist() == sentence_counts(one).tolist()
            words, spans, ends, sizes = [], [], [], []
            for part in parts(other):
                words += names(other, part.types[part.tokens.ids]).tolist()
                spans += part.tokens.start.tolist()
                ends += part.tokens.sentence_end.tolist()
                sizes += np.diff(part.tokens.sentence_offsets).tolist()
            assert words == one.vocabulary[one.ids].tolist()
            assert spans == one.start.tolist()
            assert ends == one.sentence_end.tolist()
            assert sizes == np.diff(one.sentence_offsets).tolist()


def test_a_side_may_be_made_of_a_side(cut):
    names_of = cut.lexicon.frames["frame"].tolist()
    rest = [frame_words(tokens, cut.lexicon, names_of[0])[1] for tokens in (cut.whole, cut.parts)]
    inner = [frame_words(tokens, cut.lexicon, names_of[1])[0] for tokens in rest]
    assert len(inner[0])
    found = [names(inner[1], part.types[part.tokens.ids]).tolist() for part in parts(inner[1])]
    assert list(chain.from_iterable(found)) == inner[0].vocabulary[inner[0].ids].tolist()


def test_a_side_without_words_in_parts(in_parts, lexicon):
    cut = in_parts(tokenize(read_texts(["War.", "War war."])), 1)
    with pytest.raises(ValueError, match="no other word stands in a sentence with frame 'war'"):
        frame_words(cut, lexicon, "war")
    with pytest.raises(ValueError, match="no word stands in a sentence without frame 'war'"):
        frame_words(in_parts(tokenize(read_texts(["A war.", "War."])), 1), lexicon, "war")
