"""What shares a sentence with a frame: the numbers counted by hand, the chances by dealing the words out anew."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from math import log2

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.cooccurrence import cooccurrence, frame_words
from analysis.framing.lexicon import read_lexicon
from analysis.framing.margins import SUMS, add_pairs, tails
from analysis.text.stopwords import stop_words

FRAMES = """\
  war: {definition: A fight., terms: [war, "war on terror"], excludes: ["trade war"]}
  law: {definition: Courts., terms: [court*]}
  aid: {definition: Help., terms: [aid]}
"""


TEXT = "The war came to court. A war. A war. The courts sat.\n\nIt rained. It rained. War and war. Aid came."


def test_by_sentence(lexicon):
    table = cooccurrence(tokenize(read_text(TEXT)), lexicon)
    assert table[["frame_a", "frame_b", "both", "a", "b", "units"]].to_numpy().tolist() == [
        ["war", "law", 1, 3, 2, 6],  # "A war" and "It rained" count once
        ["war", "aid", 0, 3, 1, 6],
        ["law", "aid", 0, 2, 1, 6],
    ]
    assert (table["direction"] == "unclear").all()
    assert table["ppmi"].tolist() == pytest.approx([max(0, log2(1 / table["expected"][0])), 0, 0])


def test_frames_with_a_term_in_common_are_no_pair():
    lexicon = read_lexicon({"war": ["war", "fight*"], "law": ["court*", "war"], "aid": ["aid"]})
    table = cooccurrence(tokenize(read_text(TEXT)), lexicon)
    assert table[["frame_a", "frame_b", "both", "a", "b"]].to_numpy().tolist() == [
        ["war", "aid", 0, 3, 1],
        ["law", "aid", 0, 4, 1],  # two sentences of courts, one of them with a war, and two more of war
    ]
    assert cooccurrence(tokenize(read_text(TEXT)), read_lexicon({"war": ["war"], "law": ["war"]})).empty


def test_by_paragraph(make_corpus, lexicon):
    rest = "\n\n".join(f"{weather} fell on {{n}}, they said." for weather in ("Rain", "Snow", "Hail"))
    texts = [f"The war of {n}. The court of {n}.\n\n{rest.format(n=n)}" for n in range(9)]
    tokens = tokenize(make_corpus({f"{n}.txt": text for n, text in enumerate(texts)}))
    table = cooccurrence(tokens, lexicon, unit="paragraph")
    assert table.loc[0, ["both", "a", "b", "units"]].tolist() == [9, 9, 9, 36]
    assert table.loc[0, "direction"] == "together"
    assert table.loc[1:, ["p", "q"]].isna().all(axis=None)  # aid is in no paragraph, which leaves nothing to chance
    assert cooccurrence(tokens, lexicon).loc[0, "both"] == 0


def test_documents_of_few_sentences_leave_nothing_to_chance(make_corpus, lexicon):
    files = {f"{n}.txt": f"The war of {n} came to court. It rained on {n}. It snowed on {n}." for n in range(9)}
    table = cooccurrence(tokenize(make_corpus(files)), lexicon)
    assert table.loc[0, ["both", "expected"]].tolist() == [9, 9]
    assert table["p"].isna().all()


def test_an_unknown_unit_or_frame(lexicon):
    tokens = tokenize(read_text(TEXT))
    with pytest.raises(ValueError, match="unknown unit 'page': use 'sentence' or 'paragraph'"):
        cooccurrence(tokens, lexicon, unit="page")
    with pytest.raises(ValueError, match="no frame 'peace' in lexicon 'test': it has war, law, aid"):
        frame_words(tokens, lexicon, "peace")


def dealt(sizes, one, other, m, n):
    """How often so many words of two kinds, dealt to sentences in all ways, share 0, 1 ... sentences, being in m, n."""
    of_slot = np.repeat(np.arange(len(sizes)), sizes)
    shared = Counter()
    for slots in combinations(range(len(of_slot)), one):
        own = {of_slot[slot] for slot in slots}
        if len(own) == m:
            left = np.delete(of_slot, slots)
            for chosen in combinations(left, other):
                if len(set(chosen)) == n:
                    shared[len(own & set(chosen))] += 1
    return np.array([shared[k] for k in range(min(m, n) + 1)]) / sum(shared.values())


@pytest.mark.parametrize(("sizes", "m", "n"), [([6, 6, 6, 6, 6], 2, 2), ([8, 8, 8, 8], 2, 2), ([4, 6, 8, 10], 1, 2)])
def test_what_two_things_share_by_chance_is_what_all_dealings_of_their_words_have(sizes, m, n):
    """One document: the chances for it, and for twenty like it."""
    words, ends = np.array(sizes * 20, dtype=float), len(sizes) * np.arange(21)
    has = np.zeros((len(words), 2), dtype=bool)
    for first in ends[:-1]:
        has[first : first + m, 0] = has[first : first + n, 1] = True
    share = dealt(sizes, m, n, m, n)
    k = np.arange(len(share))
    mean = share @ k
    twenty = np.ones(1)
    for documents in (1, 20):
        shared, sums = np.zeros((2, 2), dtype=np.int64), np.zeros((SUMS, 2, 2))
        add_pairs(words[: ends[documents]], ends[: documents + 1], has[: ends[documents]], shared, sums)
        assert shared.tolist() == [[m * documents, min(m, n) * documents], [0, n * documents]]
        assert sums[0, 0, 1] == pytest.approx(mean * documents, rel=0.03)
        assert sums[1, 0, 1] == pytest.approx((share @ k**2 - mean**2) * documents, rel=0.06)
    for _ in range(20):
        twenty = np.convolve(twenty, share)
    for count in range(len(twenty)):
        more, fewer = tails(np.array([count]), sums[:, 0, [1]])
        assert more[0] == pytest.approx(twenty[count + 1 :].sum() + twenty[count] / 2, abs=0.06)
        assert fewer[0] == pytest.approx(1 - more[0])


def shuffled(tokens, random):
    """`tokens`, the words of each document in another order; the sentences keep their lengths."""
    ids = tokens.ids.copy()
    for first, stop in zip(tokens.document_offsets[:-1], tokens.document_offsets[1:], strict=True):
        random.shuffle(ids[first:stop])
    return replace(tokens, ids=ids)


def test_of_words_dealt_at_random_nothing_is_found(sample_tokens, security):
    random, p, q = np.random.default_rng(5), [], []
    for _ in range(20):
        tokens = shuffled(sample_tokens, random)
        for table in (cooccurrence(tokens, security), frame_words(tokens, security, "law_and_prosecution")):
            p.append(table["p"].dropna())
            q.append(table["q"].min())
    assert (pd.concat(p) <= 0.05).mean() < 0.05
    assert sum(value <= 0.05 for value in q) <= 2  # of 40


WEATHER = "sun rain snow wind frost hail fog mist storm cloud".split()


@pytest.fixture
def planted():
    """Twelve documents, in each of which half of the wars are in a sentence with a court, and "guns" with the wars."""
    random, texts = np.random.default_rng(2), []
    for _ in range(12):
        said = [list(random.choice(WEATHER, 9)) for _ in range(20)]
        for line in range(4):
            said[line][0], said[line][3] = "war", "guns"
        for line in (0, 1, 18, 19):
            said[line][5] = "court"
        texts.append(" ".join(" ".join(words).capitalize() + "." for words in said))
    return tokenize(read_text("\n\n".join(texts)))


def test_what_was_put_together_is_found(planted, lexicon):
    table = cooccurrence(planted, lexicon)
    assert table.loc[0, ["frame_a", "frame_b", "both", "a", "b", "direction"]].tolist() == [
        *("war", "law", 24, 48, 48, "together")
    ]
    assert table.loc[0, "expected"] == pytest.approx(48 * 48 / 240, rel=0.12)  # nearly: two cannot be the same word
    words = frame_words(planted, lexicon, "war")
    assert words.loc[0, ["term", "sentences", "others", "documents"]].tolist() == ["guns", 48, 0, 1]
    assert words.loc[words["q"] <= 0.05, "term"].tolist() == ["guns", "court"]
    assert words.loc[0, "log_ratio"] == pytest.approx(log2(48 / words.loc[0, "expected"]))


def test_the_words_around_a_frame(make_corpus, lexicon):
    files = {"a.txt": "They call the war on terror a war of words. War! It rained.", "b.txt": "A trade war at court."}
    table = frame_words(tokenize(make_corpus(files)), lexicon, "war", min_count=1, stopwords={"the"})
    found = {row["term"]: [row["sentences"], row["others"], row["documents"]] for row in table.to_dict("records")}
    with_war, without = ("they", "call", "of", "words"), ("it", "rained", "trade", "war", "at", "court")
    assert found == {
        "a": [1, 1, 1],
        **{term: [1, 0, 1] for term in with_war},  # not what matched, "war on terror" and "war"
        **{term: [0, 1, 0] for term in without},  # "trade war" is none of the frame
    }


def test_copies_are_no_further_witnesses(make_corpus, lexicon):
    text = "War came to court. It rained all day. It snowed on the hills."
    copies = tokenize(make_corpus({f"{n}.txt": text for n in range(4)}))
    once = copies.where(doc_id="0")
    for measure in (cooccurrence, lambda *of: frame_words(*of, "war", min_count=1, stopwords=stop_words(""))):
        pd.testing.assert_frame_equal(measure(copies, lexicon), measure(once, lexicon))


@pytest.mark.parametrize("text", ["A court.", "War.", "A war.", "© 2024 The Daily"])
def test_nothing_to_compare_is_no_chance(text, lexicon):
    tokens = tokenize(read_text(text))
    assert frame_words(tokens, lexicon, "war", min_count=1)[["z", "p", "q"]].isna().all(axis=None)
    assert cooccurrence(tokens, lexicon)[["both", "ppmi"]].to_numpy().tolist() == [[0, 0]] * 3
