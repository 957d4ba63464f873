"""Frames compared: headlines with texts, groups with the others."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.intervals import rate_intervals
from analysis.framing import contrasts
from analysis.framing.contrasts import headline_body, shifts

FRAMES = """\
  war: {definition: A fight., terms: [war, {pattern: fight*, weight: 0.5}]}
  law: {definition: Courts., terms: [court*]}
"""


NEWS = {
    "a.txt": "War At Last\n\nIt rained all day. The court met at noon. They fight.",  # 3 words; 4, 5 and 2
    "b.txt": "War Ends\n\nThe court met. It was a war.",  # 2; 3 and 4
    "c.txt": "It was a war, and it rained all day long, they said, in the whole of the country.",  # no headline
}


@pytest.fixture
def news(make_corpus):
    return tokenize(make_corpus(NEWS))


def test_headlines_and_bodies(news, lexicon):
    table = headline_body(news, lexicon)
    assert table["documents"].tolist() == [2, 2]
    assert table[["headline_hits", "headline_words", "body_hits", "body_words"]].to_numpy().tolist() == [
        [2, 5, 2, 18],  # War, War; fight, war
        [0, 5, 2, 18],
    ]
    assert table["gap"].tolist() == pytest.approx([1000 * (2 / 5 - 2 / 18), -1000 * 2 / 18])
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of two documents


def test_the_interval_of_a_gap_is_that_of_two_rates_that_go_together(make_corpus, lexicon):
    heads, bodies = [(1, 3), (0, 2), (2, 4), (1, 5), (0, 3)], [(1, 8), (0, 6), (3, 9), (0, 7), (2, 10)]  # war, words
    texts = [" ".join(["War"] * n + ["day"] * (size - n)) for n, size in (*heads, *bodies)]
    files = {f"{row}.txt": f"{texts[row].title()}\n\n{texts[row + 5].capitalize()}." for row in range(5)}
    table = headline_body(tokenize(make_corpus(files)), lexicon)
    (x, w), (y, v) = (np.array(side, dtype=float).T for side in (heads, bodies))
    assert table.loc[0, ["headline_hits", "headline_words", "body_hits", "body_words"]].tolist() == [4, 17, 6, 40]
    left, right = x - 4 / 17 * w, y - 6 / 40 * v
    r = left @ right / np.sqrt(left @ left * (right @ right))
    (low, high), (low_b, high_b) = (rate_intervals(n[:, None], size) for n, size in ((x, w), (y, v)))
    down, up = (4 / 17 - low[0], high_b[0] - 6 / 40), (high[0] - 4 / 17, 6 / 40 - low_b[0])
    reach = [1000 * np.sqrt(a**2 + b**2 - 2 * r * a * b) for a, b in (down, up)]
    gap = 1000 * (4 / 17 - 6 / 40)
    assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([gap - reach[0], gap + reach[1]])


def test_the_chance_of_a_gap_between_headline_and_body(news, lexicon):
    """All choices of three words in a row of a, and of two of b, against the random ones."""
    one, two = "w....." + "..l..." + ".w", "w." + ".l." + "...w"  # war and law among the words of a and b
    gaps = []
    for left in range(len(one) - 2):
        for right in range(len(two) - 1):
            chosen = one[left : left + 3] + two[right : right + 2]
            head = np.array([chosen.count(kind) for kind in "wl"])
            whole = np.array([(one + two).count(kind) for kind in "wl"])
            gaps.append(head / 5 - (whole - head) / 18)
    apart = np.abs(gaps)
    expected = (apart >= apart[0] - 1e-12).mean(axis=0)
    assert 0 < expected[0] < expected[1] == 1
    table = headline_body(news, lexicon, permutations=20000)
    assert table["p"].tolist() == pytest.approx(expected, abs=0.01)
    assert headline_body(news, lexicon, permutations=0)["p"].isna().all()


def test_of_many_documents_fewer_headlines_are_drawn(news, lexicon, monkeypatch):
    for draws, permutations in ((2 * 1200, 1200), (1, 999)):  # of two documents
        monkeypatch.setattr(contrasts, "DRAWS", draws)
        p = headline_body(news, lexicon, permutations=5000)["p"][0] * (permutations + 1)
        assert p == pytest.approx(round(p))


def test_copies_are_no_further_witnesses(make_corpus, lexicon):
    copies = {f"{n}{name}": text for n in range(3) for name, text in NEWS.items()}
    retitled = {"4.txt": "War Once More\n\n" + NEWS["a.txt"].partition("\n\n")[2]}  # nothing below it is new
    many = tokenize(make_corpus(copies | retitled))
    once = many.where(doc_id__in=["0a", "0b", "0c"])
    tables = [headline_body(tokens, lexicon, permutations=99) for tokens in (once, many)]
    assert tables[0]["documents"].tolist() == [2, 2]
    pd.testing.assert_frame_equal(*tables)


def test_headlines_that_are_words_of_the_text_speak_of_nothing_more(sample_tokens, security):
    """Titles are other words in a row of their texts: of 20 such times a q up to .05 is to be 1."""
    random, found = np.random.default_rng(3), 0
    titles = (sample_tokens.corpus.segments["kind"] == "title").to_numpy()[sample_tokens.sentence_segment]
    size = np.bincount(sample_tokens.sentence_document[titles], np.diff(sample_tokens.sentence_offsets)[titles])
    for _ in range(20):
        ids = sample_tokens.ids.copy()
        spans = zip(
            sample_tokens.document_offsets[:-1], sample_tokens.document_offsets[1:], size.astype(int), strict=True
        )
        for first, stop, words in spans:
            place = random.integers(first + words, stop - words + 1)
            ids[first : first + words] = sample_tokens.ids[place : place + words]
        made = headline_body(replace(sample_tokens, ids=ids), security, permutations=499)
        found += bool((made["q"] <= 0.05).any())
    assert found <= 3


def test_what_has_no_headline_has_no_gap(news, lexicon):
    for tokens in (news.where(doc_id="c"), tokenize(read_text("© 2024 The Daily"))):
        with pytest.raises(ValueError, match="no document has a headline and a text below it"):
            headline_body(tokens, lexicon)


def test_headlines_that_speak_of_a_frame_are_found(make_corpus, lexicon):
    days = "sun rain snow wind frost hail fog mist storm".split()
    files = {
        f"{n}.txt": f"War Number {n}\n\n{' '.join(f'It was {day} on {n}.' for day in days)} Court {n} met."
        for n in range(8)
    }
    table = headline_body(tokenize(make_corpus(files)), lexicon)
    assert table["direction"].tolist() == ["headline", "unclear"]
    assert table.loc[0, "q"] < 0.001  # the first of some forty words, eight times
    assert table.loc[1, "ci_high"] > 0  # no headline has it, in 24 words: one more might have


FILES = {
    "a.txt": "War is war. It rained.",  # 5 words, 2 of war
    "b.txt": "The war ended. It was late.",  # 6, 1
    "c.txt": "The court met. It snowed again.",  # 6, 0; 1 of law
    "d.txt": "It rained. The court sat.",  # 5, 0; 1
    "e.txt": "It rained. They fight.",  # 4, 1; 0
    "metadata.csv": "file,source\na,Daily\nb,Daily\nc,Wire\nd,Wire\ne,Radio\n",
}


def test_shifts(tokens, lexicon):
    table = shifts(tokens, lexicon, "source").set_index(["source", "frame"])
    assert table.index.tolist() == [(group, frame) for group in ("Daily", "Radio", "Wire") for frame in ("war", "law")]
    daily = table.loc[("Daily", "war")]
    assert daily[["documents", "hits", "words"]].tolist() == [2, 3, 11]
    assert daily["difference"] == pytest.approx(1000 * (3 / 11 - 1 / 15))
    assert daily["ratio"] == pytest.approx((3 / 11) / (1 / 15))
    assert table.loc[("Daily", "law"), "ratio"] == 0
    assert table.loc[("Wire", "law"), "ratio"] == np.inf
    # one document has no interval and no test, in a group or among the others
    assert table.loc["Radio", ["ci_low", "ci_high", "p", "q"]].isna().all(axis=None)
    assert (table.loc["Radio", "direction"] == "unclear").all()


def test_the_chance_of_a_shift_is_that_of_all_divisions(tokens, lexicon):
    counts = np.array([(2, 5), (1, 6), (0, 6), (0, 5), (1, 4)])  # war and words
    apart = {}
    for own in combinations(range(5), 2):
        inside = np.isin(range(5), own)
        (hits, words), (others, other_words) = counts[inside].sum(axis=0), counts[~inside].sum(axis=0)
        apart[own] = abs(hits / words - others / other_words)
    expected = np.mean([value >= apart[0, 1] - 1e-12 for value in apart.values()])
    table = shifts(tokens, lexicon, "source", permutations=20000).set_index(["source", "frame"])
    assert table.loc[("Daily", "war"), "p"] == pytest.approx(expected, abs=0.01)


def test_shifts_against_one_group(tokens, lexicon):
    table = shifts(tokens, lexicon, "source", reference="Wire").set_index(["source", "frame"])
    assert table.index.get_level_values("source").unique().tolist() == ["Daily", "Radio"]
    assert table.loc[("Daily", "war"), "reference_per_1000"] == 0
    assert table.loc[("Daily", "law"), "difference"] == pytest.approx(-1000 * 2 / 11)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of two documents a side


def test_the_interval_of_a_shift_is_squared_and_added(make_corpus, lexicon):
    texts = ["War is war.", "It rained.", "It was war.", "They met.", "It is late."]
    files = {f"{side}{n}.txt": text for side in "ab" for n, text in enumerate(texts)}
    rows = "".join(f"{side}{n},{side}\n" for side in "ab" for n in range(5))
    table = shifts(tokenize(make_corpus(files | {"metadata.csv": "file,source\n" + rows})), lexicon, "source")
    low, high = rate_intervals(np.array([[2], [0], [1], [0], [0]]), np.array([3, 2, 3, 2, 3]))
    reach = 1000 * np.hypot(3 / 13 - low[0], high[0] - 3 / 13)
    assert table.loc[0, "difference"] == 0
    assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([-reach, reach])


def test_a_clear_shift_has_a_direction_and_chance_has_none(make_corpus, lexicon):
    draw = np.random.default_rng(0)
    files, rows = {}, "file,source\n"
    for n in range(40):
        war, law = (("War came. " if draw.random() < share else "It rained. ") for share in (0.2 + 0.7 * (n % 2), 0.5))
        files[f"{n}.txt"] = war + ("A court met." if law == "War came. " else "It snowed again.")
        rows += f"{n},{'even odd'.split()[n % 2]}\n"
    table = shifts(tokenize(make_corpus(files | {"metadata.csv": rows})), lexicon, "source")
    assert table["direction"].tolist() == ["less", "unclear", "more", "unclear"]


@pytest.mark.parametrize(
    ("by", "reference", "message"),
    [
        ("language", None, "'language' has one group only \\('en'\\)"),
        ("source", "Post", "no group 'Post' in 'source': the reference is one of 'Daily', 'Radio'"),
    ],
)
def test_mistakes(by, reference, message, tokens, lexicon):
    with pytest.raises(ValueError, match=message):
        shifts(tokens, lexicon, by, reference=reference)
