"""What a model says, what is left of it in a file, and which files are refused."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from analysis.framing import features as rows_of
from analysis.framing.linear_model import STRENGTH, fit, load, save, shipped
from analysis.text import embeddings

linear = pytest.importorskip("sklearn.linear_model")

TEXTS = [
    "Exports rose and prices fell.",
    "The bank cut its rate.",
    "Prices rose at the market.",
    "The bank sold its exports.",
    "Troops took the village.",
    "The army shelled a village.",
    "Rebels fired at troops.",
    "The judge heard the appeal.",
    "A court fined the judge.",
]
LABELS = np.array(["economy"] * 4 + ["war"] * 3 + ["law"] * 2, dtype=object)
FRAMES = "  war: {definition: A fight., terms: [army]}\n"
NEW = ["The army fired.", "Rates and prices.", "A judge at the bank.", "Nothing of that.", ""]


@pytest.fixture
def model(lexicon):
    return fit(TEXTS, LABELS, [lexicon])


@pytest.mark.parametrize("labels", [LABELS, np.where(LABELS == "war", "war", "peace").astype(object)])
def test_probabilities_are_those_of_scikit_learn(labels, lexicon):
    model = fit(TEXTS, labels, [lexicon])
    features, rows = rows_of.fit(TEXTS, labels, [lexicon])
    peer = linear.LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000).fit(rows, labels)
    table = model.probabilities(NEW)
    assert table.columns.tolist() == peer.classes_.tolist()
    assert table.to_numpy() == pytest.approx(peer.predict_proba(rows_of.transform(features, NEW)), abs=2e-5)
    assert model.predict(NEW).tolist() == peer.predict(rows_of.transform(features, NEW)).tolist()


def test_a_label_that_is_not_clear_is_withheld(model):
    shares = np.sort(model.probabilities(NEW).to_numpy(), axis=1)
    lead = shares[:, -1] - shares[:, -2]
    middle = float(np.median(lead))
    expected = [label if clear else None for label, clear in zip(model.predict(NEW), lead >= middle, strict=True)]
    assert model.predict(NEW, margin=middle).tolist() == expected
    assert expected.count(None) == 2
    with pytest.raises(ValueError, match="margin is 2: give a number from 0"):
        model.predict(NEW, margin=2)


@pytest.mark.parametrize("labels", [LABELS, np.searchsorted(np.unique(LABELS), LABELS)])
def test_a_model_says_the_same_after_it_was_saved(labels, lexicon, tmp_path):
    model = dataclasses.replace(fit(TEXTS, labels, [lexicon]), notes=("nine coded texts",))
    save(model, tmp_path / "models" / "first")
    again = load(tmp_path / "models" / "first", lexicons=[lexicon])
    assert again.predict(NEW).tolist() == model.predict(NEW).tolist()
    assert again.predict(NEW).dtype == model.predict(NEW).dtype
    assert again.probabilities(NEW).equals(model.probabilities(NEW))
    assert again.texts == model.texts == tuple(np.unique(labels, return_counts=True)[1])
    assert again.notes == ("nine coded texts",)
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["first"]  # nothing half made beside it
    with pytest.raises(ValueError, match="exists: give the name of a new folder"):
        save(model, tmp_path)


def _drop(name):
    return lambda folder: (folder / name).unlink()


def _write(name, content):
    return lambda folder: (folder / name).write_bytes(content) and None


def _edit(**changes):
    def change(folder):
        about = json.loads((folder / "model.json").read_text(encoding="utf-8")) | changes
        (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")

    return change


def _swap(name, array):
    """Another array in place of the one that was saved, with the sum in the other file corrected."""

    def change(folder):
        with np.load(folder / "model.npz") as stored:
            arrays = dict(stored) | {name: array}
        np.savez(folder / "model.npz", **arrays)
        _edit(sha256=hashlib.sha256((folder / "model.npz").read_bytes()).hexdigest())(folder)

    return change


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_drop("model.npz"), "no model in .*: give a folder with model.json and model.npz"),
        (_drop("model.json"), "no model in"),
        (_write("model.json", b"\xff\xfe{"), "is not of the format"),
        (_write("model.json", b"[1, 2]"), "is not of the format"),
        (_edit(format="another 1"), "is not of the format"),
        (_write("model.npz", b"PK"), "model.npz in .* is not the file saved with model.json"),
        (_edit(sha256=hashlib.sha256(b"").hexdigest()), "is not the file saved with"),
        (_swap("typical", np.zeros(3)), r"is damaged \(typical is float64 of the shape \(3,\) where"),
        (_swap("intercept", np.array([None] * 3)), r"is damaged \(Object arrays cannot be loaded"),
        (_edit(words=["army"]), "is damaged .* where"),
        (_edit(labels=["law", "war"]), "is damaged .* where"),
        (_edit(labels=None), "is damaged"),
        (_edit(lexicons=[{"name": "own"}]), "is damaged"),
        (_edit(lexicons=[{"name": "no", "version": "2", "sha256": ""}]), "needs the lexicon 'no' .* there is test"),
    ],
)
def test_what_is_no_whole_model_is_refused(harm, message, model, lexicon, tmp_path):
    save(model, tmp_path / "model")
    harm(tmp_path / "model")
    with pytest.raises(ValueError, match=message) as error:
        load(tmp_path / "model", lexicons=[lexicon])
    assert "\n" not in str(error.value)


def test_another_lexicon_of_the_same_name_is_refused(model, make_lexicon, tmp_path):
    save(model, tmp_path / "model")
    other = make_lexicon(FRAMES.replace("army", "troops"), version=2)
    with pytest.raises(ValueError, match=r"'test' here is version 2 \(.*the model's is version 1 \(.*train anew"):
        load(tmp_path / "model", lexicons=[other])


def test_other_sentence_vectors_are_refused(model, lexicon, tmp_path):
    if not model.features.embedded:
        pytest.skip("the extra 'embeddings' is not installed")
    save(model, tmp_path / "model")
    _swap("probe", np.zeros(embeddings.SIZE))(tmp_path / "model")
    with pytest.raises(ValueError, match="the sentence vectors here are not those"):
        load(tmp_path / "model", lexicons=[lexicon])


def test_the_shipped_lexicons_are_those_of_the_folder():
    names = [lexicon.name for lexicon in shipped()]
    assert "security_communication" in names
    assert names == sorted(names)
    assert shipped()[0] is shipped()[0]  # read once
