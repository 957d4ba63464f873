"""Passages that two documents share: on texts made on the spot, and on labelled pairs."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Tokens, tokenize
from analysis.core.paths import ROOT
from analysis.redundancy.evaluation import score_passages
from analysis.redundancy.reuse import alignment as module
from analysis.redundancy.reuse import document_pairs, passage_texts, passages, pieces, summary_reuse
from analysis.redundancy.reuse.alignment import FAITHFUL, RUN, aligned, faithful_cores
from analysis.redundancy.reuse.chaining import candidates
from analysis.redundancy.reuse.pieces import LONG, bounds_of_pieces
from analysis.text.corpus import read_texts
from analysis.text.shingles import shingles

COLUMNS = ["a_doc", "b_doc", "a_start", "a_end", "b_start", "b_end", "similarity", "kind"]
PAN = ROOT.parent / "shared" / "data" / "pan13_train"

FIRST = (
    "The committee of the northern district has closed the old stone bridge over the river to heavy lorries until "
    "engineers have examined each of its seven arches."
)
SECOND = (
    "Farmers on the eastern bank say they must now drive forty miles to reach the sugar mill, and ask who will pay for "
    "fuel and spoilt harvests."
)
# The same in other words, and in another order.
REWORDED = (
    "Until each of the seven arches is examined by engineers, heavy lorries may not cross the old bridge of stone; the "
    "northern district's committee has closed it."
)
OTHERS = [
    "Rainfall in March was twice what meteorologists had expected for the season.",
    "Her second novel sold poorly, though critics admired its quiet humour.",
    "Museums in the capital open late on Thursdays during summer.",
    "A goalkeeper from Lahore saved three penalties in a row.",
]


def tokens_of(*texts: str) -> Tokens:
    return tokenize(read_texts(texts))


def one_pair(a: str, b: str) -> pd.DataFrame:
    return passages(tokens_of(a, b), pd.DataFrame({"a": ["0"], "b": ["1"]}))


def invented(count: int, *, seed: int = 0) -> list[str]:
    """Words of seven letters, no two of which begin alike but by chance."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(row) for row in np.random.default_rng(seed).choice(letters, (count, 7))]


# Ten paragraphs of five sentences of twelve words, and two paragraphs on something else.
WORDS = invented(600)
ARTICLE = "\n\n".join(
    " ".join(" ".join(WORDS[k : k + 12]).capitalize() + "." for k in range(first, first + 60, 12))
    for first in range(0, 600, 60)
)
AROUND = "\n\n".join(" ".join(invented(70, seed=k)).capitalize() + "." for k in (1, 2))
# Two of each twenty words: a summary of all of the article.
LEAD = " ".join(f"{WORDS[k]} {WORDS[k + 1]}" for k in range(0, 600, 20)).capitalize() + "."
TEXTS = [
    f"{FIRST} Her second novel sold poorly. {SECOND}",
    "",
    f"{SECOND}\n\nMuseums open late on Thursdays.",
    "Nothing of this is said anywhere else.",
    f"Reported today. {FIRST}\n\n{SECOND} {SECOND}",
    ARTICLE,
    f"A goalkeeper from Lahore saved three penalties in a row.\n\n{LEAD}\n\n{SECOND}",
    f"{SECOND} {REWORDED} {FIRST} {FIRST}",
    "",
    f"{LEAD} It rained.",
]


def spans(table: pd.DataFrame, a: str, b: str) -> list[tuple[str, str]]:
    rows = table[["a_start", "a_end", "b_start", "b_end"]].itertuples(index=False, name=None)
    return [(a[start:end], b[first:last]) for start, end, first, last in rows]


def test_a_copied_sentence_is_found_to_the_character() -> None:
    a, b = f"{OTHERS[0]} {FIRST} {OTHERS[1]}", f"{OTHERS[2]} {OTHERS[3]} {FIRST}"
    table = one_pair(a, b)
    assert table.columns.tolist() == COLUMNS
    assert spans(table, a, b) == [(FIRST, FIRST)]
    assert table[["a_doc", "b_doc", "similarity", "kind"]].to_numpy().tolist() == [["0", "1", 1.0, "verbatim"]]


PART = FIRST[FIRST.index("committee") : FIRST.index(" seven arches")]
INSIDE = f"{OTHERS[0]} Nobody in town was asked by anyone when the {PART} in spite of all that we wrote. {OTHERS[1]}"
FAR = " ".join(" ".join(invented(12, seed=k)).capitalize() + "." for k in range(8))
TWICE = f"{FIRST} {' '.join(invented(100))}. {FIRST}"
BEFORE, COPIED, AFTER, OTHER = (" ".join(invented(200, seed=seed)) for seed in range(4))
THIRD = ARTICLE.split("\n\n")[3]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # More than three words from the borders of its sentence in a, and two from that in b.
        pytest.param(INSIDE, FIRST, [(f"the {PART}", FIRST)], id="inside a sentence"),
        pytest.param(
            f"{OTHERS[0]} {FIRST} {SECOND}",
            f"{SECOND} {FIRST} {OTHERS[2]}",
            [(f"{FIRST} {SECOND}", f"{SECOND} {FIRST}")],
            id="in another order, one passage",
        ),
        pytest.param(
            f"{FIRST} {OTHERS[1]} {SECOND}",
            f"{FIRST} {SECOND}",
            [(f"{FIRST} {OTHERS[1]} {SECOND}", f"{FIRST} {SECOND}")],
            id="a gap is bridged",
        ),
        pytest.param(
            f"{FIRST} {FAR} {SECOND}", f"{FIRST}\n\n{SECOND}", [(FIRST, FIRST), (SECOND, SECOND)], id="far apart, two"
        ),
        pytest.param(FIRST, TWICE, [(FIRST, FIRST)], id="repeated in b, found once"),
        pytest.param(TWICE, FIRST, [(FIRST, FIRST)], id="repeated in a, found once"),
        pytest.param(f"{BEFORE} {COPIED} {AFTER}", f"{COPIED} {OTHER}", [(COPIED, COPIED)], id="no full stops"),
        pytest.param(THIRD, ARTICLE, [(THIRD, THIRD)], id="a copied paragraph is no summary"),
    ],
)
def test_what_was_copied_is_found_to_the_character(a: str, b: str, expected: list[tuple[str, str]]) -> None:
    assert spans(one_pair(a, b), a, b) == expected


def test_reworded() -> None:
    a, b = f"{OTHERS[0]} {REWORDED} {OTHERS[2]}", f"{OTHERS[1]} {FIRST} {OTHERS[3]}"
    table = one_pair(a, b)
    assert spans(table, a, b) == [(REWORDED, FIRST)]
    # By their first six letters. In so few sentences no word is common: all are content words.
    one = set(
        "until each of the seven arches is examin by engine heavy lorrie may not cross old bridge stone northe distri "
        "commit has closed it".split()
    )
    other = set(
        "the commit of northe distri has closed old stone bridge over river to heavy lorrie until engine have examin "
        "each its seven arches".split()
    )
    assert (len(one), len(other), len(one & other)) == (24, 23, 18)
    assert table["similarity"].tolist() == [18 / 23]
    assert table["kind"].tolist() == ["reworded"]


def test_kinds_by_the_share_of_words_in_shared_runs() -> None:
    words = invented(40)

    def changed(*places: int) -> str:
        return " ".join(f"other{k}" if k in places else word for k, word in enumerate(words)).capitalize() + "."

    # One word of 40 changed: 39 stand in runs of four, 97.5%; three: 37, 92.5%; every fourth from the fourth on: none.
    for places, kind in (((), "verbatim"), ((20,), "verbatim"), ((8, 16, 24), "near"), (range(3, 40, 4), "reworded")):
        assert one_pair(changed(), changed(*places))["kind"].tolist() == [kind]


def test_a_copy_with_more_in_it_is_not_verbatim() -> None:
    words = invented(46)
    a, b = (" ".join(shard).capitalize() + "." for shard in (words[:20] + words[26:], words))
    assert one_pair(a, b)["kind"].tolist() == ["near"]  # 40 words of 40, but 40 of 46: 87%


def test_a_summary_is_the_paragraph_and_the_whole_other_document() -> None:
    # Six words in a row from the middle of every paragraph.
    digest = ". ".join(" ".join(WORDS[k + 20 : k + 26]).capitalize() for k in range(0, 600, 60)) + "."
    for a, b, expected in (
        (f"{AROUND}\n\n{digest}", ARTICLE, (digest, ARTICLE)),
        (ARTICLE, f"{AROUND}\n\n{digest}", (ARTICLE, digest)),
    ):
        table = one_pair(a, b)
        assert spans(table, a, b) == [expected]
        assert table["similarity"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ".join(np.random.default_rng(0).permutation(WORDS[:600:9])), "words alone, none of them together"),
        (
            " ".join(w for k in range(0, 600, 60) for w in WORDS[k : k + 3] + invented(4, seed=k)),
            "too few of its words",
        ),
        (
            "\n\n".join(" ".join(WORDS[k + j] for k in range(m, 600, 60) for j in range(6)) for m in (0, 12, 24)),
            "all is",
        ),
    ],
)
def test_what_is_no_summary(text: str, why: str) -> None:
    assert one_pair(f"{AROUND}\n\n{text}" if why != "all is" else text, ARTICLE).empty


def test_what_is_no_reuse() -> None:
    assert one_pair(" ".join(OTHERS[:2]), " ".join(OTHERS[2:])).empty
    # A phrase of less than twenty words.
    phrase = "closed the old stone bridge over the river to heavy lorries"
    assert one_pair(f"{OTHERS[0]} They {phrase}.", f"{OTHERS[1]} He has {phrase}.").empty


def test_common_words_say_nothing() -> None:
    # The same 21 words in the same order in 30 sentences of each: no word of theirs is content.
    frame = " ".join(invented(21))
    ends = invented(120)
    a, b = (" ".join(f"{frame.capitalize()} {end}." for end in shard) for shard in (ends[:60], ends[60:]))
    assert one_pair(a, b).empty


def test_pairs_are_those_of_document_pairs_unless_given() -> None:
    tokens = tokens_of(f"{FIRST} {OTHERS[0]}", SECOND, f"{OTHERS[1]} {FIRST}")
    assert document_pairs(tokens)[["a", "b"]].to_numpy().tolist() == [["0", "2"]]
    table = passages(tokens)
    assert table[["a_doc", "b_doc"]].to_numpy().tolist() == [["0", "2"]]
    turned = passages(tokens, pd.DataFrame({"b": ["0", "1"], "a": ["2", "0"], "more": [1, 2]}))
    assert turned[["a_doc", "b_doc"]].to_numpy().tolist() == [["2", "0"]]
    assert turned[["a_start", "a_end"]].to_numpy().tolist() == table[["b_start", "b_end"]].to_numpy().tolist()


def test_one_pair_leaves_no_trace_in_the_next() -> None:
    # The words of FIRST are common in the first two documents, though not in the corpus.
    ends = invented(60, seed=9)
    varied = [" ".join(f"{FIRST[:-1]} {end}." for end in shard) for shard in (ends[:30], ends[30:])]
    texts = [*varied, f"{FIRST} {OTHERS[0]}", f"{FIRST} {SECOND}", f"{REWORDED} {SECOND}", f"{SECOND} {FIRST}"]
    filler = " ".join(" ".join(invented(8, seed=seed)).capitalize() + "." for seed in range(100, 900))
    tokens = tokens_of(*texts, filler)
    first, second = np.triu_indices(len(texts), 1)
    alone = [aligned(tokens, first[k : k + 1], second[k : k + 1]) for k in range(len(first))]
    together = aligned(tokens, first, second)
    assert len(together) > 5
    pd.testing.assert_frame_equal(together, pd.concat([table for table in alone if len(table)], ignore_index=True))


def test_pieces_of_other_pairs_do_not_make_a_word_common() -> None:
    # FIRST stands in eight pieces of each document, in sixteen of each pair: fewer than it takes to be common.
    ends, others = invented(24, seed=9), [" ".join(invented(8, seed=seed)).capitalize() + "." for seed in range(300)]
    texts = [
        " ".join([*(f"{FIRST[:-1]} {end}." for end in ends[8 * k : 8 * k + 8]), *others[8 * k : 8 * k + 8]])
        for k in range(3)
    ]
    tokens = tokens_of(*texts, " ".join(others[24:]))
    first, second = np.array([0, 0, 1]), np.array([1, 2, 2])
    alone = [aligned(tokens, first[k : k + 1], second[k : k + 1]) for k in range(3)]
    assert all(len(table) for table in alone)
    pd.testing.assert_frame_equal(aligned(tokens, first, second), pd.concat(alone, ignore_index=True))


def test_blocks_of_pairs_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # Copies, a rewording, and a paragraph that sums up ARTICLE, in every order of pairs.
    tokens = tokens_of(ARTICLE, f"{AROUND}\n\n{LEAD}", f"{FIRST} {SECOND}", f"{SECOND} {REWORDED}", f"{LEAD} {FIRST}")
    a, b = (rows.tolist() for rows in np.nonzero(~np.eye(5, dtype=bool)))
    first, second = np.array(a), np.array(b)
    whole = aligned(tokens, first, second)
    sizes = []

    def watched(pieces, room, documents, one, other):
        sizes.append(len(one))
        return candidates(pieces, room, documents, one, other)

    for name, size in {"A_WORD": 0, "A_DOCUMENT": 1, "ROOM": 3}.items():
        monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(module, "candidates", watched)
    pd.testing.assert_frame_equal(aligned(tokens, first, second), whole)
    assert len(sizes) > 6
    assert sum(sizes) == len(first)
    alone = [aligned(tokens, first[k : k + 1], second[k : k + 1]) for k in range(len(first))]
    pd.testing.assert_frame_equal(whole, pd.concat([table for table in alone if len(table)], ignore_index=True))
    assert len(whole[whole["b_end"] - whole["b_start"] == len(ARTICLE)]) > 0  # a summary of all of it


def test_pieces_join_short_sentences_and_cut_long_ones() -> None:
    tokens = tokens_of(f"One two. Three four five. Six.\n\n{'word ' * (2 * LONG + 1)}", "Alone.")
    # 2 + 3 words joined; "Six." joined to what follows, which is cut: 61 pieces of LONG from its start on.
    assert bounds_of_pieces(tokens).tolist() == [0, 5, 6 + LONG, 6 + 2 * LONG, 6 + 2 * LONG + 1, 6 + 2 * LONG + 2]


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("word " * 5000, "word " * 5000, 0),  # one content word is too little to go by
        (f"{FIRST} " * 10_000, f"{FIRST} " * 10_000, 1),
        (f"{FIRST} " * 10_000, FIRST, 1),
        ("...", FIRST, 0),
    ],
)
def test_extremes(a: str, b: str, found: int) -> None:
    table = one_pair(a, b)
    assert len(table) == found
    assert table.columns.tolist() == COLUMNS
    if found:
        assert spans(table, a, b) == [(a.strip(), b.strip())]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"a": ["0"]}, "no column 'b'"),
        ({"a": ["0"], "b": ["9"]}, "no document '9'"),
        ({"a": ["1"], "b": ["1"]}, "'1' is paired with itself"),
    ],
)
def test_bad_pairs(pairs: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        passages(tokens_of(FIRST, SECOND), pd.DataFrame(pairs))


@pytest.mark.slow
@pytest.mark.skipif(not PAN.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
def test_labelled_passages() -> None:
    pairs = pd.read_csv(PAN / "pairs.csv").iloc[::6]
    wanted = {*pairs["susp"], *pairs["src"]}
    with gzip.open(PAN / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines) if row["id"] in wanted}
    tokens = tokenize(read_texts(list(texts.values())))
    ids = dict(zip(texts, tokens.doc_ids, strict=True))
    chosen = pd.DataFrame({"a": pairs["susp"].map(ids), "b": pairs["src"].map(ids)})
    cases = pd.read_csv(PAN / "cases.csv").merge(pairs[["susp", "src"]])
    cases = cases.assign(a_doc=cases["susp"].map(ids), b_doc=cases["src"].map(ids))
    cases = cases.assign(a_start=cases["this_offset"], a_end=cases["this_offset"] + cases["this_length"])
    cases = cases.assign(b_start=cases["source_offset"], b_end=cases["source_offset"] + cases["source_length"])
    assert score_passages(passages(tokens, chosen), cases)["plagdet"] >= 0.9


@pytest.fixture
def small(monkeypatch):
    """Many blocks, buckets and stretches of the vocabulary also of a small corpus."""
    monkeypatch.setattr(pieces, "WORDS", 50)
    monkeypatch.setattr(pieces, "DIFFERENT", 9)
    monkeypatch.setattr(module, "ROOM", 700_000)
    monkeypatch.setattr(summary_reuse, "AT_ONCE", 100)


@pytest.fixture(scope="module")
def tokens():
    return tokenize(read_texts(TEXTS))


def every_pair(tokens):
    """All pairs of documents, in both orders, as they would not come by themselves."""
    a, b = np.nonzero(~np.eye(tokens.n_documents, dtype=bool))
    order = np.random.default_rng(2).permutation(len(a))
    return pd.DataFrame({"a": tokens.doc_ids[a[order]], "b": tokens.doc_ids[b[order]]})


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("documents", [2, 4, 10])
def test_passages_equal_those_in_memory(tokens, sharded, documents):
    pairs = every_pair(tokens)
    whole = passages(tokens, pairs)
    assert set(whole["kind"]) == {"verbatim", "near", "reworded"}
    assert (whole["a_end"] - whole["a_start"] == len(ARTICLE)).any()  # which is summed up
    cut = sharded(tokens, documents)
    pd.testing.assert_frame_equal(passages(cut, pairs), whole, check_exact=True)
    pd.testing.assert_frame_equal(passages(cut), passages(tokens), check_exact=True)


@pytest.mark.usefixtures("small")
def test_words_that_are_common_in_the_whole_are_so_in_each_part(sharded):
    # "garden" and "letter" stand in far more than a tenth of all sentences, and in two of each document.
    fill = [f"Garden letter {' '.join(WORDS[k : k + 8])}. {' '.join(WORDS[k + 8 : k + 15])} garden." for k in range(30)]
    tokens = tokenize(read_texts([*TEXTS, *fill, *(f"{FIRST} Garden letter garden {text}" for text in fill[:3])]))
    pairs = document_pairs(tokens)
    whole = passages(tokens, pairs)
    assert len(whole) > 9
    for documents in (3, 11):
        pd.testing.assert_frame_equal(passages(sharded(tokens, documents), pairs), whole, check_exact=True)


def test_the_sample_in_shards(sample_tokens, sample_shards):
    whole = passages(sample_tokens)
    assert len(whole) > 20
    pd.testing.assert_frame_equal(passages(sample_shards), whole, check_exact=True)
    texts = passage_texts(sample_tokens, whole)
    pd.testing.assert_frame_equal(passage_texts(sample_shards, whole), texts, check_exact=True)
    pd.testing.assert_frame_equal(passage_texts(sample_shards, whole, most=7), texts.head(7), check_exact=True)
    assert not list(sample_shards.folder.glob("columns-*"))


def test_nothing_to_compare(tokens, sharded):
    cut = sharded(tokens, 3)
    assert passages(tokens_of(FIRST)).empty
    none = pd.DataFrame({"a": [], "b": []}, dtype="str")
    assert passages(tokens, none).columns.tolist() == COLUMNS
    pd.testing.assert_frame_equal(passages(cut, none), passages(tokens, none), check_exact=True)
    pairs = pd.DataFrame({"a": ["1", "8"], "b": ["8", "3"]})  # of documents without a word
    pd.testing.assert_frame_equal(passages(cut, pairs), passages(tokens, pairs), check_exact=True)
    with pytest.raises(ValueError, match="no document 'z'"):
        passages(cut, pd.DataFrame({"a": ["0"], "b": ["z"]}))


side = st.lists(st.integers(0, 2), min_size=1, max_size=12)


def cores(one: list[int], other: list[int]) -> tuple[list[float], bool, list[int]]:
    words = np.array([*one, *other], dtype=np.int64)
    spans = np.array([[0, len(one), len(one), len(words)]])
    share, faithful, core = faithful_cores(shingles(words, RUN), spans)
    return share[0].tolist(), bool(faithful[0]), core[0].tolist()


def covered(one: list[int], other: list[int]) -> list[int]:
    """The places in one side that runs cover which the other side has."""
    runs = {tuple(other[k : k + RUN]) for k in range(len(other) - RUN + 1)}
    begins = [k for k in range(len(one) - RUN + 1) if tuple(one[k : k + RUN]) in runs]
    return sorted({k + step for k in begins for step in range(RUN)})


def test_by_hand() -> None:
    # Of five words and of ten, the same four stand in a run: less than FAITHFUL on the right, so nothing is cut.
    assert cores([7, 1, 2, 3, 4], [8, 1, 2, 3, 4, 5, 6, 9, 9, 9]) == ([4 / 5, 4 / 10], False, [0, 5, 5, 15])
    # Of five words on either side: cut to the four.
    assert cores([7, 1, 2, 3, 4], [1, 2, 3, 4, 8]) == ([1.0, 1.0], True, [1, 5, 5, 9])


@settings(max_examples=200, deadline=None)
@given(side, side)
def test_equals_sets_of_tuples(one: list[int], other: list[int]) -> None:
    places = covered(one, other), covered(other, one)
    share = [len(places[0]) / len(one), len(places[1]) / len(other)]
    expected = [0, len(one), len(one), len(one) + len(other)]
    faithful = min(share) >= FAITHFUL
    if faithful:
        left, right = ((of[0], of[-1] + 1) for of in places)
        expected = [*left, len(one) + right[0], len(one) + right[1]]
        inner = one[slice(*left)], other[slice(*right)]
        share = [len(covered(*inner)) / len(inner[0]), len(covered(*inner[::-1])) / len(inner[1])]
    assert cores(one, other) == (share, faithful, expected)


def test_one_passage_leaves_no_trace_in_the_next() -> None:
    words = np.array([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8])
    share, faithful, _ = faithful_cores(shingles(words, RUN), np.array([[0, 4, 4, 8], [0, 4, 8, 12], [8, 12, 4, 8]]))
    assert share.tolist() == [[1, 1], [0, 0], [0, 0]]
    assert faithful.tolist() == [True, False, False]
