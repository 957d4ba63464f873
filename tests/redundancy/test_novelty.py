"""What is new, by hand, and against sets, all orders and a search word by word."""

import itertools
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import read_corpus, read_text, tokenize
from analysis.core.paths import ROOT
from analysis.redundancy import novelty as module
from analysis.redundancy.novelty import compression, curve, novelty, reading_order
from analysis.text.corpus import Corpus

CLOUGH = ROOT.parent / "shared" / "data" / "clough"
FILES = {
    "metadata.csv": "file,date\na.txt,2024-01-03\nb.txt,2024-01-01\nc.txt,\nd.txt,2024-01-03\n",
    "a.txt": "We will win in the end. They left.",
    "b.txt": "We will win. We will win. No.",
    "c.txt": "No. They left.",
    "d.txt": "We will win in the end.",
}


def of(text):
    return tokenize(read_text(text))


def documents(*texts):
    """A corpus of several documents without dates, in the order given; "" makes one without words."""
    shards = [read_text(text or "—") for text in texts]
    documents, segments = (
        pd.concat([getattr(shard, name).assign(doc_id=f"d{k}") for k, shard in enumerate(shards)], ignore_index=True)
        for name in ("documents", "segments")
    )
    return tokenize(Corpus(documents, segments, shards[0].problems, tuple(shard.texts[0] for shard in shards)))


def test_documents_are_read_by_date_and_undated_ones_last(tokens):
    assert tokens.doc_ids[reading_order(tokens)].tolist() == ["b", "a", "d", "c"]
    assert novelty(tokens)["doc_id"].tolist() == ["b"] * 3 + ["a"] * 2 + ["d"] + ["c"] * 2
    assert novelty(tokens)["date"].isna().tolist() == [False] * 6 + [True] * 2


def test_each_sentence_by_hand(tokens):
    table = novelty(tokens, n=3)
    assert table["words"].tolist() == [3, 3, 1, 6, 2, 6, 1, 2]
    assert table["ngrams"].tolist() == [1, 1, 1, 4, 1, 4, 1, 1]
    # a: "we will win" stood in b; d has all from a, and nothing from itself; c: both short sentences stood before.
    assert table["new"].tolist() == [1, 0, 1, 0.75, 1, 0, 0, 0]
    assert table["new_in_document"].tolist() == [1, 0, 1, 1, 1, 1, 1, 1]
    assert table["sentence"].tolist() == [0, 1, 2, 0, 1, 0, 0, 1]
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    spans = [texts[d][s:e] for d, s, e in table[["doc_id", "start", "end"]].itertuples(index=False)]
    assert spans[3:] == ["We will win in the end.", "They left.", "We will win in the end.", "No.", "They left."]


def test_short_sentences_are_compared_with_whole_sentences_only():
    assert novelty(of("They left. So they left at noon. They left."), n=3)["new"].tolist() == [1, 1, 0]
    assert novelty(of("So they left at noon. They left."), n=3)["new"].tolist() == [1, 1]
    assert novelty(of("So they left at noon. They left."), n=1)["new"].tolist() == [1, 0]


words = st.lists(st.sampled_from("abc"), min_size=1, max_size=7).map(
    lambda letters: " ".join(letters).capitalize() + "."
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(words, max_size=4).map(" ".join), min_size=1, max_size=3), st.integers(1, 5))
def test_shares_are_those_of_sets(texts, n):
    tokens = documents(*texts)
    seen, expected = set(), []
    for row in range(tokens.n_documents):
        here = set()
        for sentence in np.flatnonzero(tokens.sentence_document == row):
            ids = tokens.ids[slice(*tokens.sentence_offsets[sentence : sentence + 2])].tolist()
            grams = [tuple(ids[k : k + n]) for k in range(max(len(ids) - n, 0) + 1)]
            shares = [0, 0]
            for gram in grams:
                for kind, known in enumerate((here, seen)):
                    shares[kind] += gram not in known
                    known.add(gram)
            expected.append([share / len(grams) for share in shares])
    found = novelty(tokens, n=n)[["new_in_document", "new"]].to_numpy()
    assert found == pytest.approx(np.array(expected).reshape(-1, 2))


def test_the_curve_by_hand(tokens):
    table = curve(tokens, n=3, unit="document", window=1)
    assert table["doc_id"].tolist() == ["b", "a", "d", "c"]
    assert table["words"].tolist() == [7, 15, 21, 24]
    assert table["ngrams"].tolist() == [3, 5, 4, 2]
    assert table["new"].tolist() == pytest.approx([2 / 3, 4 / 5, 0, 0])
    assert table["running"].tolist() == table["new"].tolist()
    assert table["so_far"].tolist() == pytest.approx([2 / 3, 6 / 8, 6 / 12, 6 / 14])
    assert curve(tokens, n=3, unit="document", window=3)["running"].tolist() == pytest.approx(
        [6 / 8, 6 / 12, 4 / 11, 0]
    )
    assert curve(tokens, n=3, unit="document", window=2)["running"].tolist() == pytest.approx([6 / 8, 4 / 9, 0, 0])


def test_the_curve_of_sentences_adds_up_to_novelty(sample_tokens):
    table, lines = curve(sample_tokens), novelty(sample_tokens)
    same = ["doc_id", "date", "sentence", "ngrams", "new"]
    pd.testing.assert_frame_equal(table[same], lines[same])
    assert table["words"].iloc[-1] == len(sample_tokens)


@pytest.mark.parametrize("n", [1, 2])
def test_the_expected_share_is_the_mean_over_all_orders(n):
    lines = ["Take and give it.", "Take and give.", "Take and give it back.", "Back.", "It back take take."]
    new = np.zeros(len(lines))
    for order in itertools.permutations(lines):
        table = curve(of(" ".join(order)), n=n)
        new += table["new"] * table["ngrams"]
    table = curve(of(" ".join(lines)), n=n)
    mean = new / math.factorial(len(lines)) / (table["ngrams"].sum() / len(lines))
    assert table["expected"].tolist() == pytest.approx(mean.tolist())


def test_long_curves_are_close_to_the_formula_at_every_place():
    random = np.random.default_rng(0)
    table = curve(of(" ".join(f"Word{k}." for k in random.zipf(1.5, 1500))), n=4)
    assert len(table) == 1500
    assert table["expected"].iloc[0] == 1
    assert np.all(np.diff(table["expected"]) <= 1e-9)
    # What is expected over all places is what there is.
    assert table["expected"].sum() == pytest.approx(table["new"].sum(), rel=1e-3)


def test_a_document_without_words_has_no_share():
    tokens = documents("We will win.", "", "We will win.")
    assert novelty(tokens, n=3)["new"].tolist() == [1, 0]
    table = curve(tokens, n=3, unit="document")
    assert table["new"].fillna(-1).tolist() == [1, -1, 0]
    assert table["expected"].fillna(-1).tolist() == [1, -1, 0]
    table = compression(tokens)
    assert table["ratio"].notna().tolist() == [True, False, True]
    assert table["known"].notna().tolist() == [False, False, True]
    assert table["phrases"].tolist() == [3, 0, 3]


def cut(words, before=()):
    """The phrases of `words` after the documents `before`: longest first, looked for at every earlier place."""
    text, at, count = list(words), 0, 0
    while at < len(text):
        longest = 1
        places = [(text, begin, len(text)) for begin in range(at)]
        places += [(list(other), begin, len(other)) for other in before for begin in range(len(other))]
        for other, begin, end in places:
            size = 0
            while at + size < len(text) and begin + size < end and other[begin + size] == text[at + size]:
                size += 1
            longest = max(longest, size)
        at += longest
        count += 1
    return count


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc", max_size=25), min_size=1, max_size=4))
def test_phrases_are_those_of_a_search_at_every_place(texts):
    table = compression(documents(*(" ".join(text) for text in texts)), shuffles=1)
    assert table["phrases"].tolist() == [cut(text) for text in texts]
    read = [any(texts[:k]) and bool(texts[k]) for k in range(len(texts))]
    assert table["given"].notna().tolist() == read
    assert table["given"][read].tolist() == [cut(texts[k], texts[:k]) for k in range(len(texts)) if read[k]]


def test_short_texts_have_the_phrases_of_long_ones(sample_tokens, monkeypatch):
    table = compression(sample_tokens, shuffles=2)
    assert table["words"].max() < module.SHORT
    monkeypatch.setattr(module, "SHORT", 0)
    pd.testing.assert_frame_equal(compression(sample_tokens, shuffles=2), table, check_exact=True)


def test_ratios_by_hand():
    # one, two, three, one two three: 4 phrases of 6 words
    row = compression(of("One two three one two three")).iloc[0]
    assert (row["words"], row["phrases"], row["ratio"]) == (6, 4, pytest.approx(4 / 6))
    assert compression(of("ha ha ha ha")).iloc[0][["phrases", "redundancy"]].tolist() == [2, 0]


def test_the_shuffled_ratio_is_a_mean_over_random_orders():
    words = np.random.default_rng(0).integers(0, 12, 200)
    random = np.random.default_rng(5)
    chance = np.mean([cut(random.permutation(words).tolist()) for _ in range(3)])
    row = compression(of(" ".join(f"w{word}" for word in words)), shuffles=3, seed=5).iloc[0]
    assert row["shuffled"] == pytest.approx(chance / 200)
    assert row["redundancy"] == pytest.approx(1 - cut(words.tolist()) / chance)


def test_what_is_said_twice_shows_and_length_alone_does_not():
    random = np.random.default_rng(1)
    long, short = (" ".join(f"w{k}" for k in random.zipf(1.4, size) % 3000) for size in (8000, 500))
    table = compression(documents(short, long, f"{short} {short}"))
    chance, chance_of_long, twice = table["redundancy"]
    assert abs(chance) < 0.03
    assert abs(chance_of_long) < 0.03  # though ratio is far lower
    assert table["ratio"][1] < table["ratio"][0] - 0.1
    assert twice > 0.4
    assert table["known"][2] > 0.99  # two phrases


def test_figures_of_a_document_do_not_depend_on_the_others():
    text = "We will win in the end, they said. We will win in the end."
    alone, among = compression(of(text)).iloc[0], compression(documents("Something else, at first.", text)).iloc[1]
    columns = ["words", "phrases", "ratio", "shuffled", "redundancy"]
    assert alone[columns].tolist() == among[columns].tolist()


@pytest.mark.slow
@pytest.mark.skipif(not CLOUGH.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
def test_answers_written_from_a_source_are_known_by_it():
    """Clough and Stevenson (2011): 57 answers cut, lightly or heavily revised from a source and 38 that are not."""
    labels = pd.read_csv(CLOUGH / "file_information.csv", skipinitialspace=True)
    tokens = tokenize(read_corpus(CLOUGH))
    known = {"non": [], "reused": []}
    for file, task, category in labels.itertuples(index=False, name=None):
        if category != "orig":
            both = np.isin(tokens.doc_ids, [file.removesuffix(".txt"), f"orig_task{task}"])
            pair = tokens.subset(np.flatnonzero(both))
            pair.corpus.documents["date"] = pd.to_datetime(
                ["2024-01-01" if name.startswith("orig") else "2024-01-02" for name in pair.doc_ids]
            )
            known["non" if category == "non" else "reused"].append(compression(pair, shuffles=1)["known"][1])
    u = stats.mannwhitneyu(known["reused"], known["non"]).statistic
    assert (len(known["reused"]), len(known["non"])) == (57, 38)
    assert u / (57 * 38) > 0.96  # the area under the curve; 0.970 when this was written, containment of 2-grams 0.947


def test_bad_values_are_named(tokens):
    for call in (novelty, curve):
        with pytest.raises(ValueError, match="n is 0"):
            call(tokens, n=0)
    with pytest.raises(ValueError, match="'word'"):
        curve(tokens, unit="word")
    with pytest.raises(ValueError, match="window is 0"):
        curve(tokens, window=0)
    with pytest.raises(ValueError, match="shuffles is 0"):
        compression(tokens, shuffles=0)


LATER = {
    "e.txt": "—",
    "f.txt": "They left, they left. No.",
    "g.txt": "—",
    "h.txt": "We will win. All is new here, I say.",
}
DAYS = FILES["metadata.csv"] + "e.txt,2024-01-02\nf.txt,2024-01-02\ng.txt,\nh.txt,2023-01-01\n"


@pytest.mark.parametrize("documents", [3, 5])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_novelty_in_shards(make_corpus, sharded, monkeypatch, documents, n):
    monkeypatch.setattr(module, "GRAMS", 5)
    whole = tokenize(make_corpus(FILES | LATER | {"metadata.csv": DAYS}))
    cut = sharded(whole, documents)
    for tokens, same in [(whole, cut), [each.where(doc_id__not="c") for each in (whole, cut)]]:
        pd.testing.assert_frame_equal(novelty(same, n=n), novelty(tokens, n=n), check_exact=True)
        for unit in ("document", "sentence"):
            options = {"n": n, "unit": unit, "window": 2}
            pd.testing.assert_frame_equal(curve(same, **options), curve(tokens, **options), check_exact=True)


def test_the_sample_in_shards(sample_tokens, sample_shards):
    for measure in (novelty, curve, compression):
        pd.testing.assert_frame_equal(measure(sample_shards), measure(sample_tokens), check_exact=True)


def test_too_many_words_to_be_compared_with_earlier_documents(sample_tokens):
    table = compression(sample_tokens)
    assert_same = partial(pd.testing.assert_frame_equal, check_exact=True)
    assert_same(compression(sample_tokens, most_words=len(sample_tokens)), table)
    none = table.assign(given=np.nan, known=np.nan)
    assert_same(compression(sample_tokens, most_words=len(sample_tokens) - 1), none)
