"""Every place of a word with the words around it, as a table and as HTML."""

from collections.abc import Callable
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis import Corpus, Tokens, read_text, tokenize
from analysis.terms.concordance import kwic, to_html
from analysis.text.corpus import read_texts

COLUMNS = ["doc_id", "start", "end", "pre", "keyword", "post", "sentence", "source", "date"]


def contexts(text: str, pattern: str | list[str], window: int = 8, **options: str) -> list[list[str]]:
    table = kwic(tokenize(read_text(text)), pattern, window, **options)
    return table[["pre", "keyword", "post"]].to_numpy().tolist()


def test_a_line_is_the_text_as_it_stands():
    text = "“No one,”  he said,\n“wins a war – or (nearly) a war.”"
    assert contexts(text, "war", 3) == [
        ["said, “wins a", "war", "– or (nearly) a"],  # the words before are: said, wins, a
        ["or (nearly) a", "war", ""],
    ]


def test_the_window_is_counted_in_words():
    text = "a b c d e f g h i j k l m n o p q r s t"
    assert contexts(text, "k") == [["c d e f g h i j", "k", "l m n o p q r s"]]
    assert contexts(text, "k", 1) == [["j", "k", "l"]]
    assert contexts(text, "k", 0) == [["", "k", ""]]
    assert contexts(text, "b", 2) == [["a", "b", "c d"]]
    assert contexts(text, "t", 99) == [["a b c d e f g h i j k l m n o p q r s", "t", ""]]


def test_the_context_goes_over_sentences_and_paragraphs_and_not_over_documents(make_corpus: Callable[..., Corpus]):
    text = "They met. War came.\n\nIt was long. It ended."
    tokens = tokenize(make_corpus({"a.txt": text, "b.txt": "War again."}))
    table = kwic(tokens, ["war", "ended"], 4)
    assert table[["doc_id", "pre", "keyword", "post", "sentence"]].to_numpy().tolist() == [
        ["a", "They met.", "War", "came. It was long", 1],
        ["a", "It was long. It", "ended", "", 3],
        ["b", "", "War", "again", 0],
    ]


def test_what_was_not_tokenized_is_left_out():
    text = "War came.\n\nRead more: Ten things to know about this campaign\n\nIt was long.\n\n* * *\n\nIt ended."
    tokens = tokenize(read_text(text))
    assert "know" not in tokens.vocabulary
    assert contexts(text, "war", 5) == [["", "War", "came. It was long. It"]]
    assert contexts(text, "ended", 5) == [["came. It was long. It", "ended", ""]]


def test_places_point_into_the_text(sample: Corpus, sample_tokens: Tokens):
    table = kwic(sample_tokens, ["azm-e-*", "war ... terror*", "prime minister"], 6)
    assert table.columns.tolist() == COLUMNS
    assert len(table) > 20
    places = table[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    assert [sample.text(doc_id)[start:end] for doc_id, start, end in places] == table["keyword"].tolist()
    about = sample.documents.set_index("doc_id").loc[table["doc_id"]]
    assert table["source"].tolist() == about["source"].tolist()
    assert table["date"].tolist() == about["date"].tolist()


def test_the_words_of_the_context_are_the_words_beside(sample_tokens: Tokens):
    table = kwic(sample_tokens, "the", 6)
    words = sample_tokens.to_frame()
    for side, own in (("pre", slice(-6, None)), ("post", slice(6))):
        found = tokenize(read_texts(table[side]), boilerplate=True).to_frame().groupby("doc_id")["token"].agg(list)
        for row in range(0, len(table), 7):
            doc_id, start, end = table.loc[row, ["doc_id", "start", "end"]]
            document = words[words["doc_id"] == doc_id]
            near = document[document["end"] <= start if side == "pre" else document["start"] >= end]
            assert found.get(str(row), []) == near["token"].tolist()[own]


def test_a_keyword_with_more_white_space_is_as_it_stands():
    assert kwic(tokenize(read_text("The war \t on\u00a0terror.")), "war on terror")["keyword"].tolist() == [
        "war \t on\u00a0terror"
    ]


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("a x b b.", "a ... b", ["a x b"]),  # not "a x b b"
        ("a a x b.", "a ... b", ["a x b"]),  # not "a a x b"
        ("a a b b.", "a ... b", ["a b"]),
        ("a b a b.", "a ... b", ["a b", "a b"]),  # not "a b a b", and not "b a"
        ("a x b a.", "a ... b ... a", ["a x b a"]),
        ("a b a b a.", "a b a", ["a b a", "a b a"]),  # they share a word and lie not in one another
        ("War on terror.", ["war", "war on terror"], ["War", "War on terror"]),  # of two patterns, both
        ("Wars.", ["war*", "wars", "Wars"], ["Wars"]),  # one row, by whatever pattern
        ("a x b c.", ["a ... b", "a ... c"], ["a x b", "a x b c"]),
    ],
)
def test_of_matches_in_one_another_the_shortest(text: str, pattern: str | list[str], expected: list[str]):
    assert kwic(tokenize(read_text(text)), pattern)["keyword"].tolist() == expected


DATED = {
    "a.txt": "red big war of men. old big war of art.",
    "b.txt": "small war by men.",
    "c.txt": "war of men. a big war.",
    "metadata.csv": "file,source,date\na.txt,Daily,2024-06-23\nb.txt,Radio,\nc.txt,Wire,2024-06-22\n",
}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("document", ["a8", "a28", "b6", "c0", "c18"]),
        # before the word, the nearest first: "" / big a men of / big old men of / big red / small
        ("left", ["c0", "c18", "a28", "a8", "b6"]),
        # behind it: "" / by men / of art / of men a big / of men old big
        ("right", ["c18", "b6", "a28", "c0", "a8"]),
        ("date", ["c0", "c18", "a8", "a28", "b6"]),  # what has no date comes last
        # the second word behind: "" / art / men, and before it nothing, big, small
        ("R2 L1", ["c18", "a28", "c0", "a8", "b6"]),
        ("R1 L2 L1", ["c18", "b6", "c0", "a28", "a8"]),  # "" / by / of, and two before it nothing, old, red
    ],
)
def test_sort(sort: str, expected: list[str], make_corpus: Callable[..., Corpus]):
    table = kwic(tokenize(make_corpus(DATED)), "war", 4, sort=sort)
    assert [f"{doc_id}{start}" for doc_id, start in zip(table["doc_id"], table["start"], strict=True)] == expected
    assert table.index.tolist() == [0, 1, 2, 3, 4]


def test_a_sort_by_the_match_itself():
    tokens = tokenize(read_text("Wars end. A war on. The War of. War by."))
    assert kwic(tokens, "war*", 2, sort="0 R1")["post"].tolist() == ["by", "of. War", "on. The", "end. A"]
    assert kwic(tokens, "war *", 0, sort="0")["keyword"].tolist() == ["War by", "War of", "war on"]


def test_a_sort_looks_at_the_words_of_the_window_only():
    tokens = tokenize(read_text("z a war. b a war."))
    assert kwic(tokens, "war", 1, sort="left")["start"].tolist() == [4, 13]  # both are "a war"
    assert kwic(tokens, "war", 2, sort="left")["start"].tolist() == [13, 4]  # b before z
    assert kwic(tokens, "war", 0, sort="right")["start"].tolist() == [4, 13]


def test_a_sort_does_not_look_into_the_next_document():
    tokens = tokenize(read_texts(["b war", "zero war a"]))
    assert kwic(tokens, "war", 1, sort="right")["doc_id"].tolist() == ["0", "1"]  # nothing, a
    tokens = tokenize(read_texts(["zero", "war", "a war"]))
    assert kwic(tokens, "war", 1, sort="left")["doc_id"].tolist() == ["1", "2"]  # nothing, a


def test_a_sort_takes_either_case_as_one():
    tokens = tokenize(read_text("Zeal war. able war. Able war."), lowercase=False)
    assert kwic(tokens, "war", 1, sort="left")["pre"].tolist() == ["able", "Able", "Zeal"]


@pytest.mark.parametrize("sort", ["document", "left", "right", "date"])
@pytest.mark.parametrize("text", ["A war.", "© 2024 The Daily"])  # the second has no words
def test_without_a_match_there_are_all_columns(text: str, sort: str):
    some, none = kwic(tokenize(read_text("A war.")), "war"), kwic(tokenize(read_text(text)), "peace", sort=sort)
    assert none.empty
    pd.testing.assert_series_equal(none.dtypes, some.dtypes)


@pytest.mark.parametrize(
    ("pattern", "options", "message"),
    [
        ("", {}, "pattern '' must begin and end with a word that is not all wildcard"),
        ("* ...", {}, "pattern '* ...' must begin and end with a word that is not all wildcard"),
        (["war", "*"], {}, "pattern '*' must begin"),
        ([], {}, "the list of patterns is empty: give at least one, such as 'war*'"),
        ("war", {"window": -1}, "window is -1: give the number of words on either side, 0 or more"),
        ("war", {"sort": "R0"}, "unknown sort 'R0'"),
        ("war", {"sort": "R1,L1"}, "unknown sort 'R1,L1'"),
        ("war", {"sort": "up"}, "unknown sort 'up': use document, left, right, date, or places such as 'R1 R2 L1'"),
    ],
)
def test_bad_use(pattern, options, message: str):
    with pytest.raises(ValueError) as error:
        kwic(tokenize(read_text("War.")), pattern, **options)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("word", ["campaign", "the", "Azm-e-Istehkam", "said", "nothing-of-the-kind"])
def test_finds_what_nltk_finds(word: str, sample_tokens: Tokens):
    lines = sample_tokens.to_nltk().concordance_list(word, lines=len(sample_tokens))
    table = kwic(sample_tokens, word)
    place = [line.offset for line in lines]
    assert table["doc_id"].tolist() == sample_tokens.doc_ids[sample_tokens.document[place]].tolist()
    assert table["start"].tolist() == sample_tokens.start[place].tolist()


def texts_of(html: ElementTree.Element, tag: str) -> list[str | None]:
    return [element.text for element in html.iter(tag)]


def test_html():
    markup = to_html(kwic(tokenize(read_texts(["R&D for a <b>war</b>  chest.", "Wars "])), ["war*", "war ... chest"]))
    found = ElementTree.fromstring(markup)
    assert texts_of(found, "caption") == ["3 lines from 2 documents"]
    assert texts_of(found, "th") == ["document", "keyword in context", "0", "0", "1"]
    assert [head.get("scope") for head in found.iter("th")] == ["col", "col", "row", "row", "row"]
    assert texts_of(found, "mark") == ["war", "war</b> chest", "Wars"]  # tags of the text are text
    assert texts_of(found, "span") == ["R&D for a <b>", "</b> chest", "R&D for a <b>", None, None, None]
    assert {line.get("dir") for line in found.iter("div")} == {"ltr"}
    one, none = (kwic(tokenize(read_text("War.")), word) for word in ("war", "peace"))
    assert "<caption>1 line from 1 document</caption>" in to_html(one)
    assert '<th scope="row" dir="auto">&lt;i&gt;&quot;&amp;</th>' in to_html(one.assign(doc_id='<i>"&'))
    assert texts_of(ElementTree.fromstring(to_html(none)), "caption") == ["0 lines from 0 documents"]


def test_html_runs_in_the_direction_of_the_text():
    texts = ["BBC نے کہا کہ جنگ ختم ہو گئی۔", "They call it جنگ in Urdu.", "1 &&& جنگ"]
    found = ElementTree.fromstring(to_html(kwic(tokenize(read_texts(texts)), "جنگ")))
    # Most letters of the first are Urdu though it begins with three others; an escaped & has no letters.
    assert [line.get("dir") for line in found.iter("div")] == ["rtl", "ltr", "rtl"]
    assert texts_of(found, "span")[:2] == ["BBC نے کہا کہ", "ختم ہو گئی"]  # in the order of reading


@pytest.mark.parametrize("sort", ["document", "date", "left", "right", "0 L1"])
def test_contexts_in_shards(both, sort):
    whole, cut = both
    for pattern in ("war", ["the plan", "p*"], "no * peace", "nowhere"):
        pd.testing.assert_frame_equal(kwic(cut, pattern, sort=sort), kwic(whole, pattern, sort=sort))
    every = kwic(whole, "p*", sort=sort)
    assert len(every) > 4
    for tokens in both:
        pd.testing.assert_frame_equal(kwic(tokens, "p*", sort=sort, most=4), every.head(4))
