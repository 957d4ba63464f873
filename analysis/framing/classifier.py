"""A classifier of coded texts: a linear model with readable weights, and its cross-validation."""

import dataclasses
import warnings
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.framing.evaluation import label_scores
from analysis.framing.features import KINDS
from analysis.framing.lexicon import Lexicon
from analysis.framing.linear_model import Model, as_texts, fit, load, save, scikit_learn, shipped
from analysis.text import embeddings

__all__ = ["Model", "Validation", "cross_validate", "load", "save", "shipped", "train", "weights"]

ENOUGH = 200  # coded texts, below which a model is seldom better than a dictionary
FEW = 5  # texts of a label, below which its scores are chance
SOURCE_P = 0.01  # below which the source predicts the label
NEAR = 0.05  # of accuracy: hardly less than the model's


class Validation(NamedTuple):
    """The result of `cross_validate`: two tables of scores, the texts behind them, and warnings."""

    summary: pd.DataFrame
    classes: pd.DataFrame
    texts: pd.DataFrame
    notes: tuple[str, ...]


def train(
    texts: Iterable[str],
    labels: Iterable[Any],
    groups: Iterable[Any] | None = None,
    *,
    lexicons: Sequence[Lexicon] | None = None,
) -> Model:
    """Train a model that gives texts one of the `labels`.

    Multinomial logistic regression (L2 penalty, balanced labels) on the features of `analysis.framing.features.fit`:
    words, bigrams, character n-grams, frames of the `lexicons` (by default the shipped ones), and sentence vectors if
    the extra "embeddings" is installed. It is deterministic. Notes, also issued as warnings, tell of fewer than 200
    texts, of labels with fewer than 5, and if `groups`, the source of each text, alone predicts the label.

    Raises `ValueError` for lengths that differ, a text that is empty or not a string, a missing label, labels of
    several types, fewer than two labels, a label with one text; `ModuleNotFoundError` without the extra "classifier".

    >>> texts = ["Trade rose again.", "Exports and trade fell.", "Troops shot at rebels.", "The rebels shot back."] * 3
    >>> with warnings.catch_warnings(action="ignore"):
    ...     model = train(texts, ["economy", "economy", "war", "war"] * 3, lexicons=[])
    >>> model.predict(["Trade is slow", "They shot at us"]).tolist()
    ['economy', 'war']
    """
    texts, labels, groups = _coded(texts, labels, groups)
    names, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        alone = names[counts.argmin()]
        raise ValueError(f"label {alone!r} has one text: code more of it, or give its text another label")
    notes = _size_notes(names, counts) + (() if groups is None else _source_notes(labels, groups))
    for note in notes:
        warnings.warn(note, stacklevel=2)
    return dataclasses.replace(fit(texts, labels, shipped() if lexicons is None else lexicons), notes=notes)


def cross_validate(
    texts: Iterable[str],
    labels: Iterable[Any],
    groups: Iterable[Any] | None = None,
    *,
    lexicons: Sequence[Lexicon] | None = None,
    folds: int = 5,
    seed: int = 13,
) -> Validation:
    """Cross-validate the model of `train`, stratified by label, and by source if `groups` names each text's source.

    Folds are drawn with `seed`; by source, all texts of a source are in one fold. The scores are too good if one of the
    lexicons was improved on these texts.

    ``summary``: folds ("stratified", "by source"), method, texts, accuracy, macro_f1 (mean of the labels' F1),
    fold_mean and fold_sd (of the folds' macro-F1). Methods: "model"; "majority label"; and with `groups` "source
    alone", the most frequent label of the other texts of the source. ``classes``: folds, label, precision, recall, f1
    (0 of nothing), correct, gold, predicted (texts). ``texts``: folds, position (from 0), fold, label, predicted,
    probability, margin (to the next label). ``notes``: warnings; one of them if the source alone is right more often
    than the majority label (McNemar's exact test, p < .01), and if it comes within .05 of the model's accuracy.

    Raises `ValueError` as `train` does, for fewer than 2 folds, a label with fewer texts than folds, a single source.
    """
    selection = scikit_learn("sklearn.model_selection")
    texts, labels, groups = _coded(texts, labels, groups)
    names, counts = np.unique(labels, return_counts=True)
    if folds < 2:
        raise ValueError(f"folds is {folds}: give 2 or more")
    if counts.min() < folds:
        fewest = f"label {names[counts.argmin()]!r} has {counts.min()} texts and there are {folds} folds"
        raise ValueError(f"{fewest}: give folds={max(counts.min(), 2)}, or join that label with another")
    lexicons = shipped() if lexicons is None else lexicons
    splitter = selection.StratifiedKFold(folds, shuffle=True, random_state=seed)
    parts = {"stratified": _fold_numbers(splitter.split(labels, labels), len(labels))}
    notes = _size_notes(names, counts)
    if again := len(texts) - len({" ".join(text.split()).casefold() for text in texts}):
        note = f"{again} of {len(texts)} texts occurred there before, verbatim: a model that was trained on a copy"
        notes += (f"{note} knows it, and the figures are too good; drop the copies first",)
    if groups is not None:
        sources = len(np.unique(groups))
        if sources < 2:
            raise ValueError(f"every text has the source {groups[0]!r}: leave groups out, or give two sources or more")
        by_source = selection.StratifiedGroupKFold(min(folds, sources), shuffle=True, random_state=seed)
        parts["by source"] = _fold_numbers(by_source.split(labels, labels, groups), len(labels))
    tables = [_labelled(texts, labels, fold, lexicons).assign(folds=name) for name, fold in parts.items()]
    table = pd.concat(tables, ignore_index=True)
    table = table[["folds", "position", "fold", "label", "predicted", "probability", "margin"]]
    summary, classes = [], []
    for name, own in table.groupby("folds", sort=False):
        label, predicted, fold = (own[column].to_numpy() for column in ("label", "predicted", "fold"))
        rules = {"model": predicted, "majority label": _majority(label)}
        if groups is not None and name == "stratified":  # an unseen source has no label
            rules["source alone"] = _of_source(label, groups)
        summary += [{"folds": name, "method": rule} | _scores(label, by, fold) for rule, by in rules.items()]
        classes.append(label_scores(label, predicted).assign(folds=name))
    if groups is not None:
        notes += _source_notes(labels, groups, accuracy=summary[0]["accuracy"])
        of_label = pd.Series(groups).groupby(labels).nunique()
        if alone := [str(label) for label in of_label.index[of_label == 1]]:
            note = "labels that come from one source, which no model can learn from the others: "
            notes += (note + ", ".join(alone),)
    by_label = pd.concat(classes, ignore_index=True)
    by_label = by_label[["folds", *(column for column in by_label.columns if column != "folds")]]
    return Validation(pd.DataFrame(summary), by_label, table, notes)


def weights(model: Model, top: int = 10) -> pd.DataFrame:
    """List up to `top` features of each kind with the highest weights above 0 for each label.

    Columns: label, kind ("word", "characters", "frame", "embedding"), feature, weight. A weight is what the word, the
    n-gram (with a blank for a word's edge) or the frame (lexicon/frame) adds to the label's score, on average over the
    training texts that have it; 0.69 doubles the odds. Kind "embedding" lists words of the training texts with what
    their sentence vectors would add. Raises `ValueError` for a `top` below 1.
    """
    if top < 1:
        raise ValueError(f"top is {top}: give 1 or more")
    names = model.features.names()
    kinds, features = names["kind"].to_numpy(), names["feature"].to_numpy()
    values = model.coefficients * model.typical
    if model.features.embedded:
        words = [word for word in model.features.words if " " not in word]
        vectors = embeddings.embed(words).astype(np.float64)
        shown = kinds != "embedding"
        values = np.hstack([values[:, shown], model.coefficients[:, ~shown] @ vectors.T])
        kinds = np.concatenate([kinds[shown], np.full(len(words), "embedding", dtype=object)])
        features = np.concatenate([features[shown], np.array(words, dtype=object)])
    rows = []
    for label, weight in zip(model.labels.tolist(), values.round(6), strict=True):
        for kind in KINDS:
            own = np.flatnonzero((kinds == kind) & (weight > 0))
            own = own[np.argsort(-weight[own], kind="stable")][:top]
            rows += [(label, kind, features[column], float(weight[column])) for column in own]
    return pd.DataFrame(rows, columns=["label", "kind", "feature", "weight"])


def _coded(
    texts: Iterable[str], labels: Iterable[Any], groups: Iterable[Any] | None
) -> tuple[list[str], NDArray[Any], NDArray[np.object_] | None]:
    """Check the arguments of training; return labels as an array of strings or of whole numbers."""
    listed, codes = as_texts(texts), list(labels)
    if len(listed) != len(codes):
        raise ValueError(f"{len(listed)} texts and {len(codes)} labels: give one label a text")
    for position, (text, code) in enumerate(zip(listed, codes, strict=True)):
        if not text.strip():
            raise ValueError(f"text {position} (from 0) is empty: drop it and its label {code!r}")
        if pd.api.types.is_scalar(code) and (pd.isna(code) or not str(code).strip()):
            raise ValueError(f"text {position} (from 0) has no label: code it, or drop the text")
    strings = all(isinstance(code, str) for code in codes)
    if not strings and not all(isinstance(code, Real) and float(code).is_integer() for code in codes):
        kinds = " and ".join(sorted({type(code).__name__ for code in codes}))
        raise ValueError(f"labels are of the type {kinds}: give all as strings, or all as whole numbers")
    checked = np.array([str(code) for code in codes], dtype=object) if strings else np.array(codes).astype(np.int64)
    if len(np.unique(checked)) < 2:
        fault = f"every text has the label {codes[0]!r}" if codes else "there are no texts"
        raise ValueError(f"{fault}: give texts of two labels or more")
    if groups is None:
        return listed, checked, None
    sources = ["(none)" if pd.isna(group) or group == "" else str(group) for group in groups]  # as `Tokens.groups`
    if len(sources) != len(listed):
        raise ValueError(f"{len(listed)} texts and {len(sources)} groups: give one source a text")
    return listed, checked, np.array(sources, dtype=object)


def _size_notes(names: NDArray[Any], counts: NDArray[np.int64]) -> tuple[str, ...]:
    notes = []
    if counts.sum() < ENOUGH:
        notes.append(f"{counts.sum()} coded texts, fewer than {ENOUGH}: check the figures of cross_validate before use")
    few = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < FEW]
    if few:
        notes.append(f"labels with fewer than {FEW} texts, whose figures are chance: {', '.join(few)}")
    return tuple(notes)


def _source_notes(
    labels: NDArray[Any], groups: NDArray[np.object_], *, accuracy: float | None = None
) -> tuple[str, ...]:
    """Return a note if the source alone predicts the label better than the majority (McNemar's exact test, 1947)."""
    by_source, by_frequency = _of_source(labels, groups) == labels, _majority(labels) == labels
    won, lost = int((by_source & ~by_frequency).sum()), int((by_frequency & ~by_source).sum())
    p = float(stats.binomtest(won, won + lost, alternative="greater").pvalue) if won + lost else 1.0
    if p >= SOURCE_P:
        return ()
    text = f"the source alone gives the right label to {by_source.mean():.0%} of the texts"
    text += f" (the most frequent label to {by_frequency.mean():.0%}, p = {p:.2g}"
    near = accuracy is not None and bool(by_source.mean() >= accuracy - NEAR)
    text += f"; the model to {accuracy:.0%}, hardly more)" if near else ")"
    return (f"{text}: the model may have learnt who writes and not what is written; compare the folds by source",)


def _of_source(labels: NDArray[Any], groups: NDArray[np.object_]) -> NDArray[Any]:
    """Return for each text the most frequent label of its source's other texts, or else of all other texts."""
    names, code = np.unique(labels, return_inverse=True)
    _, source = np.unique(groups.astype(str), return_inverse=True)
    table = np.zeros((source.max() + 1, len(names)), dtype=np.int64)
    np.add.at(table, (source, code), 1)
    others = table[source]
    others[np.arange(len(labels)), code] -= 1
    alone = others.sum(axis=1) == 0
    others[alone] = table.sum(axis=0) - np.eye(len(names), dtype=np.int64)[code[alone]]
    chosen: NDArray[Any] = names[others.argmax(axis=1)]
    return chosen


def _majority(labels: NDArray[Any]) -> NDArray[Any]:
    """Return for each text the most frequent label, counting the text too, or two equal labels would both lose."""
    names, counts = np.unique(labels, return_counts=True)
    return np.full(len(labels), names[counts.argmax()], dtype=labels.dtype)


def _fold_numbers(splits: Iterable[tuple[Any, NDArray[np.int64]]], size: int) -> NDArray[np.int64]:
    numbers = np.zeros(size, dtype=np.int64)
    for number, (_, held_out) in enumerate(splits):
        numbers[held_out] = number
    return numbers


def _labelled(
    texts: Sequence[str], labels: NDArray[Any], fold: NDArray[np.int64], lexicons: Sequence[Lexicon]
) -> pd.DataFrame:
    """Label every text by a model trained on the other folds."""
    tables = []
    for number in np.unique(fold).tolist():
        own, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        model = fit([texts[row] for row in others.tolist()], labels[others], lexicons)
        shares = model.probabilities([texts[row] for row in own.tolist()]).to_numpy()
        ordered = np.sort(np.hstack([np.zeros((len(own), 1)), shares]), axis=1)
        table = {"position": own, "fold": number, "label": labels[own]}
        table |= {"predicted": model.labels[shares.argmax(axis=1)]}
        tables.append(pd.DataFrame(table | {"probability": ordered[:, -1], "margin": ordered[:, -1] - ordered[:, -2]}))
    return pd.concat(tables).sort_values("position", ignore_index=True)


def _scores(label: NDArray[Any], predicted: NDArray[Any], fold: NDArray[np.int64]) -> dict[str, Any]:
    def macro_f1(rows: Any) -> float:
        return float(label_scores(label[rows], predicted[rows])["f1"].mean())

    folds = [macro_f1(fold == number) for number in np.unique(fold)]
    scores = {"accuracy": float((label == predicted).mean()), "macro_f1": macro_f1(slice(None))}
    scores |= {"fold_mean": float(np.mean(folds)), "fold_sd": float(np.std(folds, ddof=1))}
    return {"texts": len(label)} | {name: float(f"{score:.6g}") for name, score in scores.items()}
