"""Speech, passives, roles and verbs of reporting of a corpus in parts, and their shares, are those of the whole."""

from functools import partial

import pytest

from analysis import read_text, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.attribution import attributions, speaker_shares
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import role_shares, roles
from analysis.framing.style import reporting, reports
from analysis.framing.voice import passive_rates, passives
from analysis.text import parted
from analysis.text.corpus import read_texts
from analysis.text.long_tables import by_part

ODD = (
    "Troops killed ten men. The men were buried by villagers. “We won the day,” said Khan.",
    "",
    "It rains.",
    "The bill was passed. The bill was passed. It was clearly late, Khan said.",
    "...",
    "Khan claimed that it fell. Perhaps it was sold by the army. Terrorists fled.",
    "Militants were held. An army officer said it was “very good for all of us”.",
)
STYLE = read_lexicon(LEXICONS / "style.yml")
MEASURES = {
    "speech": (partial(attributions, aliases={"Khan": "A. Khan"}), speaker_shares),
    "passives": (passives, partial(passive_rates, resamples=50)),
    "roles": (partial(roles, actors=read_lexicon(LEXICONS / "actors.yml")), role_shares),
    "reports": (partial(reports, lexicon=STYLE), partial(reporting, lexicon=STYLE)),
}
each = pytest.mark.parametrize(("find", "shares"), MEASURES.values(), ids=MEASURES)


@each
@pytest.mark.parametrize("documents", [2, 3])
def test_odd_documents(find, shares, documents, in_parts, same):
    whole = tokenize(read_texts(ODD))
    cut = in_parts(whole, documents)
    of_whole, of_cut = find(whole), by_part(find, cut)
    assert len(of_whole) > 2
    same(of_cut, of_whole)
    for by in (None, "title", "doc_id"):
        if (find, by) != (MEASURES["reports"][0], "doc_id"):  # a column of that table itself
            same(shares(of_cut, cut, by=by), shares(of_whole, whole, by=by))


@each
def test_the_sample(find, shares, sample_tokens, sample_parts, same, monkeypatch):
    pairs = [(by_part(find, tokens), tokens) for tokens in (sample_parts, sample_tokens)]
    for by in (None, "source"):
        same(*(shares(*pair, by=by) for pair in pairs))
    if shares is not speaker_shares:  # which lists the first of each group
        monkeypatch.setattr(parted, "LISTED", 3)
        few, every = (shares(*pair, by="source") for pair in pairs)
        same(few, every.head(3))


@each
def test_nothing_found(find, shares, in_parts, same):
    whole = tokenize(read_texts(["It rains.", "It snows.", "It hails."]))
    pairs = [(by_part(find, tokens), tokens) for tokens in (in_parts(whole, 1), whole)]
    for by in (None, "title"):
        same(*(shares(*pair, by=by) for pair in pairs))


@each
@pytest.mark.parametrize("by", [None, "source"])
def test_a_table_of_other_documents(find, shares, by, sample_tokens):
    found = find(tokenize(read_text("Troops were killed, Khan said that day. Khan said that it fell.")))
    with pytest.raises(ValueError, match="the table is about document 'text', which is not in the tokens"):
        shares(found, sample_tokens, by=by)


@each
def test_an_unknown_column(find, shares, sample_tokens):
    with pytest.raises(ValueError, match="no metadata column 'planet'"):
        shares(find(sample_tokens), sample_tokens, by="planet")
