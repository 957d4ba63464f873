"""Which words match, which of two matches counts, and what the counts come to."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.intervals import rate_intervals
from analysis.framing import frames
from analysis.framing.frames import (
    MATCH_COLUMNS,
    coverage,
    evidence,
    in_language,
    matches,
    over_time,
    profile,
    score_sentences,
    sentence_frames,
)
from analysis.text.corpus import read_texts

NEGATION = "negation: {window: 3, words: [no, not, don't]}\n"
FRAMES = """\
  war:
    definition: A fight.
    terms: [war, "war on terror", {pattern: "root* out", weight: 0.5}, "counter-terror*"]
    excludes: ["war of words", "trade war"]
  law:
    definition: Courts.
    terms: [{pattern: "court*", weight: 2}, "rule of * law", "terror case", "country's law"]
"""
LINES = "War is war at court. War, war, war at court. War at court. Rooted out. It rained."


@pytest.fixture
def lexicon(make_lexicon):
    return make_lexicon(FRAMES, NEGATION)


def hits(text, lexicon):
    table = matches(tokenize(read_text(text)), lexicon)
    return list(table[["frame", "text"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The war on terror.", [("war", "war on terror")]),  # and not "war" again inside it
        ("War on the war on terror.", [("war", "War"), ("war", "war on terror")]),
        ("The war on terror case.", [("war", "war on terror")]),  # three words against "terror case" of the other frame
        ("The terror case.", [("law", "terror case")]),
        ("A war of words.", []),  # the exclude takes the words
        ("A trade war on terror.", [("war", "war on terror")]),  # three words against the exclude's two
        ("A trade war, a war.", [("war", "war")]),
        ("War at court.", [("war", "War"), ("law", "court")]),
        ("The country’s law.", [("law", "country’s law")]),
        ("A counter‑terrorism court.", [("war", "counter‑terrorism"), ("law", "court")]),
        ("The rule of the law and the rule of law.", [("law", "rule of the law")]),
        ("Nothing here.", []),
    ],
)
def test_a_word_counts_once(text, expected, lexicon):
    assert hits(text, lexicon) == expected


@pytest.mark.parametrize(
    ("frames", "text", "expected"),
    [
        # of as many words the one of more characters: 11 against 7
        ({"one": ["big dog"], "two": ["dog kennels"]}, "A big dog kennels here.", [("two", "dog kennels")]),
        # of as many characters the earlier
        ({"one": ["dog cat"], "two": ["cow dog"]}, "A cow dog cat.", [("two", "cow dog")]),
        # of patterns for the same words the exclude, then the first
        ({"one": ["cow*"], "two": ["*cow", "dog*"]}, "A cow, a dog, dogs.", [("one", "cow"), ("two", "dogs")]),
        # the longest is taken first, whatever is lost by it: a rule that can be followed by eye
        ({"one": ["a b", "e f"], "two": ["b c e"]}, "x a b c e f", [("two", "b c e")]),
    ],
)
def test_which_of_two_matches_wins(frames, text, expected, make_lexicon):
    each = [f"  {frame}: {{definition: None., terms: {terms}, excludes: ['*dog']}}" for frame, terms in frames.items()]
    assert hits(text, make_lexicon("\n".join(each))) == expected


def test_matches_point_into_the_text(make_corpus, lexicon):
    files = {"a.txt": "A Plain Headline\n\nIt rained. War! It was a war.", "b.txt": "They root it out. Rooting out."}
    corpus = make_corpus(files)
    table = matches(tokenize(corpus), lexicon)
    assert table.columns.tolist() == MATCH_COLUMNS
    assert table.to_numpy().tolist() == [
        ["a", 2, "war", "war", "War", 29, 32, False, 1.0],  # 16 + 2 + "It rained. " of 11
        ["a", 3, "war", "war", "war", 43, 46, False, 1.0],
        ["b", 1, "war", "root* out", "Rooting out", 18, 29, False, 0.5],
    ]
    for doc_id, text, start, end in table[["doc_id", "text", "start", "end"]].itertuples(index=False, name=None):
        assert corpus.text(doc_id)[start:end] == text


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("No war.", True),
        ("This is not a war.", True),
        ("They don’t want war.", True),
        ("Not in my name war.", False),  # four words away
        ("Not in my war.", True),  # three
        ("It will not be so. War came.", False),  # another sentence
        ("War is not what they want.", False),  # behind it
        ("No.\n\nWar came.", False),
        ("War came. It was no war.", True),
    ],
)
def test_negation(text, negated, lexicon):
    assert matches(tokenize(read_text(text)), lexicon)["negated"].tolist()[-1] is negated


def test_a_negation_inside_a_match_does_not_negate_it(make_lexicon):
    own = make_lexicon(FRAMES.replace("[war,", "[war, no war at all,"), NEGATION)
    table = matches(tokenize(read_text("It was no war at all.")), own)
    assert table[["text", "negated"]].to_numpy().tolist() == [["no war at all", False]]


FILES = {
    "a.txt": "War is war. It rained.",  # 5 words, 2 sentences
    "b.txt": "The court met. No war.",  # 5, 2
    "c.txt": "It rained all day long. War on terror in court!",  # 10, 2
    "metadata.csv": "file,source\na.txt,Daily\nb.txt,\nc.txt,Daily\n",
}


def test_profile(tokens, lexicon):
    table = profile(tokens, lexicon)
    plain = ["frame", "hits", "per_1000_words", "sentence_share", "ci_low", "ci_high"]
    assert table.columns.tolist() == [*plain, "score_per_1000_words"]
    assert table["frame"].tolist() == ["war", "law"]
    assert table["hits"].tolist() == [4, 2]  # two wars, one negated, one war on terror; two courts
    assert table["per_1000_words"].tolist() == [200, 100]  # of 20 words
    assert table["score_per_1000_words"].tolist() == [200, 200]  # a court weighs 2
    assert table["sentence_share"].tolist() == pytest.approx([3 / 6, 2 / 6])
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_profile_by_source(tokens, lexicon):
    table = profile(tokens, lexicon, by="source")
    assert table.columns[0] == "source"
    assert table[["source", "frame", "hits"]].to_numpy().tolist() == [
        ["(none)", "war", 1],
        ["(none)", "law", 1],
        ["Daily", "war", 3],
        ["Daily", "law", 1],
    ]
    assert table["per_1000_words"].tolist() == pytest.approx([200, 200, 3000 / 15, 1000 / 15])
    assert table["sentence_share"].tolist() == [0.5, 0.5, 0.5, 0.25]
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # two documents, and one of two sentences


def test_profile_with_weights(tokens, lexicon):
    weights = np.ones(20)
    weights[:3] = 0.5  # war is war
    weights[15:18] = [1, 0, 0.5]  # war on terror: a mean of 0.5
    table = profile(tokens, lexicon, weights=weights)
    assert table["hits"].tolist() == pytest.approx([0.5 + 0.5 + 1 + 0.5, 2])
    running = 20 - 1.5 - 1.5
    assert table["per_1000_words"].tolist() == pytest.approx([2500 / running, 2000 / running])
    assert table["score_per_1000_words"].tolist() == pytest.approx([2500 / running, 4000 / running])


def test_a_match_is_counted_and_no_word_twice(sample_tokens, security):
    table = matches(sample_tokens, security)
    counted = profile(sample_tokens, security).set_index("frame")["hits"]
    assert counted[counted > 0].to_dict() == table["frame"].value_counts().to_dict()
    for _, rows in table.groupby("doc_id"):
        assert (rows["end"].to_numpy()[:-1] <= rows["start"].to_numpy()[1:]).all()  # no word twice
    texts = dict(zip(sample_tokens.doc_ids, sample_tokens.corpus.texts, strict=True))
    places = table[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    assert [texts[doc_id][start:end] for doc_id, start, end in places] == table["text"].tolist()


def test_evidence(tokens, lexicon):
    table = evidence(tokens, matches(tokens, lexicon))
    assert table[["frame", "doc_id", "hits", "weight", "words", "sentence"]].to_numpy().tolist() == [
        ["law", "b", 1, 2.0, "court", "The court met."],
        ["war", "a", 2, 2.0, "War · war", "War is war."],
        ["law", "c", 1, 2.0, "court", "War on terror in court!"],
        ["war", "b", 1, 1.0, "war", "No war."],
        ["war", "c", 1, 1.0, "War on terror", "War on terror in court!"],
    ]
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    places = table[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    assert [texts[doc_id][start:end] for doc_id, start, end in places] == table["sentence"].tolist()


def test_score_sentences(lexicon):
    lines = ["War is war.", "War, war at court.", "War at court.", "Rooted out.", "Rain.", "", "  "]
    table = score_sentences(lines, lexicon)
    assert table.columns.tolist() == ["war", "law", "frame"]
    assert table[["war", "law"]].to_numpy().tolist() == [[2, 0], [2, 2], [1, 2], [0.5, 0], [0, 0], [0, 0], [0, 0]]
    assert table["frame"].tolist() == ["war", None, "law", "war", None, None, None]
    assert score_sentences([], lexicon).columns.tolist() == ["war", "law", "frame"]
    assert score_sentences(["Read more: a war"], lexicon)["frame"].tolist() == ["war"]  # boilerplate elsewhere


def test_the_frame_of_each_sentence(lexicon):
    table = sentence_frames(tokenize(read_text(LINES)), lexicon, margin=1)
    assert table.columns.tolist()[:4] == ["doc_id", "sentence", "start", "end"]
    assert table[["status", "frame", "leading", "second", "score", "margin"]].to_numpy().tolist() == [
        ["tie", None, "war · law", None, 2, 0],
        ["framed", "war", "war", "law", 3, 1],  # a lead as large as the margin is enough
        ["framed", "law", "law", "war", 2, 1],
        ["below margin", None, "war", None, 0.5, 0.5],
        ["no term", None, None, None, 0, 0],
    ]
    assert [LINES[start:end] for start, end in zip(table["start"], table["end"], strict=True)] == table["text"].tolist()
    without = sentence_frames(tokenize(read_text(LINES)), lexicon)
    assert without["status"].tolist() == ["tie", "framed", "framed", "framed", "no term"]
    for margin in (0, 0.5, 1, 1.5):
        scored = score_sentences(table["text"].tolist(), lexicon, margin=margin)["frame"].tolist()
        assert scored == sentence_frames(tokenize(read_text(LINES)), lexicon, margin=margin)["frame"].tolist()


def test_a_tie_of_all_and_what_comes_second(make_lexicon):
    terms = {"one": "aa", "two": "bb", "three": "cc"}
    own = make_lexicon("".join(f"  {name}: {{definition: d, terms: [{word}]}}\n" for name, word in terms.items()))
    table = sentence_frames(tokenize(read_text("Aa, bb and cc.\n\nAa, aa, bb, bb, cc.\n\nCc, cc, bb, aa.")), own)
    assert table["leading"].tolist() == ["one · two · three", "one · two", "three"]
    assert table["second"].tolist() == [None, "three", "one"]  # of two alike the first in the lexicon
    assert table["margin"].tolist() == [0, 0, 1]


@pytest.mark.parametrize("margin", [-0.1, float("nan")])
def test_a_margin_that_is_none(margin, lexicon):
    tokens = tokenize(read_text("© 2024 The Daily"))
    for measure, of in ((sentence_frames, tokens), (coverage, tokens), (score_sentences, ["War."])):
        with pytest.raises(ValueError, match=f"margin is {margin}: use 0 or a weight above it"):
            measure(of, lexicon, margin=margin)


def test_coverage(tokens, lexicon):
    # war, nothing; court, war; nothing, war on terror in court (law: 2)
    assert coverage(tokens, lexicon).to_numpy().tolist() == [
        ["framed", 4, 4 / 6],
        ["tie", 0, 0],
        ["below margin", 0, 0],
        ["no term", 2, 2 / 6],
    ]
    assert coverage(tokenize(read_text(LINES)), lexicon, margin=1)["sentences"].tolist() == [2, 1, 1, 1]
    grouped = coverage(tokens, lexicon, by="source")
    assert grouped.loc[grouped["status"] == "framed"].to_numpy().tolist() == [
        ["(none)", "framed", 2, 1],
        ["Daily", "framed", 2, 0.5],
    ]


def test_a_group_without_words(make_corpus, lexicon):
    files = {"a.txt": "War.", "b.txt": "© 2024 The Daily", "metadata.csv": "file,source\na,One\nb,Two\n"}
    tokens = tokenize(make_corpus(files))
    table = coverage(tokens, lexicon, by="source")
    assert table[["sentences", "share"]].to_numpy().tolist() == [[1, 1], *[[0, 0]] * 7]
    assert coverage(tokens.where(source="Two"), lexicon)["sentences"].tolist() == [0, 0, 0, 0]
    assert profile(tokens.where(source="Two"), lexicon)["hits"].tolist() == [0, 0]


def test_the_interval_is_over_the_documents_with_words(security):
    texts = ["Militants fled.", "It was a war on terror.", "It rained.", "Militants hid there.", "The militants."]
    table = profile(tokenize(read_texts([*texts, "© 2024 The Daily"])), security)
    low, high = rate_intervals(np.array([[1], [0], [0], [1], [1]]), np.array([2, 6, 2, 3, 2]))
    assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([1000 * low[0], 1000 * high[0]])
    assert profile(tokenize(read_texts([*texts[1:], ""])), security)["ci_low"].isna().all()  # of four


def test_a_tie_in_floating_point(make_lexicon):
    one = ", ".join(f"{{pattern: {word}, weight: 0.3}}" for word in ("aa", "bb", "cc"))
    two = "{pattern: dd, weight: 0.5}, {pattern: ee, weight: 0.4}"
    own = make_lexicon(f"  one: {{definition: d, terms: [{one}]}}\n  two: {{definition: d, terms: [{two}]}}\n")
    assert score_sentences(["aa bb cc dd ee"], own)["frame"].tolist() == [None]


def test_only_documents_in_the_language_of_the_lexicon_are_read(make_corpus, lexicon):
    files = {"a.txt": "It was a war.", "b.txt": "یہ جنگ تھی۔", "metadata.csv": "file,language\na.txt,en-GB\nb.txt,ur\n"}
    tokens = tokenize(make_corpus(files))
    assert in_language(tokens, lexicon).doc_ids.tolist() == ["a"]
    with pytest.raises(ValueError, match="is in 'en' and the documents are in ur"):
        in_language(tokens.where(doc_id="b"), lexicon)


def test_sentences_are_scored_block_by_block_as_together(monkeypatch, tokens, lexicon):
    together = sentence_frames(tokens, lexicon)
    assert len(together) > 3
    monkeypatch.setattr(frames, "BLOCK", 3)
    pd.testing.assert_frame_equal(together, sentence_frames(tokens, lexicon), check_exact=True)


def test_a_group_of_one_document_has_the_interval_of_its_sentences(sharded, security):
    said = "Militants fled. Militants fled again. It rained. The militants met. It was late."
    corpus = read_texts([said] * 40)
    corpus.documents["source"] = ["one" if row == 7 else "others" for row in range(40)]
    for tokens in (whole := tokenize(corpus), sharded(whole, 3)):
        found = profile(tokens, security, by="source").query("frame == 'threat'")
        assert found["hits"].tolist() == [3, 117]
        low, high = rate_intervals(np.array([[1], [1], [0], [1], [0]]), np.array([2, 3, 2, 3, 3]))
        assert found[["ci_low", "ci_high"]].iloc[0].tolist() == pytest.approx([1000 * low[0], 1000 * high[0]])
        low, high = rate_intervals(np.full((39, 1), 3), np.full(39, 13))
        assert found[["ci_low", "ci_high"]].iloc[1].tolist() == pytest.approx([1000 * low[0], 1000 * high[0]])


DATED = {
    "a.txt": "War is war. It rained.",  # 5 words
    "b.txt": "The court met.",  # 3
    "c.txt": "War came.",  # 2
    "d.txt": "It was war.",  # without a date
    "e.txt": "© 2024 The Daily",  # without words
    "metadata.csv": "file,date\na,2024-01-30\nb,2024-01-02\nc,2024-03-01\nd,\ne,2024-02-01\n",
}


def test_over_time(make_corpus, lexicon):
    tokens = tokenize(make_corpus(DATED))
    table = over_time(tokens, lexicon)
    assert table["frame"].tolist() == ["war"] * 3 + ["law"] * 3
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"] * 2
    assert table["documents"].tolist() == [2, 0, 1] * 2
    assert table["hits"].tolist() == [2, 0, 1, 1, 0, 0]
    assert table["words"].tolist() == [8, 0, 2] * 2
    assert table["per_1000_words"].tolist() == pytest.approx([250, np.nan, 500, 125, np.nan, 0], nan_ok=True)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of two documents, none and one
    halved = over_time(tokens, lexicon, "year", weights=np.full(len(tokens), 0.5))
    assert halved[["hits", "words", "per_1000_words"]].to_numpy().tolist() == [[1.5, 5, 300], [0.5, 5, 100]]


@pytest.mark.parametrize(
    ("every", "message"),
    [("month", "no document has a date"), ("hour", "every is 'hour': use 'day', 'week', 'month', 'year'")],
)
def test_no_periods(every, message, lexicon):
    with pytest.raises(ValueError, match=message):
        over_time(tokenize(read_text("It was war.")), lexicon, every)


def test_one_period_is_the_profile(sample_tokens, security):
    whole = profile(sample_tokens, security)
    year = over_time(sample_tokens, security, "year")
    assert year["hits"].tolist() == whole["hits"].tolist()
    assert year["ci_high"].tolist() == pytest.approx(whole["ci_high"].tolist())
    assert (year["ci_high"] > year["per_1000_words"]).all()
