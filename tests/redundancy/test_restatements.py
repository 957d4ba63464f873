"""Restatements: features worked out by hand, the labelled pairs beside the repository, and what is left out and why."""

import csv
import math
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Tokens, read_text, tokenize
from analysis.core.paths import ROOT
from analysis.redundancy import restatements as module
from analysis.redundancy.restatements import restatements, same_meaning
from analysis.text.corpus import read_texts
from analysis.text.embeddings import available, embed, means

pytestmark = pytest.mark.skipif(not available(), reason="the extra 'embeddings' (wordllama) is not installed")

MSR = ROOT.parent / "shared" / "data" / "msr"

RESIGNED = "The minister resigned on Monday after the vote."
STEPPED_DOWN = "After the vote on Monday the minister stepped down."
RAIN = "It rained all day in the hills of the north."


def features(a: str, b: str) -> pd.Series:
    return module._features([a, b], embed([a, b]), np.array([0]), np.array([1])).iloc[0]


def test_features_by_hand() -> None:
    found = features("Police killed 12 men in Lahore on Friday.", "Police did not kill 15 men in Lahore.")
    # Words {police killed 12 men in lahore on friday} and {police did not kill 15 men in lahore}: 4 of 8 in common,
    # all in order; runs of three: 6 and 6, "men in lahore" in both.
    assert found["overlap"] == 4 / 8
    assert found["order"] == 4 / 8
    assert found["runs"] == pytest.approx(2 * 1 / (6 + 6))
    assert found["numbers"] == 1  # 12 on one side, 15 on the other
    assert found["clash"]
    assert found["negation"] == 1
    assert found["longer"] == 0
    a, b = embed(["Police killed 12 men in Lahore on Friday.", "Police did not kill 15 men in Lahore."])
    assert found["cosine"] == pytest.approx(float(a @ b), abs=1e-6)
    rests = [means(["killed", "12", "on", "friday"]).sum(axis=0), means(["did", "not", "kill", "15"]).sum(axis=0)]
    cosine = rests[0] @ rests[1] / np.linalg.norm(rests[0]) / np.linalg.norm(rests[1])
    assert found["rest"] == pytest.approx(float(cosine), abs=1e-5)


def test_nothing_is_left_of_equal_words_and_half_is_said_where_one_side_has_a_rest() -> None:
    assert features(RESIGNED, RESIGNED)["rest"] == 1
    assert features(RESIGNED, RESIGNED[:-1] + " of May.")["rest"] == 0.5


@pytest.mark.parametrize(("a", "b", "length"), [("abcbdab", "bdcaba", 4), ("", "ab", 0), ("aaa", "aa", 2)])
def test_longest_common_subsequence(a: str, b: str, length: int) -> None:
    """BCBA is the example of Cormen and others, Introduction to Algorithms."""
    assert module._in_order([*map(ord, a)], [*map(ord, b)]) == length


def test_a_score_is_the_weighted_sum_of_the_features() -> None:
    found = features(RESIGNED, STEPPED_DOWN)
    total = module.INTERCEPT + sum(module.FEATURES[name] * found[name] for name in module.FEATURES)
    assert same_meaning([RESIGNED], [STEPPED_DOWN])[0] == pytest.approx(1 / (1 + np.exp(-float(total))), abs=1e-6)


def test_scores_order_pairs_and_do_not_depend_on_the_side_or_the_others() -> None:
    same, other, denied = "", RAIN, "The minister did not resign on Monday after the vote."
    scores = same_meaning([RESIGNED] * 4, [RESIGNED, STEPPED_DOWN, denied, other])
    assert scores[0] > 0.99 > scores[1] > 0.5 > scores[3]
    assert scores[2] < scores[0]
    assert scores.tolist() == same_meaning([RESIGNED, STEPPED_DOWN, denied, other], [RESIGNED] * 4).tolist()
    assert same_meaning([RESIGNED], [STEPPED_DOWN])[0] == scores[1]
    assert same_meaning([same, same], [same, RESIGNED]).tolist() == [0, 0]
    assert len(same_meaning([], [])) == 0


@cache
def labelled(part: str) -> pd.DataFrame:
    path: Path = MSR / f"msr-para-{part}.tsv"
    return pd.read_csv(path, sep="\t", quoting=csv.QUOTE_NONE, encoding="utf-8-sig")


@pytest.mark.slow
@pytest.mark.skipif(not MSR.is_dir(), reason="the labelled pairs beside the repository (shared/data/msr) are not there")
def test_labelled_pairs() -> None:
    """On the validation pairs, which had no part in the fit: accuracy .770, AUC .820."""
    pairs = labelled("val")
    score, label = same_meaning(pairs["#1 String"].tolist(), pairs["#2 String"].tolist()), pairs["Quality"].to_numpy()
    assert ((score >= 0.5) == label).mean() >= 0.765
    order = pd.Series(score).rank().to_numpy()
    yes, no = label.sum(), (1 - label).sum()
    assert (order[label == 1].sum() - yes * (yes + 1) / 2) / (yes * no) >= 0.815  # Mann and Whitney's U / pairs = AUC


@pytest.mark.slow
@pytest.mark.skipif(not MSR.is_dir(), reason="the labelled pairs beside the repository (shared/data/msr) are not there")
def test_weights_are_those_of_the_fit() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    pairs = labelled("train")
    texts = [*pairs["#1 String"], *pairs["#2 String"]]
    places = np.arange(len(pairs))
    table = module._features(texts, embed(texts), places, places + len(pairs))[list(module.FEATURES)]
    scaled = (table - table.mean()) / table.std(ddof=0)
    fit = linear_model.LogisticRegression(C=1.0, max_iter=2000).fit(scaled, pairs["Quality"])
    weights = fit.coef_[0] / table.std(ddof=0)
    assert weights.to_numpy() == pytest.approx(list(module.FEATURES.values()), rel=0.01, abs=0.005)
    assert fit.intercept_[0] - (weights * table.mean()).sum() == pytest.approx(module.INTERCEPT, abs=0.01)


def corpus(*texts: str) -> Tokens:
    return tokenize(read_texts(texts))


FILLER = [
    "Wheat prices fell in the south.",
    "The river is high this spring.",
    "Nine schools will open next year.",
    "A train was late for the third time.",
]


def test_a_pair_with_its_places() -> None:
    tokens = corpus(f"{FILLER[0]} {RESIGNED}", f"{FILLER[1]} {FILLER[2]}", f"{STEPPED_DOWN} {FILLER[3]}")
    found = restatements(tokens)
    assert found.drop(columns="similarity").to_numpy().tolist() == [["0", 32, 79, "2", 0, 51]]
    assert found["similarity"].tolist() == same_meaning([RESIGNED], [STEPPED_DOWN]).tolist()
    assert restatements(tokens, threshold=1.0).empty


def test_what_stands_again_in_the_same_words_is_left_out_and_compared_once() -> None:
    edited = "The minister resigned on Tuesday after this vote."  # 6 of the 9 different words in common
    tokens = corpus(RESIGNED, RESIGNED, STEPPED_DOWN, *FILLER)
    assert restatements(tokens)[["a_doc", "b_doc"]].to_numpy().tolist() == [["0", "2"]]
    assert restatements(corpus(RESIGNED, RESIGNED.upper(), *FILLER)).empty
    shuffled = "After the vote the minister resigned on Monday."
    assert restatements(corpus(RESIGNED, shuffled, *FILLER)).empty  # the same seven words
    assert len(restatements(corpus(RESIGNED, edited, *FILLER))) == 1


def test_numbers_that_clash_and_words_of_every_unit_are_no_restatement() -> None:
    a, b = "Police killed 12 men in Lahore on Friday.", "Late on Friday 15 men were killed in Lahore, police say."
    assert restatements(corpus(a, b, *FILLER)).empty
    assert len(restatements(corpus(a, b.replace("15", "12"), *FILLER))) == 1
    # What all have in common tells nothing: here each unit is about the same resignation.
    many = [f"{name} said the minister resigned on Monday after the vote." for name in "Ayub Bilal Dawud Farid".split()]
    assert restatements(corpus(*many), threshold=0.01).empty


def test_units() -> None:
    paragraphs = [f"{FILLER[0]} {FILLER[1]}", f"{RESIGNED} We left.", FILLER[2], FILLER[3], f"{STEPPED_DOWN} Why?"]
    tokens = tokenize(read_text("\n\n".join(paragraphs)))
    text = tokens.corpus.texts[0]
    for unit, a, b in (("sentence", RESIGNED, STEPPED_DOWN), ("paragraph", paragraphs[1], paragraphs[4])):
        found = restatements(tokens, unit=unit, threshold=0.01)
        spans = found[["a_start", "a_end", "b_start", "b_end"]].to_numpy().tolist()
        assert spans == [[text.index(a), text.index(a) + len(a), text.index(b), text.index(b) + len(b)]]
    assert restatements(tokenize(read_text("War. We left."))).empty


def test_equals_a_loop_over_the_rules(sample_tokens: Tokens) -> None:
    """Every pair of English sentences against every rule, one after the other."""
    corpus, places, seen = sample_tokens.corpus, [], set()
    english = (corpus.documents["language"] == "en").to_numpy()
    for row, document in enumerate(sample_tokens.sentence_document.tolist()):
        words = tuple(
            sample_tokens.vocabulary[sample_tokens.ids[slice(*sample_tokens.sentence_offsets[row : row + 2])]]
        )
        if english[document] and len(words) >= 5 and words not in seen:
            span = int(sample_tokens.sentence_start[row]), int(sample_tokens.sentence_end[row])
            places.append((document, *span, corpus.texts[document][slice(*span)], set(words)))
            seen.add(words)
    n = len(places)
    stems = [{word[:6] for word in place[4]} for place in places]
    times = Counter(stem for own in stems for stem in own)
    tells = {stem: 0 if k > max(20, n / 10) else math.log(n / k) for stem, k in times.items()}
    total = [sum(tells[stem] for stem in own) for own in stems]
    expected = []
    for i, j in combinations(range(n), 2):
        shared = sum(tells[stem] for stem in stems[i] & stems[j])
        if shared < 2 * math.log(n) or shared < 0.4 * max(total[i], total[j]):
            continue
        (first, a_start, a_end, a, x), (second, b_start, b_end, b, y) = places[i], places[j]
        numbers = [{word for word in words if any(map(str.isdigit, word))} for words in (x, y)]
        cosine = float(np.prod(embed([a, b]).astype(float), axis=0).sum())
        clash = numbers[0] - numbers[1] and numbers[1] - numbers[0]
        if len(x & y) / len(x | y) < 0.8 and cosine >= 0.5 and not clash:
            names = sample_tokens.doc_ids[[first, second]]
            expected.append((names[0], a_start, a_end, names[1], b_start, b_end, same_meaning([a], [b])[0]))
    found = restatements(sample_tokens, threshold=0.001)
    assert len(expected) > 30
    assert list(found.itertuples(index=False, name=None)) == expected


def test_blocks_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch, sample_tokens: Tokens) -> None:
    whole = restatements(sample_tokens)
    assert len(whole) > 20
    assert (whole["similarity"] >= 0.3).all()
    order = {doc_id: row for row, doc_id in enumerate(sample_tokens.doc_ids)}
    rows = [(order[r.a_doc], r.a_start, order[r.b_doc], r.b_start) for r in whole.itertuples()]
    assert rows == sorted(rows)
    assert all(row[:2] < row[2:] for row in rows)
    monkeypatch.setattr(module, "BLOCK", 7)
    pd.testing.assert_frame_equal(restatements(sample_tokens), whole)


def test_two_rare_words_may_be_shared_by_chance_and_three_may_not() -> None:
    """Of 100 units each rare word tells log(100 / 2) = 3.9: twice that is below 2 log 100 = 9.2, three times above."""
    others = [" ".join(f"word{number}x{k}" for k in range(5)) for number in range(98)]
    for shared, pairs in (("alpha beta", 0), ("alpha beta gamma", 1)):
        tokens = corpus(f"{shared} one", f"{shared} two", *others)
        assert len(module._candidates(tokens, tokens.sentence_offsets, np.arange(100))[0]) == pairs


def test_only_english_is_compared(sample_tokens: Tokens) -> None:
    languages = sample_tokens.corpus.documents.set_index("doc_id")["language"]
    assert set(languages) == {"en", "ur"}
    found = restatements(sample_tokens, threshold=0.01)
    assert set(languages[found["a_doc"]]) | set(languages[found["b_doc"]]) == {"en"}
    mixed = corpus(RESIGNED, STEPPED_DOWN, *FILLER)
    assert len(restatements(mixed)) == 1
    mixed.corpus.documents.loc[1, "language"] = "fr"
    assert restatements(mixed).empty
    with pytest.raises(ValueError, match="the documents are in ur: restatements are found in 'en'"):
        restatements(sample_tokens.where(language="ur"))


def test_a_corpus_in_shards(sample_tokens, sample_shards) -> None:
    pytest.importorskip("wordllama")
    pd.testing.assert_frame_equal(restatements(sample_shards), restatements(sample_tokens), check_exact=True)


def test_mistakes(monkeypatch: pytest.MonkeyPatch, sample_tokens) -> None:
    for threshold in (0, 1.01, float("nan")):
        with pytest.raises(ValueError, match="use a share above 0 and at most 1"):
            restatements(corpus(RAIN), threshold=threshold)
    with pytest.raises(ValueError, match="unknown unit 'word'"):
        restatements(corpus(RAIN), unit="word")
    with pytest.raises(ValueError, match="2 texts and 1 to compare"):
        same_meaning([RAIN, RAIN], [RAIN])
    monkeypatch.setattr(module, "MOST", 599)
    with pytest.raises(ValueError, match="600 sentences are too many to compare each with all: 599 can be"):
        restatements(sample_tokens)
