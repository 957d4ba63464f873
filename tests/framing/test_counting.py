"""What each pattern counts, and which take too much."""

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.framing import counting
from analysis.framing.counting import count, fit, kept_shards, term_counts
from analysis.framing.frames import matches
from analysis.framing.lexicon import read_lexicon

FRAMES = """\
  war:
    definition: A fight.
    terms: [war*, "war on terror", {pattern: root* out, weight: 0.5}]
    excludes: ["trade war"]
  law:
    definition: Courts.
    terms: [{pattern: court, weight: 2}, judge]
"""


def test_terms_and_excludes(make_corpus, lexicon):
    files = {"a.txt": "War, wars, a war on terror. A trade war.", "b.txt": "A court and war. They root it out."}
    tokens = tokenize(make_corpus(files))  # 9 + 8 words
    table = term_counts(tokens, lexicon)
    assert table[["frame", "pattern", "weight", "hits", "documents", "types"]].to_numpy().tolist() == [
        ["war", "war*", 1, 3, 2, 2],  # war and wars, not those in longer matches
        ["war", "trade war", 0, 1, 1, 1],
        ["war", "war on terror", 1, 1, 1, 1],
        ["law", "court", 2, 1, 1, 1],
        ["war", "root* out", 0.5, 0, 0, 1],
        ["law", "judge", 1, 0, 0, 0],
    ]
    assert table["frame_share"].tolist() == pytest.approx([3 / 4, np.nan, 1 / 4, 1, 0, 0], nan_ok=True)
    assert table["word_share"].tolist() == pytest.approx([3 / 17, 2 / 17, 3 / 17, 1 / 17, 0, 0])
    assert not table["greedy"].any()  # a share of 3 in 17, but three hits only
    nothing = term_counts(tokenize(read_text("© 2024 The Daily")), lexicon)
    assert nothing[["hits", "documents", "word_share", "types"]].to_numpy().tolist() == [[0, 0, 0, 0]] * 6


def test_patterns_that_take_what_they_meet(make_lexicon):
    lexicon = make_lexicon("  one: {definition: d, terms: ['a*', 'b* *1', the, of, b1], excludes: ['*z']}")
    # 60 words with an a, 51 with a b in front of a c1, 10 of "the" and 9 of "of", 52 with a z at the end
    words = [f"a{n}" for n in range(60)] + [f"b{n} c1" for n in range(51)] + ["the"] * 10 + ["of"] * 9
    table = term_counts(tokenize(read_text(" ".join(words + [f"{n}z" for n in range(52)]))), lexicon)
    greedy = dict(zip(table["pattern"], table["greedy"], strict=True))
    # "b* *1": b* fits 51 types, but *1 only eleven or so; it has 102 of 233 words
    assert greedy == {"a*": True, "b* *1": True, "the": True, "of": False, "b1": False, "*z": True}
    types = dict(zip(table["pattern"], table["types"], strict=True))
    assert types["a*"] == 60
    assert types["*z"] == 52
    assert types["b* *1"] == sum(word[-1] == "1" for word in {*" ".join(words).split()})


def test_a_wildcard_for_many_words_is_greedy_however_rare_they_are():
    words = [f"a{n}" for n in range(51)] + [f"b{n}" for n in range(50)] + ["x"] * 5000
    table = term_counts(tokenize(read_text(" ".join(words))), read_lexicon({"one": ["a*", "b*"]}))
    assert table[["pattern", "types", "greedy"]].to_numpy().tolist() == [["a*", 51, True], ["b*", 50, False]]


def test_counts_of_sentences(lexicon):
    tokens = tokenize(read_text("They root it out in court. No. Wars."))
    counted = count(tokens, lexicon)
    assert counted.words.tolist() == [6, 1, 1]
    assert counted.hits.toarray().tolist() == [[0, 1], [0, 0], [1, 0]]
    assert counted.scores.toarray().tolist() == [[0, 2], [0, 0], [1, 0]]
    half = count(tokens, lexicon, np.array([1, 1, 1, 1, 1, 0.25, 1, 0.5]))
    assert half.words.tolist() == [5.25, 1, 0.5]
    assert half.scores.toarray().tolist() == [[0, 0.5], [0, 0], [0.5, 0]]


def test_counts_are_the_matches(sample_tokens, lexicon):
    found = matches(sample_tokens, lexicon)
    table = term_counts(sample_tokens, lexicon)
    terms = table[(table["weight"] > 0) & (table["hits"] > 0)].set_index("pattern")["hits"]
    assert terms.to_dict() == found["pattern"].value_counts().to_dict()
    scores = count(sample_tokens, lexicon).scores.sum(axis=0)
    assert scores.tolist() == [found.loc[found["frame"] == frame, "weight"].sum() for frame in ("war", "law")]


def test_a_lexicon_is_looked_for_once(cut, monkeypatch):
    monkeypatch.setattr(counting, "_searches", [])
    asked = []
    monkeypatch.setattr(
        counting, "find", lambda *given, find=counting.find, **known: (asked.append(1), find(*given, **known))[1]
    )
    many = [len(list(kept_shards(cut.shards, cut.lexicon))) for _ in range(3)]
    assert len(asked) == many[0]
    other = cut.shards.subset(range(1, cut.shards.n_documents))
    assert len(list(kept_shards(other, cut.lexicon))) == len(asked) - many[0]


OTHERS = ", ".join(f"absent{n}" for n in range(99))


@pytest.mark.parametrize(
    ("said", "terms", "verdict"),
    [
        ("The war went on. " * 9 + "It rained. " * 21, f"war, {OTHERS}", "good"),  # 3 of 10 sentences, 9 of 78 words
        ("The war went on. " * 8 + "It rained. " * 22, f"war, {OTHERS}", "poor"),  # too few of the sentences
        ("The war went on. " + "It rained. " * 19, f"war, {OTHERS}", "poor"),  # 1 of 20
        ("The war went on. " + "It rained. " * 20, f"war, {OTHERS}", "none"),  # less
        ("War was " + "far away " * 50, f"war, {OTHERS}", "none"),  # a sentence, but less than 1 of 100 words
        ("The war went on. " * 50, f"war, {OTHERS}", "poor"),  # fifty hits of one term
        ("The war went on. " + "It rained. " * 50, "war", "good"),  # a short list is meant to meet little
        ("It rained.", "war", "none"),
    ],
)
def test_a_lexicon_fits_where_it_meets_much(said, terms, verdict):
    assert fit(tokenize(read_text(said)), read_lexicon({"war": terms.split(", ")})).verdict == verdict


def test_the_shares_of_a_fit():
    lexicon = read_lexicon({"war": "war a* b* c* d* e* f*".split()})
    found = fit(tokenize(read_text("War war. Ants, bees, cats, dogs, eels, flies. It rained.")), lexicon)
    assert found[1:] == pytest.approx((2 / 3, 8 / 10, 6 / 8))  # war twice and four more
