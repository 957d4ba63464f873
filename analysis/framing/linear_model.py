"""A linear model of labelled texts: training, prediction, and files of plain numbers."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats
from analysis.core.files import whole_folder
from analysis.core.paths import LEXICONS
from analysis.framing import features as rows_of
from analysis.framing.features import Features, Matrix
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.text import embeddings

STRENGTH = 3.0  # scikit-learn's C: the inverse of the penalty on large coefficients

_FORMAT = "lafz classifier 1"
_ABOUT, _NUMBERS = "model.json", "model.npz"
_ARRAYS = ("coefficients", "intercept", "typical", "word_idf", "piece_idf", "frame_weights", "probe")
_PROBE = "The council met at noon."  # whose sentence vector identifies a machine's vectors


@dataclass(frozen=True)
class Model:
    """A linear model: a label's score is a text's row of numbers times the label's row of coefficients."""

    labels: NDArray[Any]  # in rising order
    features: Features
    coefficients: Floats  # (labels, features)
    intercept: Floats  # (labels,)
    typical: Floats  # (features,) the mean of a feature over the training texts that have it
    texts: tuple[int, ...]  # training texts of each label
    notes: tuple[str, ...]  # warnings in plain sentences

    def predict(self, texts: Iterable[str], *, margin: float = 0.0) -> NDArray[Any]:
        """Return the label of each text, of the type given in training.

        With a `margin`, an array of objects with None if the two highest probabilities differ by less. A text without a
        known word has the label of the highest intercept. Raises `ValueError` for a text that is not a string, or a
        margin outside 0 to 1.
        """
        if not 0 <= margin <= 1:
            raise ValueError(f"margin is {margin}: give a number from 0 (label every text) to 1")
        shares = self._shares(rows_of.transform(self.features, as_texts(texts)))
        chosen: NDArray[Any] = self.labels[shares.argmax(axis=1)]
        if not margin:
            return chosen
        ordered = np.sort(shares, axis=1)
        chosen = chosen.astype(object)
        chosen[ordered[:, -1] - ordered[:, -2] < margin] = None
        return chosen

    def probabilities(self, texts: Iterable[str]) -> pd.DataFrame:
        """Return the probability of each label: one row a text, one column a label, each row with a sum of 1.

        Labels are equally probable a priori, whatever their shares of the training texts.
        """
        shares = self._shares(rows_of.transform(self.features, as_texts(texts)))
        return pd.DataFrame(shares, columns=self.labels.tolist())

    def _shares(self, rows: Matrix) -> Floats:
        scores = np.asarray(rows @ self.coefficients.T) + self.intercept
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = (powers / powers.sum(axis=1, keepdims=True)).round(6)
        return shares


def shipped() -> tuple[Lexicon, ...]:
    """Return the package's lexicons in the order of their file names."""
    paths = sorted(LEXICONS.glob("*.yml"))
    return tuple(_read_once(path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths)


@cache
def _read_once(path: Path, sha256: str) -> Lexicon:
    """Cache a lexicon, which takes a second to read, until the `sha256` of its file changes."""
    return read_lexicon(path)


def fit(texts: Sequence[str], labels: NDArray[Any], lexicons: Sequence[Lexicon]) -> Model:
    """Train a model as `analysis.framing.classifier.train` does, without its checks."""
    linear = scikit_learn("sklearn.linear_model")
    names, counts = np.unique(labels, return_counts=True)
    features, rows = rows_of.fit(texts, labels, lexicons)
    if len(names) == 1:  # a fold whose other texts all have one label
        coefficients, intercept = np.zeros((1, rows.shape[1])), np.zeros(1)
    else:
        regression = linear.LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000)
        # On matrices of this size several threads take three times as long as one.
        with scikit_learn("threadpoolctl").threadpool_limits(limits=1):
            regression.fit(rows, np.searchsorted(names, labels))
        coefficients, intercept = regression.coef_, regression.intercept_
    if len(names) == 2:  # one row of coefficients, for the second label against the first
        coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.array([-1, 1]) * intercept / 2
    occurs = np.bincount(rows.nonzero()[1], minlength=rows.shape[1])
    typical = np.asarray(rows.sum(axis=0)).ravel() / np.maximum(occurs, 1)
    numbers = (coefficients.round(6), intercept.round(6), typical.round(6))
    return Model(names, features, *numbers, tuple(counts.tolist()), ())


def scikit_learn(module: str) -> Any:
    """Import a module of the extra "classifier"."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        needed = "the classifier needs the extra 'classifier': pip install 'lafz[classifier]'"
        raise ModuleNotFoundError(needed) from None


def save(model: Model, folder: str | Path) -> None:
    """Write `model` to the new folder `folder`, ``model.json`` and the arrays in ``model.npz``, whole or not at all.

    Raises `ValueError` if the folder exists.
    """
    made = model.features
    with whole_folder(folder) as build:
        arrays = (model.coefficients, model.intercept, model.typical, made.word_idf, made.piece_idf)
        probe = embeddings.embed([_PROBE])[0] if made.embedded else np.zeros(0)
        named = dict(zip(_ARRAYS, (*arrays, made.frame_weights, probe), strict=True))
        np.savez_compressed(build / _NUMBERS, allow_pickle=False, **named)
        about = {
            "format": _FORMAT,
            "labels": model.labels.tolist(),
            "texts": model.texts,
            "notes": model.notes,
            "lexicons": [{key: getattr(each, key) for key in ("name", "version", "sha256")} for each in made.lexicons],
            "embedded": made.embedded,
            "sha256": hashlib.sha256((build / _NUMBERS).read_bytes()).hexdigest(),
            "words": made.words,
            "pieces": made.pieces,
        }
        (build / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=0), encoding="utf-8")


def load(folder: str | Path, *, lexicons: Sequence[Lexicon] | None = None) -> Model:
    """Load the model that `save` wrote to `folder`.

    `lexicons` has those of the training, by default the shipped ones. Raises `ValueError` for a missing or damaged
    model, a lexicon that is missing or differs by a byte, and sentence vectors other than those of the training;
    `ModuleNotFoundError` if these are needed and the extra "embeddings" is missing.
    """
    place = Path(folder).expanduser()
    if not (place / _ABOUT).is_file() or not (place / _NUMBERS).is_file():
        raise ValueError(f"no model in {str(folder)!r}: give a folder with {_ABOUT} and {_NUMBERS}, as save() writes")
    try:
        about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    except ValueError:  # neither UTF-8 nor JSON
        about = None
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise ValueError(f"{_ABOUT} in {str(folder)!r} is not of the format {_FORMAT!r}: train and save anew")
    if hashlib.sha256((place / _NUMBERS).read_bytes()).hexdigest() != about.get("sha256"):
        raise ValueError(f"{_NUMBERS} in {str(folder)!r} is not the file saved with {_ABOUT}: train and save anew")
    try:
        with np.load(place / _NUMBERS, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
        words, pieces, embedded = tuple(about["words"]), tuple(about["pieces"]), bool(about["embedded"])
        labels, texts = np.array(list(about["labels"])), tuple(about["texts"])
        labels = labels.astype(object) if labels.dtype.kind == "U" else labels
        recorded = [(each["name"], each["version"], each["sha256"]) for each in about["lexicons"]]
        notes = tuple(about["notes"])
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"the model in {str(folder)!r} is damaged ({error}): train and save anew") from None
    used = _same_lexicons(recorded, shipped() if lexicons is None else lexicons)
    idf = arrays["word_idf"], arrays["piece_idf"]
    features = Features(words, idf[0], pieces, idf[1], used, arrays["frame_weights"], embedded)
    width = len(features.names())
    shapes = {"coefficients": (len(labels), width), "intercept": (len(labels),), "typical": (width,)}
    shapes |= {"word_idf": (len(words),), "piece_idf": (len(pieces),)}
    shapes["frame_weights"] = (sum(len(lexicon.frames) for lexicon in used),)
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype != np.float64:
            what = f"{name} is {arrays[name].dtype} of the shape {arrays[name].shape} where {shape} belongs"
            raise ValueError(f"the model in {str(folder)!r} is damaged ({what}): train and save anew")
    if embedded:
        here = embeddings.embed([_PROBE])[0]
        if arrays["probe"].shape != here.shape or not np.allclose(arrays["probe"], here, atol=1e-4):
            raise ValueError("the sentence vectors here are not those the model was trained with: train it anew")
    return Model(labels, features, arrays["coefficients"], arrays["intercept"], arrays["typical"], texts, notes)


def _same_lexicons(recorded: Sequence[tuple[str, str, str]], available: Sequence[Lexicon]) -> tuple[Lexicon, ...]:
    """Return the recorded lexicons among those that are available."""
    by_name = {lexicon.name: lexicon for lexicon in available}
    for name, version, sha256 in recorded:
        if name not in by_name:
            others = ", ".join(by_name) or "none"
            raise ValueError(f"the model needs the lexicon {name!r} (version {version}) and there is {others}: give it")
        here = by_name[name]
        if here.sha256 != sha256:
            what = f"lexicon {name!r} here is version {here.version} ({here.sha256[:8]})"
            raise ValueError(f"{what}, the model's is version {version} ({sha256[:8]}): train anew, or give that file")
    return tuple(by_name[name] for name, _, _ in recorded)


def as_texts(texts: Iterable[str]) -> list[str]:
    """Return the texts as a list. Raise `ValueError` for a single string, or another type."""
    if isinstance(texts, str):
        raise ValueError(f"a single text ({texts[:20]!r}) where many are expected: give a list, [text]")
    listed = list(texts)
    for position, text in enumerate(listed):
        if not isinstance(text, str):
            raise ValueError(f"text {position} (from 0) is {text!r}: give strings, and drop the texts that are missing")
    return listed
