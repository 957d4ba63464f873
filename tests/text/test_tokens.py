"""Words as integers, and the way back from each to its place in the text."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

from analysis import read_text, tokenize
from analysis.text.kernels import fold

FILES = {
    "a.txt": "A Plain Headline\n\nTo be or not to be. Be quick!\n\nAlso read: Ten more meetings",
    "b.txt": "To be read.",
    "c.txt": "© 2024 The Daily",  # nothing but boilerplate
    "d.txt": "Quick, quick. It is late.",
    "metadata.csv": "file,source,date\na.txt,Daily,2024-06-22\nb.txt,Wire,2024-06-23\nc.txt,Wire,\nd.txt,,2024-06-22\n",
}


def words(tokens):
    return [str(word) for word in tokens.vocabulary[tokens.ids]]


def surfaces(tokens):
    texts = [tokens.corpus.texts[document] for document in tokens.document]
    return [text[start:end] for text, start, end in zip(texts, tokens.start, tokens.end, strict=True)]


def assert_sound(tokens):
    """What holds for any text: offsets that start at 0, rise and reach the end, and words inside their sentences."""
    for offsets in (tokens.document_offsets, tokens.sentence_offsets):
        assert offsets[0] == 0
        assert offsets[-1] == len(tokens)
        assert (np.diff(offsets) >= 0).all()
    assert len(tokens.document_offsets) == len(tokens.corpus.texts) + 1
    assert (np.diff(tokens.sentence_offsets) > 0).all()  # a sentence without a word is none
    sentence = tokens.sentence
    assert (tokens.sentence_start[sentence] <= tokens.start).all()
    assert (tokens.start < tokens.end).all()
    assert (tokens.start < tokens.sentence_end[sentence]).all()
    same_document = np.diff(tokens.document) == 0
    assert (tokens.end[:-1] <= tokens.start[1:])[same_document].all()
    segments = tokens.corpus.segments.iloc[tokens.sentence_segment]
    assert segments["doc_id"].tolist() == tokens.doc_ids[tokens.sentence_document].tolist()
    assert (segments["start"].to_numpy() <= tokens.sentence_start).all()
    assert (tokens.sentence_end <= segments["end"].to_numpy()).all()
    options = tokens.options
    assert [fold(surface, lowercase=options["lowercase"]) for surface in surfaces(tokens)] == words(tokens)


def test_words_sentences_and_documents(tokens):
    assert words(tokens) == "a plain headline to be or not to be be quick to be read quick quick it is late".split()
    assert tokens.vocabulary.tolist() == "a plain headline to be or not quick read it is late".split()
    assert tokens.document_offsets.tolist() == [0, 11, 14, 14, 19]  # the third document has no word
    assert tokens.sentence_offsets.tolist() == [0, 3, 9, 11, 14, 16, 19]
    assert tokens.sentence_document.tolist() == [0, 0, 0, 1, 3, 3]
    assert (len(tokens), tokens.n_documents, tokens.n_sentences) == (19, 4, 6)
    assert_sound(tokens)


def test_a_sentence_has_its_end_mark(tokens):
    spans = zip(tokens.sentence_document, tokens.sentence_start, tokens.sentence_end, strict=True)
    assert [tokens.corpus.texts[document][start:end] for document, start, end in spans] == [
        "A Plain Headline",
        "To be or not to be.",
        "Be quick!",
        "To be read.",
        "Quick, quick.",
        "It is late.",
    ]


def test_boilerplate_on_request(make_corpus):
    corpus = make_corpus(FILES)
    assert words(tokenize(corpus, boilerplate=True))[11:16] == ["also", "read", "ten", "more", "meetings"]
    assert_sound(tokenize(corpus, boilerplate=True))


def test_to_frame_counts_from_zero_in_each_document(tokens):
    frame = tokens.to_frame()
    assert frame.columns.tolist() == ["doc_id", "sentence", "position", "token", "start", "end"]
    rows = list(frame.itertuples(index=False, name=None))
    assert rows[0] == ("a", 0, 0, "a", 0, 1)
    assert rows[9] == ("a", 2, 9, "be", 38, 40)  # 16 and 2 line ends, then "To be or not to be. " of 20
    assert rows[11] == ("b", 0, 0, "to", 0, 2)
    assert rows[16] == ("d", 1, 2, "it", 14, 16)


def test_document_term_matrix(tokens):
    matrix, doc_ids, terms = tokens.document_term_matrix()
    assert matrix.shape == (4, 12)
    assert doc_ids.tolist() == ["a", "b", "c", "d"]
    table = pd.DataFrame(matrix.toarray(), index=doc_ids, columns=terms)
    assert table.loc["a", ["to", "be", "quick", "late"]].to_numpy().tolist() == [2, 3, 1, 0]
    assert table.loc["c"].sum() == 0
    assert table.loc["d", ["to", "be", "quick", "late"]].to_numpy().tolist() == [0, 0, 2, 1]
    frame = tokens.to_frame()
    counted = pd.crosstab(frame["doc_id"], frame["token"])
    assert (table.loc[counted.index, counted.columns] == counted).all(axis=None)


def test_to_nltk(tokens):
    text = tokens.to_nltk()
    assert list(text) == words(tokens)
    assert text.vocab().most_common(1) == [("be", 4)]
    assert text.count("quick") == 3


def test_groups(tokens):
    assert tokens.groups("source").tolist() == ["Daily", "Wire", "Wire", "(none)"]
    assert tokens.groups("date").tolist() == ["2024-06-22", "2024-06-23", "(none)", "2024-06-22"]
    assert tokens.groups("n_chars").tolist() == [str(len(FILES[f"{name}.txt"])) for name in "abcd"]
    with pytest.raises(ValueError, match="no metadata column 'outlet': this corpus has doc_id, title, source, date"):
        tokens.groups("outlet")


@pytest.mark.parametrize(
    ("conditions", "doc_ids"),
    [
        ({"source": "Wire"}, ["b", "c"]),
        ({"source__not": ("Daily", "Wire")}, ["d"]),
        ({"date": "2024-06-22", "source": "Daily"}, ["a"]),
        ({"source__not": "Daily", "date__not": "(none)"}, ["b", "d"]),
    ],
)
def test_where(tokens, conditions, doc_ids):
    chosen = tokens.where(**conditions)
    assert chosen.doc_ids.tolist() == doc_ids
    frame = tokens.to_frame()
    expected = frame[frame["doc_id"].isin(doc_ids)].reset_index(drop=True)
    pd.testing.assert_frame_equal(chosen.to_frame(), expected)
    assert_sound(chosen)


def test_all_documents_are_no_copy_and_neighbours_share_the_columns(tokens):
    assert tokens.subset(np.arange(4)) is tokens
    neighbours, apart = tokens.subset(np.array([1, 2])), tokens.subset(np.array([0, 3]))
    for name in ("ids", "start", "end", "sentence_start", "sentence_end"):
        assert np.shares_memory(getattr(neighbours, name), getattr(tokens, name))
        assert not np.shares_memory(getattr(apart, name), getattr(tokens, name))


def test_case_is_kept_on_request():
    tokens = tokenize(read_text("The end. THE end."), lowercase=False)
    assert tokens.vocabulary.tolist() == ["The", "end", "THE"]
    assert_sound(tokens)


def test_treebank_scheme():
    tokens = tokenize(read_text("The state's men can't pay $5. “Why?”"), scheme="treebank")
    assert surfaces(tokens) == "The state 's men ca n't pay $ 5 . “ Why ? ”".split()
    assert tokens.sentence_offsets.tolist() == [0, 10, 14]
    assert_sound(tokens)


def test_the_language_of_a_document_decides_how_it_is_split(make_corpus):
    files = {"a.txt": "اجلاس ہوا۔ وزیراعظم نے صدارت کی۔", "metadata.csv": "file,language\na.txt,ur\n"}
    assert tokenize(make_corpus(files)).sentence_offsets.tolist() == [0, 2, 6]


def test_unknown_scheme_or_splitter():
    corpus = read_text("One.")
    with pytest.raises(ValueError, match="unknown scheme 'words': use 'frequency' or 'treebank'"):
        tokenize(corpus, scheme="words")
    with pytest.raises(ValueError, match="splitter 'spacy' is not known: use one of default, punkt"):
        tokenize(corpus, splitter="spacy")


def test_options_name_what_made_the_words():
    options = {"scheme": "treebank", "lowercase": False, "boilerplate": True, "splitter": "punkt", "emoji": False}
    assert tokenize(read_text("One."), **options).options == options


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_any_text_is_sound(text):
    assert_sound(tokenize(read_text(text), boilerplate=True))


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
def test_every_word_of_the_sample_walks_back_to_the_text(sample, scheme):
    tokens = tokenize(sample, scheme, boilerplate=True)
    assert_sound(tokens)
    assert (tokens.end <= tokens.sentence_end[tokens.sentence]).all()
    frame = tokens.to_frame()
    for doc_id, rows in frame.groupby("doc_id"):
        text = sample.text(str(doc_id))
        folded = [fold(text[start:end]) for start, end in zip(rows["start"], rows["end"], strict=True)]
        assert folded == rows["token"].tolist()


@pytest.mark.parametrize("text", ["Flight 4A.B. left.", "See item 4A.º now"])
def test_a_word_ends_before_its_sentence_does(text):
    tokens = tokenize(read_text(text))
    assert (tokens.end <= tokens.sentence_end[tokens.sentence]).all()


def test_emoji_can_be_left_out():
    corpus = read_text("Peace \U0001f54a\ufe0f and war \U0001f1f5\U0001f1f0.")
    assert len(tokenize(corpus)) == 5
    assert words(tokenize(corpus, emoji=False)) == ["peace", "and", "war"]
    assert words(tokenize(corpus, "treebank", emoji=False)) == ["peace", "and", "war", "."]


def test_a_tokenizer_of_ones_own():
    tokens = tokenize(read_text("Don't—go! We ran 2nd today. Stop it."), RegexpTokenizer(r"[A-Za-z]+").span_tokenize)
    assert words(tokens) == ["don", "t", "go", "we", "ran", "nd", "today", "stop", "it"]
    assert surfaces(tokens) == ["Don", "t", "go", "We", "ran", "nd", "today", "Stop", "it"]
    assert tokens.sentence_offsets.tolist() == [0, 3, 7, 9]
    assert tokens.options["scheme"] == "own"


@pytest.mark.parametrize("spans", [["Rain", "."], [(0, 0)], [(2, 4), (0, 1)], [(0, 3), (2, 4)], [(3, 9)], [(-1, 2)]])
def test_a_tokenizer_that_gives_no_spans(spans):
    given = "no pairs of numbers for" if spans[0] == "Rain" else r"the span \(.*\) of"
    with pytest.raises(ValueError, match=rf"^the tokenizer gives {given} 'Rain\.': give the first character"):
        tokenize(read_text("Rain."), lambda sentence: spans)
