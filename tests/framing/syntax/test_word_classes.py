"""What words can be, by list and by ending."""

import pytest

from analysis.framing.syntax import word_classes as wc


@pytest.mark.parametrize(
    ("word", "has", "lacks"),
    [
        ("taken", wc.PARTICIPLE | wc.DISTINCT, wc.ADJECTIVAL),
        ("retaken", wc.PARTICIPLE | wc.DISTINCT, 0),
        ("arrested", wc.PARTICIPLE, wc.DISTINCT | wc.ADJECTIVAL),
        ("fled", wc.INTRANSITIVE, wc.PARTICIPLE),
        ("guaranteed", wc.PARTICIPLE, 0),
        ("exceed", 0, wc.PARTICIPLE),
        ("hundred", wc.NUMBER, wc.PARTICIPLE),
        ("present", 0, wc.PARTICIPLE),
        ("arrived", 0, wc.PARTICIPLE),
        ("unaffected", wc.ADJECTIVAL, 0),
        ("unveiled", wc.PARTICIPLE, wc.ADJECTIVAL),
        ("well-known", wc.ADJECTIVAL, 0),
        ("re-elected", wc.PARTICIPLE, wc.ADJECTIVAL),
        ("wasn't", wc.BE | wc.NEGATION, 0),
        ("can't", wc.MODAL | wc.NEGATION, wc.BE),
        ("she's", wc.BE | wc.JOINED | wc.CLITIC_S, 0),
        ("they're", wc.BE | wc.JOINED, wc.CLITIC_S),
        ("country's", 0, wc.BE),
        ("quickly", wc.ADVERB, 0),
        ("family", 0, wc.ADVERB),
        ("17", wc.NUMBER, 0),
    ],
)
def test_classes(word, has, lacks):
    found = int(wc.classes([word])[0])
    assert found & has == has
    assert not found & lacks


def test_no_word_is_both_a_participle_and_none():
    lists = wc.word_lists()
    none = lists["no_participle"] | lists["intransitive"]
    assert not none & (lists["participle_same"] | lists["adjectival"])


def test_most_words_have_no_class_and_marks_are_no_words():
    assert wc.classes(["river", "Lahore", "table", "return", ",", "“", "…"]).tolist() == [0] * 4 + [-1] * 3
