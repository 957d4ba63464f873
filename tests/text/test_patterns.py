"""What a pattern matches: wildcards, gaps, sentence borders, case."""

import re

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from analysis import read_text, tokenize
from analysis.text import patterns
from analysis.text.corpus import read_texts
from analysis.text.patterns import find, fitting_types, fold_pattern


def matched(text, *patterns, lowercase=True):
    """What `patterns` find in `text`, overlapping matches too."""
    tokens = tokenize(read_text(text), lowercase=lowercase)
    table = find(tokens, patterns)
    return [text[start:end] for start, end in zip(tokens.start[table["first"]], tokens.end[table["last"]], strict=True)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("war", "War, wars, post-war and WAR.", ["War", "WAR"]),  # whole words, either case
        ("war*", "War, wars, warden, post-war.", ["War", "wars", "warden"]),  # * may be nothing
        ("*war", "War, wars, post-war.", ["War", "post-war"]),
        ("w?r", "War, wer, wr, waar.", ["War", "wer"]),  # ? is one character
        ("[w]ar*", "War, wars, w, ar.", []),  # brackets are no wildcards
        ("*[w]ar", "War, post-war.", []),
        ("rule of law", "The rule of law. Rule of the law. Rule, of law!", ["rule of law", "Rule, of law"]),
        ("rule of law", "This is the rule. Of law he said nothing.", []),  # over the end of a sentence
        ("rule * law", "Rule of law, rule law, rule of the law.", ["Rule of law"]),  # one word, exactly
        ("a ?? b", "a x b, a xx b, a xxx b.", ["a xx b"]),  # a word of two characters
        ("a ... b", "a b\na x b\na x x b\na x x x b\na x x x x b", ["a b", "a x b", "a x x b", "a x x x b"]),
        ("a ... b", "a x b b", ["a x b", "a x b b"]),
        ("a ... b", "a x\nx b", []),
        ("a ... b", "a x x x", []),  # the sentence ends inside the gap
        ("a ... * b", "a b\na x b\na x x x x b", ["a x b", "a x x x x b"]),  # 0 to 3 words, and one more
        ("a ... b ... c", "a x b x c.", ["a x b x c"]),
        ("a ... b ... c", "a b b c", ["a b b c"]),  # by two ways, and one match
        ("a ... b ... c", "a b b c\na\na\nc\nc", ["a b b c"]),  # the same where the b is the rarest of the three
        ("a … b", "a x b", ["a x b"]),
        ("azm-e-*", "AZM‑E‑ISTEHKAM, Azm-e-Nau.", ["AZM‑E‑ISTEHKAM", "Azm-e-Nau"]),  # U+2011
        ("Azm‑e‑*", "AZM-E-ISTEHKAM.", ["AZM-E-ISTEHKAM"]),
        ("country's war", "The country’s war, the country's war.", ["country’s war", "country's war"]),
        ("U.S. army", "The U.S. Army left.", ["U.S. Army"]),
        ("#metoo", "#MeToo and #metoo.", ["#metoo"]),  # tags keep their case
        ("جنگ*", "جنگ اور جنگیں۔", ["جنگ", "جنگیں"]),
    ],
)
def test_patterns(pattern, text, expected):
    assert matched(text, pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("us", ["US", "us", "Us"]),  # no capital: either case
        ("US", ["US"]),
        ("us ... March", ["US told us in March", "us in March"]),  # word by word
        ("us ... march", ["US told us in March", "us in March", "Us march"]),
        ("m*", ["March", "march"]),
        ("M*", ["March"]),
    ],
)
def test_where_tokens_keep_their_case_a_capital_in_a_pattern_counts(pattern, expected):
    text = "The US told us in March. Us march!"
    assert matched(text, pattern, lowercase=False) == expected


def test_find_gives_the_row_of_the_pattern():
    tokens = tokenize(read_text("War on terror is war."))
    table = find(tokens, ["terror", "war", "War on terror", "peace"])
    assert table.columns.tolist() == ["first", "last", "pattern"]
    assert table.to_numpy().tolist() == [[0, 0, 1], [0, 2, 2], [2, 2, 0], [4, 4, 1]]


@pytest.mark.parametrize("patterns", [[], ["peace"], ["peace", "rule of law"]])
def test_nothing_found(patterns):
    for text in ("War.", "© 2024 The Daily"):  # the second has no words
        table = find(tokenize(read_text(text)), patterns)
        assert table.columns.tolist() == ["first", "last", "pattern"]
        assert table.empty
        assert (table.dtypes == "int64").all()


def test_a_gap_does_not_look_past_the_last_word():
    assert matched("a x", "a ... b") == []
    assert matched("b. a", "a b") == []


@pytest.mark.parametrize(
    ("pattern", "folded"),
    [
        ("  War   on\tTERROR ", "war on terror"),
        ("Don’t * É…", "don't * é..."),  # an ellipsis inside a word is no gap
        ("war … terror", "war ... terror"),
        ("#MeToo ? x", "#MeToo ? x"),
    ],
)
def test_fold_pattern(pattern, folded):
    assert fold_pattern(pattern) == folded
    assert fold_pattern(folded) == folded


def test_a_pattern_may_keep_its_case():
    assert fold_pattern("US Army‑*", lowercase=False) == "US Army-*"


NEVER = ["", " ", "*", "**", "?", "...", "…", "* *", "* ... war", "war ... *", "war ... ??", "\u00ad war", "? war"]


@pytest.mark.parametrize("pattern", NEVER)
def test_a_pattern_that_would_match_everywhere(pattern):
    with pytest.raises(ValueError, match=r"must begin and end with a word that is not all wildcard, or with \*"):
        fold_pattern(pattern)
    with pytest.raises(ValueError, match="must begin and end with a word"):
        find(tokenize(read_text("War.")), [pattern])


@pytest.mark.parametrize("pattern", [*NEVER, "* war", "war *"])
def test_a_term_begins_and_ends_with_a_word(pattern):
    with pytest.raises(ValueError, match=r"must begin and end with a word that is not all wildcard$"):
        fold_pattern(pattern, term=True)


def test_a_lone_star_at_an_edge_is_any_word_of_the_sentence():
    tokens = tokenize(read_text("Pay social security taxes. Social secure. All social securities"))
    #                            0   1      2        3      4      5       6   7      8
    assert find(tokens, ["social secur* *"]).to_numpy().tolist() == [[1, 3, 0]]
    assert find(tokens, ["* social secur*"]).to_numpy().tolist() == [[0, 2, 0], [6, 8, 0]]
    assert find(tokens, ["* * taxes", "social *"]).to_numpy().tolist() == [[1, 2, 1], [1, 3, 0], [4, 5, 1], [7, 8, 1]]


def test_a_word_between_slashes_is_a_regular_expression():
    tokens = tokenize(read_text("Women and a woman. Womanly MEN and men."))
    assert find(tokens, ["/wom[ae]n/"])["first"].tolist() == [0, 3]  # the whole word
    assert find(tokens, ["/(wo)?m[ea]n/ and"]).to_numpy().tolist() == [[0, 1, 0], [5, 6, 0]]
    assert find(tokens, ["/M\\D+/"])["first"].tolist() == [5, 7]  # case does not count, and \\D is not \\d
    kept = tokenize(read_text("MEN and men."), lowercase=False)
    assert find(kept, ["/M.*/"])["first"].tolist() == [0]
    assert find(kept, ["/m.*/"])["first"].tolist() == [0, 2]
    with pytest.raises(ValueError, match=r"pattern '/\(men/' has a regular expression that is none: missing \)"):
        find(tokens, ["/(men/"])
    with pytest.raises(ValueError, match="regular expression, which is for searching: write the words out"):
        fold_pattern("/men/", term=True)


def test_fitting_types():
    tokens = tokenize(read_text("Court courts, a courtier; COURTS escort an ort."))
    words = ["court*", "court", "*ort", "*", "nothing", "?n"]
    fits = fitting_types(tokens, words).toarray()
    assert fits.dtype == bool
    fitting = [tokens.vocabulary[row].tolist() for row in fits]
    assert fitting[:3] == [["court", "courts", "courtier"], ["court"], ["escort", "ort"]]
    assert fitting[3:] == [tokens.vocabulary.tolist(), [], ["an"]]


def by_regular_expressions(tokens, patterns):
    """The matches as the module of the standard library finds them: every run of words of a sentence, one by one."""
    found = []
    for number, pattern in enumerate(patterns):
        expression = ""
        for word in pattern.split():
            if word == "...":
                expression += r"(?:\S+ ){0,3}"
            else:
                expression += re.escape(word).replace(r"\*", r"\S*").replace(r"\?", r"\S") + " "
        fits = re.compile(expression.replace(r" \S* ", r" \S+ ")).fullmatch
        for begin, stop in zip(tokens.sentence_offsets[:-1], tokens.sentence_offsets[1:], strict=True):
            words = tokens.vocabulary[tokens.ids[begin:stop]].tolist()
            for i in range(len(words)):
                found += [
                    [int(begin) + i, int(begin) + j, number]
                    for j in range(i, len(words))
                    if fits(" ".join(words[i : j + 1]) + " ")
                ]
    return sorted(found)


WORDS = st.sampled_from(["a", "b", "ab", "ba", "abc", "c"])
ENDS = st.sampled_from(["a", "b*", "?b", "*b*", "*c", "a*c", "*", "[a]"]).filter(lambda word: word.strip("*?"))
INNER = st.sampled_from(["a", "c", "b*", "??", "*", "...", "...", "*a"])
PATTERN = st.one_of(
    ENDS, st.builds(lambda first, inner, last: " ".join([first, *inner, last]), ENDS, st.lists(INNER, max_size=5), ENDS)
)
TEXT = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=3).map(". ".join)


@given(st.lists(TEXT, min_size=1, max_size=3), st.lists(PATTERN, min_size=1, max_size=6))
def test_equals_regular_expressions(texts, patterns):
    tokens = tokenize(read_texts(texts))
    assert find(tokens, patterns).to_numpy().tolist() == by_regular_expressions(tokens, patterns)


def test_gaps_that_every_word_fits():
    """Three steps of one to four words: one match a reach, though up to 44 ways lead to it."""
    table = find(tokenize(read_text("a " * 700)), ["a ... a ... a ... a"])
    assert table.to_numpy().tolist() == [
        [first, first + further, 0] for first in range(700) for further in range(3, 13) if first + further < 700
    ]


def test_a_sentence_many_patterns_share():
    tokens = tokenize(read_text("One two three four."))
    patterns = ["one two", "two three", "*e ... four", "o* t* t* f*", "two", "tw?", "t*"]
    assert find(tokens, patterns).to_numpy().tolist() == [
        *([0, 1, 0], [0, 3, 2], [0, 3, 3], [1, 1, 4], [1, 1, 5], [1, 1, 6], [1, 2, 1], [2, 2, 6], [2, 3, 2])
    ]


@pytest.mark.parametrize("lowercase", [True, False])
def test_types_that_fit_in_shards(lowercase, sharded, monkeypatch):
    whole = tokenize(read_texts(["Wars and a War.", "Court, courts, WAR.", "It rained."]), lowercase=lowercase)
    words = ["war", "War", "war*", "*s", "c*t*", "zzz"]
    expected = [sorted(whole.vocabulary[row].tolist()) for row in fitting_types(whole, words).toarray()]
    monkeypatch.setattr(patterns, "TYPES", 2)
    for tokens in (whole, sharded(whole, 1).subset(np.array([1]))):
        names = np.array(tokens.vocabulary.tolist(), dtype=object)
        assert [sorted(names[row].tolist()) for row in fitting_types(tokens, words).toarray()] == expected
