"""What is learnt from coded texts, how well, and what is said about it."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.core.paths import ROOT
from analysis.framing.classifier import cross_validate, train, weights

metrics = pytest.importorskip("sklearn.metrics")

GVFC = ROOT.parent / "shared" / "data" / "gvfc" / "GVFC_extension_multimodal.csv"

GOODS, RISES = ("wheat", "steel", "cotton", "oil", "sugar"), ("rose in price", "was sold abroad", "fetched less")
UNITS, DEEDS = ("The army", "A patrol", "The militia", "A brigade", "The rebels"), ("shot", "shelled a hill", "fled")
TEXTS = [f"The {good} {deed} today." for good in GOODS for deed in RISES]
TEXTS += [f"{unit} {deed} today." for unit in UNITS for deed in DEEDS]
LABELS = ["economy"] * 15 + ["war"] * 15
SOURCES = ["Daily", "Wire", "Radio"] * 10


def silently(*args, **options):
    with warnings.catch_warnings(action="ignore"):
        return train(*args, **options)


def test_labels_come_back_as_they_were_given():
    new = ["The copper was sold today.", "The army fled."]
    words = silently(TEXTS, LABELS, lexicons=[]).predict(new)
    assert words.tolist() == ["economy", "war"]
    numbers = silently(pd.Series(TEXTS), pd.Series(LABELS).map({"economy": 7.0, "war": 2.0}), lexicons=[]).predict(new)
    assert numbers.tolist() == [7, 2]
    assert np.issubdtype(numbers.dtype, np.integer)


def test_training_twice_gives_the_same_numbers_in_any_order_nearly():
    one, two = (silently(TEXTS, LABELS) for _ in range(2))
    assert (one.coefficients == two.coefficients).all()
    assert (one.intercept == two.intercept).all()
    turned = silently(TEXTS[::-1], LABELS[::-1])
    assert one.probabilities(TEXTS).to_numpy() == pytest.approx(turned.probabilities(TEXTS).to_numpy(), abs=1e-3)


@pytest.mark.parametrize(
    ("texts", "labels", "groups", "message"),
    [
        ("The army fled.", ["war"], None, r"a single text \('The army fled.'\) where many are expected"),
        (["a", "b"], ["x"], None, "2 texts and 1 labels: give one label a text"),
        (["a", "b"], ["x", "y"], ["Daily"], "2 texts and 1 groups: give one source a text"),
        (["a", None], ["x", "y"], None, r"text 1 \(from 0\) is None: give strings"),
        (["a", " \n"], ["x", "y"], None, r"text 1 \(from 0\) is empty: drop it and its label 'y'"),
        (["a", "b"], ["x", None], None, r"text 1 \(from 0\) has no label: code it"),
        (["a", "b"], [1, float("nan")], None, r"text 1 \(from 0\) has no label"),
        (["a", "b"], ["x", ""], None, r"text 1 \(from 0\) has no label"),
        (["a", "b"], ["x", 2], None, "labels are of the type int and str: give all as strings, or all as whole"),
        (["a", "b"], [0.5, 1], None, "labels are of the type float and int"),
        (["a", "b"], [["x"], ["y"]], None, "labels are of the type list"),
        ([], [], None, "there are no texts: give texts of two labels or more"),
        (["a", "b"], ["x", "x"], None, "every text has the label 'x'"),
        (["a", "b", "c"], ["x", "x", "y"], None, "label 'y' has one text: code more of it"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(texts, labels, groups, message):
    with pytest.raises(ValueError, match=message) as error:
        train(texts, labels, groups, lexicons=[])
    assert "\n" not in str(error.value)


def test_too_few_texts_are_warned_of():
    with warnings.catch_warnings(record=True, action="always") as caught:
        model = train(TEXTS[:8], ["x"] * 5 + ["y"] * 3, lexicons=[])
    assert [str(warning.message) for warning in caught] == list(model.notes)
    assert model.notes[0].startswith("8 coded texts, fewer than 200")
    assert model.notes[1] == "labels with fewer than 5 texts, whose figures are chance: y (3)"
    assert model.texts == (5, 3)
    with warnings.catch_warnings(action="error"):
        assert train(TEXTS * 7, LABELS * 7, lexicons=[]).notes == ()  # 210 texts


def test_weights_name_what_speaks_for_a_label():
    model = silently([*TEXTS, "Prices fell as troops died."] * 2, [*LABELS, "war"] * 2)
    table = weights(model, top=4)
    assert table.columns.tolist() == ["label", "kind", "feature", "weight"]
    assert (table["weight"] > 0).all()
    assert (table.groupby(["label", "kind"]).size() <= 4).all()
    assert not table["feature"].str.startswith("dimension").any()
    words = table.loc[(table["label"] == "economy") & (table["kind"] == "word"), "feature"]
    assert all(word in " ".join(TEXTS[:15]).lower() for word in words)
    # What a word adds: its coefficient times the mean of its column over the texts that have it.
    place = model.features.words.index("sold")
    shown = weights(model, top=10**6).set_index(["label", "kind", "feature"])["weight"]
    added = model.coefficients[0, place] * model.typical[place]
    assert shown["economy", "word", "sold"] == pytest.approx(added, abs=1e-6)
    assert ("war", "word", "sold") not in shown.index
    with pytest.raises(ValueError, match="top is 0: give 1 or more"):
        weights(model, top=0)


def test_typical_is_the_mean_where_a_feature_stands():
    model = silently(["a", "a b", "b b", "b"], ["x", "x", "y", "y"], lexicons=[])
    idf_a, idf_b = 1 + math.log(5 / 3), 1 + math.log(5 / 4)  # in two of four texts, and in three
    together = math.hypot(idf_a, idf_b)  # elsewhere the word is alone, and so 1
    assert model.features.words == ("a", "b")
    assert model.typical[:2] == pytest.approx([(1 + idf_a / together) / 2, (idf_b / together + 2) / 3], abs=1e-6)


def test_the_figures_are_those_of_scikit_learn():
    noisy = ["economy" if place % 7 == 3 else label for place, label in enumerate(LABELS)]
    found = cross_validate(TEXTS, noisy, lexicons=[], folds=3)
    texts = found.texts
    assert texts["position"].tolist() == list(range(30))
    assert texts["label"].tolist() == noisy
    given, said = texts["label"].tolist(), texts["predicted"].tolist()
    assert given != said  # else the figures below are all 1
    rates = metrics.precision_recall_fscore_support(given, said, labels=["economy", "war"], zero_division=0)
    table = found.classes
    assert table["folds"].tolist() == ["stratified"] * 2
    for column, expected in zip(["precision", "recall", "f1", "gold"], rates, strict=True):
        assert table[column].to_numpy() == pytest.approx(expected)
    model, majority = found.summary.to_dict("records")
    assert (model["method"], majority["method"]) == ("model", "majority label")
    assert model["macro_f1"] == pytest.approx(metrics.f1_score(given, said, average="macro"), rel=1e-5)
    assert model["accuracy"] == pytest.approx(metrics.accuracy_score(given, said), rel=1e-5)
    single = [metrics.f1_score(own["label"], own["predicted"], average="macro") for _, own in texts.groupby("fold")]
    assert (model["fold_mean"], model["fold_sd"]) == pytest.approx((np.mean(single), np.std(single, ddof=1)), rel=1e-5)
    share = noisy.count("economy") / 30  # said of all: precision is the share, recall 1, and 0 for the other label
    assert majority["macro_f1"] == pytest.approx(2 * share / (share + 1) / 2, rel=1e-5)


def test_a_fold_is_labelled_by_a_model_of_the_others():
    found = cross_validate(TEXTS, LABELS, lexicons=[], folds=3).texts
    own = (found["fold"] == 1).to_numpy()
    model = silently([t for t, o in zip(TEXTS, own, strict=True) if not o], np.array(LABELS)[~own], lexicons=[])
    shares = np.sort(model.probabilities([t for t, o in zip(TEXTS, own, strict=True) if o]).to_numpy(), axis=1)
    assert found.loc[own, "probability"].to_numpy() == pytest.approx(shares[:, 1])
    assert found.loc[own, "margin"].to_numpy() == pytest.approx(shares[:, 1] - shares[:, 0])
    assert found.groupby("fold")["label"].value_counts().tolist() == [5] * 6  # the labels have their shares in each


def test_a_source_stays_in_one_fold():
    found = cross_validate(TEXTS, LABELS, SOURCES, lexicons=[], folds=5)
    grouped = found.texts[found.texts["folds"] == "by source"]
    folds = grouped.groupby(np.array(SOURCES)[grouped["position"]])["fold"].unique()
    assert sorted(map(tuple, folds)) == [(0,), (1,), (2,)]  # three sources, and so three folds
    assert found.summary["folds"].tolist() == ["stratified"] * 3 + ["by source"] * 2
    assert found.summary["method"].tolist() == ["model", "majority label", "source alone", "model", "majority label"]
    assert not [note for note in found.notes if "source" in note]  # each has as much of one label as of the other


def test_a_source_that_tells_the_label_is_named():
    sources = ["Daily"] * 14 + ["Army"] + ["Army"] * 14 + ["Daily"]
    # Right in 28 of 30, and always saying "economy" in 15: it wins the Army's 14 on war, and loses its one on prices.
    # By chance (15 + 1) / 2 ** 15 of such draws are as good.
    model = silently(TEXTS, LABELS, sources, lexicons=[])
    assert "label to 93% of the texts (the most frequent label to 50%, p = 0.00049)" in model.notes[-1]


def test_a_source_that_tells_nearly_as_much_as_the_text_is_named():
    sources = ["Daily"] * 14 + ["Army"] + ["Army"] * 15
    found = cross_validate(TEXTS, LABELS, sources, lexicons=[], folds=3)
    rule = found.summary.set_index(["folds", "method"])["accuracy"]
    assert rule["stratified", "source alone"] == pytest.approx(29 / 30, rel=1e-5)
    assert rule["stratified", "model"] == 1
    said = "97% of the texts (the most frequent label to 50%, p = 0.00026; the model to 100%, hardly more)"
    assert said in found.notes[1]


def test_the_rule_of_the_source_does_not_see_the_text_itself():
    """A source with one text says nothing of it: the most frequent label of all other texts stands in."""
    labels, sources = LABELS[:12] + ["war"] * 4, [f"source {n}" for n in range(16)]
    found = cross_validate(TEXTS[:16], labels, sources, lexicons=[], folds=4)
    rule = found.summary.set_index("method").loc["source alone"]
    assert rule["accuracy"] == 12 / 16  # always "economy"


def test_copies_and_labels_of_one_source_are_named():
    sources = ["Daily", "Wire"] * 7 + ["Daily"] + ["Radio"] * 15
    texts = [*TEXTS[:-1], TEXTS[0].upper()]
    found = cross_validate(texts, LABELS, sources, lexicons=[], folds=2)
    assert any(note.startswith("1 of 30 texts occurred there before, verbatim") for note in found.notes)
    assert found.notes[-1] == "labels that come from one source, which no model can learn from the others: war"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": 1}, "folds is 1: give 2 or more"),
        ({"folds": 16}, "label 'economy' has 15 texts and there are 16 folds: give folds=15"),
        ({"groups": ["Daily"] * 30}, "every text has the source 'Daily': leave groups out"),
        ({"groups": [None] * 30}, r"every text has the source '\(none\)'"),
    ],
)
def test_folds_that_cannot_be_drawn_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        cross_validate(TEXTS, LABELS, lexicons=[], **options)


@pytest.mark.slow
@pytest.mark.skipif(not GVFC.is_file(), reason="the labelled data beside the repository (shared/data) is not there")
def test_frames_of_headlines():
    """The nine frames of the Gun Violence Frame Corpus; TF-IDF with logistic regression reaches .62."""
    pytest.importorskip("wordllama")
    table = pd.read_csv(GVFC, encoding="utf-8", encoding_errors="replace")
    table = table[table["Q1 Relevant"] == 1]
    found = cross_validate(table["headline"], table["Q3 Theme1"], folds=2)  # of half the headlines, for a quick test
    assert found.summary["macro_f1"][0] > 0.68
