"""Frames by meaning: the formulas written out word by word, and what is refused, left out or abstained from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.framing import frames
from analysis.framing.axes import axes
from analysis.framing.embedding import DEFINITION, NEARER, expand, score_sentences, similarities
from analysis.framing.evaluation import frame_scores
from analysis.text.corpus import read_texts
from analysis.text.embeddings import TELLING, available, embed, means

pytestmark = pytest.mark.skipif(not available(), reason="the extra 'embeddings' (wordllama) is not installed")

WAR = """\
  war:
    label: War
    definition: Armies fight.
    terms: ["attack", {pattern: "air raid", weight: 0.5}, "bomb*"]
"""
TRADE = """\
  trade:
    label: Trade
    definition: Goods are bought and sold.
    terms: ["wheat price*", "market*"]
    excludes: ["stock exchange"]
"""
FRAMES = WAR + TRADE
TEXTS = ["Armies fought a battle.", "Flour was bought and sold.", "The attack hit the market.", ""]


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_similarity_is_a_cosine_measured_against_those_of_the_terms(lexicon):
    attack, raid, bomb, wheat, market = embed(["attack", "air raid", "bomb", "wheat price", "market"]).astype(float)
    war_words, trade_words = embed(["War. Armies fight.", "Trade. Goods are bought and sold."]).astype(float)
    # Terms with a wildcard have no part in a frame's vector: war has two terms, trade none.
    war = unit((1 - DEFINITION) * unit(attack + 0.5 * raid) + DEFINITION * war_words)
    expected = []
    for frame in (war, trade_words):
        background = np.array([attack, raid, bomb, wheat, market]) @ frame
        expected.append((embed(TEXTS[:3]) @ frame - background.mean()) / background.std())
    found = similarities(TEXTS, lexicon)
    assert found.columns.tolist() == ["war", "trade"]
    np.testing.assert_allclose(found.to_numpy()[:3], np.array(expected).T, atol=1e-4)
    assert found.iloc[3].isna().all()


def test_a_row_depends_on_its_sentence_alone(security):
    whole = similarities(TEXTS, security)
    for row, text in enumerate(TEXTS):
        pd.testing.assert_frame_equal(similarities([text], security), whole.iloc[[row]].reset_index(drop=True))
    assert similarities([], security).shape == (0, 12)


def test_a_score_is_the_weight_of_matches_and_a_share_of_nearness(lexicon):
    near, counted = similarities(TEXTS, lexicon), frames.score_sentences(TEXTS, lexicon)
    found = score_sentences(TEXTS, lexicon, share=0.2, least=-9.0)
    np.testing.assert_allclose(found[["war", "trade"]], counted[["war", "trade"]] + 0.2 * near.fillna(0), atol=2e-6)
    assert counted["frame"].tolist() == [None, None, None, None]  # the third speaks of both
    assert found["frame"].tolist()[:2] == ["war", "trade"]
    assert found["frame"].tolist()[3] is None
    assert score_sentences(TEXTS, lexicon, share=0, least=0.01)["frame"].tolist() == counted["frame"].tolist()


def test_abstains_below_the_least_and_within_the_margin(lexicon):
    table = score_sentences(TEXTS[:1], lexicon, least=-9.0)
    best, other = table[["war", "trade"]].to_numpy()[0]
    assert best > other
    for least, margin, frame in [
        (best - 1e-5, 0, "war"),
        (best + 1e-5, 0, None),
        (-9, best - other - 1e-5, "war"),
        (-9, best - other + 1e-5, None),
    ]:
        assert score_sentences(TEXTS[:1], lexicon, least=least, margin=margin)["frame"].tolist() == [frame]
    assert score_sentences([], lexicon).columns.tolist() == ["war", "trade", "frame"]


def test_a_lexicon_of_one_frame(make_lexicon):
    one = make_lexicon(WAR.replace(', "bomb*"', ""))
    assert score_sentences(["Troops attack.", ""], one)["frame"].tolist() == ["war", None]
    wild = make_lexicon(WAR.replace('"attack", {pattern: "air raid", weight: 0.5}, ', ""))
    assert np.isfinite(similarities(["Troops attack."], wild).to_numpy()).all()


def test_combined_against_the_readers_of_the_sample(security):
    """Macro F1 over 12 frames and none: .578 by the lexicon alone, .573 with nearness."""
    gold = pd.read_csv(SAMPLE / "gold" / "frames.csv")
    names = security.frames["frame"].tolist()
    table = score_sentences(gold["sentence"].tolist(), security)
    macro = frame_scores(gold["frame"].tolist(), table["frame"].tolist(), names).set_index("frame").loc["macro", "f1"]
    assert macro >= 0.55


CORPUS = (
    "The militia shelled a convoy. Another convoy of the militia was shelled. It attacked the port. They attacked. "
    "Farmers sold flour. Flour is sold by Khan. We met Khan. The flour was dear, said Khan. And so on, and so on."
)


def test_words_that_a_frame_may_lack(lexicon):
    tokens = tokenize(read_text(CORPUS))
    found = expand(tokens, lexicon).set_index("word")
    assert set(found.index) <= {*"militia shelled convoy attacked flour sold".split()}  # not once, no name, no "and"
    row = found.loc["attacked", ["frame", "term", "count", "example"]]
    assert row.tolist() == ["war", "attack", 2, "It attacked the port."]
    terms = embed(["attack", "air raid", "bomb"])
    cosine = float((terms @ embed(["attacked"])[0]).mean())
    assert found.loc["attacked", "similarity"] == pytest.approx(cosine, abs=1e-5)
    nearness = similarities(["attacked"], lexicon)["war"].item()
    assert found.loc["attacked", "frame_similarity"] == pytest.approx(nearness, abs=1e-5)
    assert (found["frame_similarity"] >= NEARER).all()


def test_words_of_patterns_are_not_proposed(lexicon):
    tokens = tokenize(read_text("Bombers raid the exchange. Prices of bread. " * 2))
    assert not {"bombers", "raid", "exchange", "prices"} & set(expand(tokens, lexicon)["word"])
    assert expand(tokenize(read_text("Attack!")), lexicon).empty


def test_names_are_not_proposed(security):
    text = "We saw a magistrate. They met a magistrate."
    assert expand(tokenize(read_text(text)), security)["word"].tolist() == ["magistrate"]
    assert expand(tokenize(read_text(text.replace("a magistrate", "Magistrate"))), security).empty
    # A capital at the start of a sentence says nothing.
    first = tokenize(read_text("Magistrate was the word. Magistrate it was."))
    assert expand(first, security)["word"].tolist() == ["magistrate"]


def test_proposals_are_sorted_and_as_many_as_asked_for(security, sample_tokens):
    found = expand(sample_tokens, security, per_frame=4, min_count=2)
    order = {frame: number for number, frame in enumerate(security.frames["frame"])}
    keys = list(zip(found["frame"].map(order), -found["similarity"], found["word"], strict=True))
    assert keys == sorted(keys)
    assert found["frame"].value_counts().max() == 4
    assert found["word"].is_unique
    assert (found["count"] >= 2).all()
    pd.testing.assert_frame_equal(expand(sample_tokens, security, per_frame=4, min_count=2), found)
    more = expand(sample_tokens, security, per_frame=5, min_count=2)
    assert set(found["word"]) < set(more["word"])


POLES = {"safety": (["safe", "secure"], ["dangerous", "risky"]), "law": (["legal"], ["illegal"])}


def test_axes_by_their_definition(sample_tokens):
    tokens = sample_tokens.where(source=["Opinion page", "Wire agency"])
    found = axes(tokens, POLES, by="source")
    assert found["source"].tolist() == ["Opinion page"] * 2 + ["Wire agency"] * 2
    assert found["axis"].tolist() == ["safety", "law"] * 2
    safe, secure, dangerous, risky = embed(["safe", "secure", "dangerous", "risky"]).astype(float)
    axis = unit((safe + secure) / 2 - (dangerous + risky) / 2)

    def values(part):
        words = part.vocabulary[part.ids].tolist()
        return (embed(words) @ axis)[np.linalg.norm(means(words), axis=1) >= TELLING]

    everything, own = values(tokens), values(tokens.where(source="Wire agency"))
    row = found.iloc[2]
    assert row["words"] == len(own)
    assert row["bias"] == pytest.approx(own.mean(), abs=1e-6)
    assert row["intensity"] == pytest.approx(((own - everything.mean()) ** 2).mean(), abs=1e-6)
    assert np.isnan(row["bias_low"])  # of four documents
    whole = axes(tokens, POLES).iloc[0]
    assert whole["bias_low"] < whole["bias"] < whole["bias_high"]
    assert whole["intensity_low"] < whole["intensity"] < whole["intensity_high"]
    one = axes(tokens.where(source="Wire agency"), POLES)
    assert one["bias"].tolist() == found["bias"].tolist()[2:]


def test_axes_turn_round_with_their_poles_and_have_no_interval_from_one_document():
    tokens = tokenize(read_texts(["Gunmen shelled the dangerous valley."]))
    first, second = POLES["safety"]
    found = axes(tokens, {"a": (first, second), "b": (second, first)})
    assert found["bias"][0] == pytest.approx(-found["bias"][1])
    assert found["intensity"][0] == pytest.approx(found["intensity"][1])
    assert found[["bias_low", "bias_high", "intensity_low", "intensity_high"]].isna().all(axis=None)
    assert np.isnan(axes(tokenize(read_texts(["of the"])), {"a": (first, second)})["bias"].item())


URDU = {"language": "ur"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t, x: axes(t, {"a": (["safe"], [])}), "'a' has the pole .*: give a list of one word"),
        (lambda t, x: axes(t, {"a": (["safe"], [""])}), "'a' has the pole .*: give a list of one word"),
        (lambda t, x: axes(t, {"a": (["safe"], "safe")}), "'a' has the pole .*: give a list of one word"),
        (lambda t, x: axes(t, {"a": (["safe"], ["safe"])}), "same words on both sides"),
        (lambda t, x: axes(t, {}), "poles is empty"),
        (lambda t, x: axes(t.where(**URDU), POLES), "the documents are in ur"),
        (lambda t, x: expand(t.where(**URDU), x), "and the documents are in ur"),
        (lambda t, x: similarities(TEXTS, replace(x, **URDU)), "is in 'ur': the vectors know 'en' alone"),
        (lambda t, x: expand(t, x, per_frame=0), "per_frame is 0: use 1 or more"),
        (lambda t, x: expand(t, x, min_count=0), "min_count is 0: use 1 or more"),
        (lambda t, x: score_sentences(TEXTS, x, share=float("nan")), "share is nan: use 0"),
        (lambda t, x: score_sentences(TEXTS, x, margin=-1.0), r"margin is -1\.0: use 0"),
    ],
)
def test_what_is_refused(call, message, sample_tokens, lexicon):
    with pytest.raises(ValueError, match=message):
        call(sample_tokens, lexicon)
