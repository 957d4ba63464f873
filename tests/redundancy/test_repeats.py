"""What stands twice, where, and how much of a document it is: by hand, and against the sample's labels."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis import Corpus, Tokens, read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.redundancy import maximal
from analysis.redundancy.repeats import exact_repeats, map_of_repeats, repeat_groups, shares, weights
from analysis.terms.frequency import before_and_after
from analysis.text.corpus import read_texts
from analysis.text.shards import ShardedTokens

COLUMNS = ["group", "count", "documents", "words", "doc_id", "start", "end"]
FILES = {
    "a.txt": "We will win. They said no. We will win.",
    "b.txt": "They said no. It rained all day.",
    "c.txt": "It is over now.",
}
# Empty documents, one that repeats itself, one in which nothing stands again, and one said over and over.
MANY = [
    "Zeal is here. No war. We will win.\n\nThe road is closed. It rained.",
    "",
    "We will win! We will win. Another day.",
    "Nothing of it is said again.",
    "",
    "The road is closed. It rained.\n\nNo war. No war. No war. A road is closed.",
    "No war.\n\nThe road is closed. It rained.",
]


def texts(tokens: Tokens, repeats: pd.DataFrame) -> list[str]:
    places = repeats[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    return [tokens.corpus.text(doc_id)[start:end] for doc_id, start, end in places]


def test_within_and_across_documents(tokens: Tokens) -> None:
    table = exact_repeats(tokens)
    assert table.columns.tolist() == COLUMNS
    assert table.to_numpy().tolist() == [
        [0, 2, 1, 3, "a", 0, 12],
        [0, 2, 1, 3, "a", 27, 39],
        [1, 2, 2, 3, "a", 13, 26],
        [1, 2, 2, 3, "b", 0, 13],
    ]
    assert texts(tokens, table) == ["We will win."] * 2 + ["They said no."] * 2


def test_case_punctuation_quotes_and_hyphens_do_not_matter_and_order_does() -> None:
    tokens = tokenize(read_text("Don't go to Azm-e-Nau! He left. “DON’T go - to AZM‑E‑NAU”? Left he."))
    assert texts(tokens, exact_repeats(tokens)) == ["Don't go to Azm-e-Nau!", "“DON’T go - to AZM‑E‑NAU”?"]


def test_paragraphs(make_corpus: Callable[..., Corpus]) -> None:
    twice = "It rained. The road is closed."
    tokens = tokenize(make_corpus({"a.txt": f"{twice}\n\nIt rained. Nobody came.\n\n{twice}", "b.txt": twice}))
    table = exact_repeats(tokens, "paragraph")
    assert table[["group", "count", "documents", "words", "doc_id"]].to_numpy().tolist() == [
        [0, 3, 2, 6, "a"],
        [0, 3, 2, 6, "a"],
        [0, 3, 2, 6, "b"],
    ]
    assert texts(tokens, table) == [twice] * 3
    sentences = exact_repeats(tokens)  # "It rained." also in the paragraph that stands once
    assert sentences["count"].tolist() == [4] * 4 + [3] * 3


def test_a_title_that_stands_again_is_a_paragraph_too() -> None:
    text = "The Road Is Closed\n\nThe road is closed."
    tokens = tokenize(read_text(text))
    assert texts(tokens, exact_repeats(tokens, "paragraph")) == ["The Road Is Closed", "The road is closed."]


def test_min_words() -> None:
    tokens = tokenize(read_text("No way. We will win. No way. We will win. Go. Go."))
    assert len(exact_repeats(tokens)) == 6
    assert texts(tokens, exact_repeats(tokens, min_words=3)) == ["We will win."] * 2
    assert exact_repeats(tokens, min_words=3)["group"].tolist() == [0, 0]  # numbered anew
    assert exact_repeats(tokens, min_words=4).empty


def test_nothing_repeats_or_nothing_is_there(tokens: Tokens) -> None:
    for subset in (
        tokens.where(doc_id="c"),
        *(tokenize(read_text(text)) for text in ("It rained.", "© 2024 The Daily")),
    ):
        for unit in ("sentence", "paragraph", "passage"):
            table = exact_repeats(subset, unit)
            assert table.columns.tolist() == COLUMNS
            assert table.empty
            assert repeat_groups(subset, table).empty
    assert shares(tokenize(read_text("© 2024 The Daily")))["repeated_share"].tolist() == [0.0]
    assert len(weights(tokenize(read_text("© 2024 The Daily")))) == 0


@pytest.mark.parametrize(
    ("unit", "options", "message"),
    [
        ("word", {}, "unknown unit 'word': use 'sentence', 'paragraph' or 'passage'"),
        ("sentence", {"min_words": 0}, "min_words is 0: use the fewest words that count, 1 or more"),
        ("passage", {"min_words": 0}, "min_words is 0: use the fewest words that count, 1 or more"),
    ],
)
def test_mistakes(tokens: Tokens, unit: str, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        exact_repeats(tokens, unit, **options)


def test_passages_go_over_sentences_and_paragraphs(make_corpus: Callable[..., Corpus]) -> None:
    shared = "the road was closed.\n\n“Nobody came to help us,” he said."
    files = {
        "a.txt": f"On Monday {shared} It rained.",
        "b.txt": f"They knew that {shared}",
        "c.txt": "He said it rained.",
    }
    tokens = tokenize(make_corpus(files))
    table = exact_repeats(tokens, "passage")
    assert table.columns.tolist() == COLUMNS
    # the road was closed nobody came to help us he said: 11 words, with the quotation marks and the end mark
    assert table.iloc[:, :5].to_numpy().tolist() == [[0, 2, 2, 11, "a"], [0, 2, 2, 11, "b"]]
    assert texts(tokens, table) == [shared] * 2
    assert exact_repeats(tokens, "passage", min_words=12).empty
    short = exact_repeats(tokens, "passage", min_words=2)
    assert texts(tokens, short[short["words"] == 2]) == ["he said.", "he said.", "He said"]


def test_a_passage_in_a_longer_one_counts_where_it_stands_by_itself(make_corpus: Callable[..., Corpus]) -> None:
    long = "We will not rest until the last of them has gone."
    files = {"a.txt": long, "b.txt": long, "c.txt": "They say we will not rest until the last of us is old."}
    tokens = tokenize(make_corpus(files))
    assert exact_repeats(tokens, "passage").iloc[:, :5].to_numpy().tolist() == [
        [0, 2, 2, 11, "a"],
        [0, 2, 2, 11, "b"],
        [1, 3, 3, 8, "a"],  # we will not rest until the last of
        [1, 3, 3, 8, "b"],
        [1, 3, 3, 8, "c"],
    ]


def test_repeat_groups(make_corpus: Callable[..., Corpus]) -> None:
    three = "It  rained hard."  # three words
    tokens = tokenize(make_corpus({"a.txt": f"{three} No. No.", "b.txt": f"{three} No. No.", "c.txt": "No."}))
    table = repeat_groups(tokens, exact_repeats(tokens))
    assert table.columns.tolist() == ["text", "words", "count", "documents", "first", "again"]
    assert table.to_numpy().tolist() == [
        ["No.", 1, 5, 3, "a", "a, b, c"],  # one word, four times more than once
        ["It rained hard.", 3, 2, 2, "a", "b"],  # three words, once more
    ]


def test_map_of_repeats(tokens: Tokens) -> None:
    spans, lengths = map_of_repeats(tokens, exact_repeats(tokens))
    assert spans["kind"].tolist() == ["within", "within", "across", "across"]
    assert lengths.to_dict() == {"a": 39, "b": 32}
    spans, lengths = map_of_repeats(tokens, exact_repeats(tokens), most=1)
    assert lengths.to_dict() == {"a": 39}  # 12 + 12 + 13 characters against 13
    assert spans["doc_id"].tolist() == ["a", "a", "a"]


def test_weights(tokens: Tokens) -> None:
    # we will win | they said no | we will win || they said no | it rained all day || it is over now
    assert weights(tokens).tolist() == [0.5] * 9 + [0.5] * 3 + [1.0] * 4 + [1.0] * 4


def test_weights_say_once_what_was_said_often() -> None:
    said = [("We will win.", 3), ("They said no.", 2), ("It rained.", 1)]
    often = tokenize(read_text(" ".join(text for text, n in said for _ in range(n))))
    once = tokenize(read_text(" ".join(text for text, _ in said)))
    adjusted = before_and_after(often, weights(often)).set_index("term")["adjusted"]
    assert adjusted.to_dict() == Counter(once.vocabulary[once.ids].tolist())
    assert weights(often).sum() == pytest.approx(len(once))


def test_shares(tokens: Tokens) -> None:
    table = shares(tokens)
    assert table.columns.tolist() == ["doc_id", "words", "within", "across", "repeated", "repeated_share"]
    assert table.iloc[:, :5].to_numpy().tolist() == [
        ["a", 9, 6, 3, 9],  # we will win, twice; they said no
        ["b", 7, 0, 3, 3],
        ["c", 4, 0, 0, 0],
    ]
    assert table["repeated_share"].tolist() == pytest.approx([1, 3 / 7, 0])


def test_what_stands_within_and_across_is_in_both_and_counted_once(make_corpus: Callable[..., Corpus]) -> None:
    tokens = tokenize(make_corpus({"a.txt": "We will win. We will win. It rained.", "b.txt": "We will win."}))
    assert shares(tokens).iloc[:, :5].to_numpy().tolist() == [["a", 8, 6, 6, 6], ["b", 3, 0, 3, 3]]
    assert shares(tokens, min_words=4)["repeated"].tolist() == [0, 0]


def test_the_sample_against_a_count_of_its_sentences(sample_tokens: Tokens) -> None:
    frame = sample_tokens.to_frame()
    lines = frame.groupby(["doc_id", "sentence"], sort=False)["token"].agg(tuple)
    counts = Counter(lines)
    table = exact_repeats(sample_tokens)
    assert len(table) == sum(n for n in counts.values() if n > 1)
    assert table["group"].nunique() == sum(n > 1 for n in counts.values())
    expected = np.concatenate([np.full(len(line), 1 / counts[line]) for line in lines])
    np.testing.assert_allclose(weights(sample_tokens), expected)


def test_verbatim_reuse_of_the_sample(sample_tokens: Tokens) -> None:
    """A labelled pair is found when both passages are, from end to end, the same repeated sentences in one order."""
    corpus = sample_tokens.corpus
    names = corpus.documents.set_index("path")["doc_id"]
    repeats = exact_repeats(sample_tokens)

    def passage(file: str, start: int, end: int) -> tuple[list[int], str]:
        own = repeats[(repeats["doc_id"] == names[file]) & (repeats["start"] >= start) & (repeats["end"] <= end)]
        own = own.sort_values("start")
        text = corpus.text(names[file])
        bounds = [start, *own[["start", "end"]].to_numpy().ravel().tolist(), end]
        rest = "".join(text[first:last] for first, last in zip(bounds[::2], bounds[1::2], strict=True))
        return own["group"].tolist(), rest.strip()

    gold = pd.read_csv(SAMPLE / "gold" / "reuse.csv")
    found = 0
    verbatim = gold[gold["kind"] == "verbatim"]
    sides = [[f"{side}_{column}" for column in ("file", "start", "end")] for side in ("source", "target")]
    source, target = (list(verbatim[side].itertuples(index=False, name=None)) for side in sides)
    for first, again in zip(source, target, strict=True):
        groups, rest = passage(*first)
        found += bool(groups) and not rest and passage(*again) == (groups, "")
    assert len(verbatim) == 45
    assert found / len(verbatim) >= 0.97


def same(cut: pd.DataFrame, whole: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(cut, whole, check_exact=True)


def check_sharded(whole: Tokens, cut: ShardedTokens) -> None:
    """Everything that is said of a corpus in memory is said of the same one in shards."""
    assert weights(cut).tolist() == weights(whole).tolist()
    for least in (1, 3):
        same(shares(cut, min_words=least), shares(whole, min_words=least))
    for unit in ("sentence", "paragraph"):
        for least in (1, 2, 6):
            table, kept = (exact_repeats(tokens, unit, min_words=least) for tokens in (whole, cut))
            same(kept, table)
            same(repeat_groups(cut, kept), repeat_groups(whole, table))


@pytest.mark.parametrize(("texts", "documents"), [(MANY, 2), (MANY, 3), (["It rained.", "", "It is."], 2)])
def test_repeats_of_a_corpus_in_shards(sharded, texts, documents):
    whole = tokenize(read_texts(texts))
    cut = sharded(whole, documents)
    check_sharded(whole, cut)
    same(shares(cut.where(doc_id__not="1")), shares(whole.where(doc_id__not="1")))


def test_repeats_of_the_sample_in_shards(sample_tokens, sample_shards):
    check_sharded(sample_tokens, sample_shards)


def test_so_many_groups_as_are_asked_for(sample_tokens):
    found = exact_repeats(sample_tokens)
    whole = repeat_groups(sample_tokens, found)
    assert len(whole) > 7
    same(repeat_groups(sample_tokens, found, most=7), whole.head(7))


def test_a_weight_for_each_sentence(tokens: Tokens) -> None:
    assert weights(tokens, each="sentence").tolist() == [0.5, 0.5, 0.5, 0.5, 1, 1]
    with pytest.raises(ValueError, match="each is 'word': use 'token' or 'sentence'"):
        weights(tokens, each="word")


@pytest.mark.parametrize("documents", [2, 3])
def test_passages_of_a_corpus_in_shards(sharded, monkeypatch, documents):
    monkeypatch.setattr(maximal, "GRAMS", 7)
    drums = "Down down down down down. The drum the drum the drum the drum."
    whole = tokenize(read_texts([*MANY, f"Nothing of it is said here. {drums}", drums, "Zeal is here. No war."]))
    cut = sharded(whole, documents)
    for least in (1, 2, 3, 8, 40):
        table, kept = (exact_repeats(tokens, "passage", min_words=least) for tokens in (whole, cut))
        assert table.empty == (least == 40)
        same(kept, table)


def test_passages_of_the_sample_in_shards(sample_tokens, sample_shards):
    same(exact_repeats(sample_shards, "passage"), exact_repeats(sample_tokens, "passage"))
    some, same_some = (tokens.where(source__not="Wire agency") for tokens in (sample_tokens, sample_shards))
    same(exact_repeats(same_some, "passage"), exact_repeats(some, "passage"))
    assert not list(sample_shards.folder.glob("buckets-*"))


def test_passages_that_are_too_many_are_left_out(sample_tokens):
    begins = len(maximal._repeated(sample_tokens, 8, None))  # the runs that begin there have more words
    for most in (begins, 200):
        with pytest.raises(ValueError, match=f"more than {most:,} words are repeated in passages of 8 words or"):
            exact_repeats(sample_tokens, "passage", most_words=most)
