"""Times the matching of frame lexicons beside tokenization, and scores frames and passives on labelled data.

    python benchmarks/framing.py [SHARED_DATA_FOLDER] [--texts data/sample] [--megabytes 10]

Speed: the documents in --texts, repeated until they make --megabytes of text. `matches` goes over its tokens with a
lexicon of some hundred patterns and is to take no longer than `tokenize` took to make them. Both run three times in
turn; the table has the least of each.

Quality: the sample's own labels; and, where a folder is given, those in it that are there:

- gvfc/GVFC_extension_multimodal.csv, the 1,300 relevant headlines of the Gun Violence Frame Corpus (Liu, Guo, Mays,
  Betke and Wijaya 2019), macro-F1 of nine frames. The lexicon is trained on nothing, but its author had read half of
  the headlines (those whose id has an even SHA-256): the other half says what it does on headlines like these, the
  first what it does at best. `train` and TF-IDF with logistic regression go through the same five stratified folds
  (seed 13), whose predictions are scored together. A plain list of seed words has .457, the most frequent frame .050.
- passivepy/crowd_sentences.csv, 1,150 sentences of the crowd, F1 of "passive": PassivePy has .943, spaCy's small model
  with a rule for its parses .916, a regular expression .878.
"""

import argparse
import hashlib
import importlib.util
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import read_corpus, tokenize
from analysis.cli.evaluate import evaluate_passives
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.framing.evaluation import evaluate_frames, frame_scores
from analysis.framing.frames import matches, score_sentences
from analysis.framing.lexicon import read_lexicon
from analysis.text.corpus import read_texts

ROUNDS = 3
FOLDS, SEED = 5, 13
SPEED = ("security_communication.yml", "gun_violence.yml")
Predict = Callable[[list[str], list[str], list[str]], Sequence[str]]  # texts and labels to learn from, texts -> labels


def speed(folder: Path, megabytes: float) -> None:
    texts = list(read_corpus(folder).texts)
    size = sum(len(text.encode()) for text in texts)
    if not size:
        raise SystemExit(f"benchmarks/framing.py: no text in {str(folder)!r}: name a folder of documents")
    texts *= max(1, round(megabytes * 1e6 / size))
    corpus = read_texts(texts)
    tokens = tokenize(corpus)
    lexicons = {name: read_lexicon(LEXICONS / name) for name in SPEED}
    runs: dict[str, Callable[[], object]] = {"tokenize": partial(tokenize, corpus)}
    runs |= {name: partial(matches, tokens, lexicon) for name, lexicon in lexicons.items()}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - begun)
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"\nspeed: {size:.1f} MB, {len(tokens):,} words of {len(tokens.vocabulary):,} types")
    base = min(taken["tokenize"])
    print(f"  {'tokenize':64}{base:8.2f} s")
    for name, lexicon in lexicons.items():
        patterns = len(lexicon.terms) + len(lexicon.excludes)
        found = f"matches of {lexicon.name}, {patterns:,} patterns, {len(matches(tokens, lexicon)):,} found"
        print(f"  {found:64}{min(taken[name]):8.2f} s{min(taken[name]) / base:8.2f} of tokenize")


def line(name: str, scores: pd.DataFrame) -> None:
    row = scores.set_index("frame")
    f1, accuracy, coverage = row["f1"]["macro"], row["recall"]["all"], row["coverage"]["all"]
    print(f"  {name:64}{f1:8.3f}{accuracy:10.3f}{coverage:10.3f}", flush=True)


def sample() -> None:
    scores = evaluate_frames(SAMPLE / "gold" / "frames.csv", read_lexicon(LEXICONS / "security_communication.yml"))
    print(f"\n  {'frames':64}{'macro-F1':>8}{'accuracy':>10}{'coverage':>10}")
    line(f"the sample's {scores['gold'].iloc[-1]} sentences, security_communication", scores)


def gun_violence(path: Path) -> None:
    rows = pd.read_csv(path, dtype=str, encoding_errors="replace")
    rows = rows[rows["Q1 Relevant"] == "1"]
    texts, lexicon = rows["headline"].tolist(), read_lexicon(LEXICONS / "gun_violence.yml")
    frames = lexicon.frames["frame"].tolist()  # in the order of the numbers of "Q3 Theme1", from 1
    gold = [frames[int(theme) - 1] for theme in rows["Q3 Theme1"]]
    read = np.array([int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0 for name in rows["id"]])
    found = score_sentences(texts, lexicon)["frame"].tolist()
    for name, kept in (("all", read | ~read), ("read", read), ("not read", ~read)):
        which = np.flatnonzero(kept)
        scores = frame_scores([gold[at] for at in which], [found[at] for at in which], frames)
        line(f"{len(which):,} headlines ({name}), gun_violence, untrained", scores)
    if importlib.util.find_spec("sklearn") is None:
        print("  missing: sklearn")
        return
    learners: dict[str, Predict] = {"TF-IDF and logistic regression": tf_idf, "framing.classifier.train": trained}
    for name, learner in learners.items():
        line(f"{len(texts):,} headlines, {name}", frame_scores(gold, out_of_fold(texts, gold, learner), frames))


def out_of_fold(texts: list[str], gold: list[str], learner: Predict) -> list[str]:
    """What is said of each text by a model that was trained without its fold."""
    from sklearn.model_selection import StratifiedKFold

    said = np.empty(len(texts), dtype=object)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, gold):
        said[test] = learner([texts[i] for i in train], [gold[i] for i in train], [texts[i] for i in test])
    return [str(label) for label in said]


def tf_idf(texts: list[str], labels: list[str], unseen: list[str]) -> Sequence[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = make_pipeline(vectors, LogisticRegression(C=10, class_weight="balanced", max_iter=1000))
    predicted: Sequence[str] = model.fit(texts, labels).predict(unseen)
    return predicted


def trained(texts: list[str], labels: list[str], unseen: list[str]) -> Sequence[str]:
    from analysis.framing.classifier import train

    return list(train(texts, labels).predict(unseen))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shared", nargs="?", type=Path, help="folder of labelled data")
    parser.add_argument("--texts", type=Path, default=SAMPLE)
    parser.add_argument("--megabytes", type=float, default=10)
    options = parser.parse_args()
    tokenize(read_texts(["Compiled before the clock runs."]))
    speed(options.texts, options.megabytes)
    sample()
    if options.shared is None:
        return
    headlines = options.shared / "gvfc" / "GVFC_extension_multimodal.csv"
    passives = options.shared / "passivepy" / "crowd_sentences.csv"
    if missing := [path for path in (headlines, passives) if not path.is_file()]:
        print("  missing: " + ", ".join(map(str, missing)))
    if headlines.is_file():
        gun_violence(headlines)
    if passives.is_file():
        print(f"\n  {'passives':64}{'F1':>8}{'precision':>10}{'recall':>10}")
        for syntax in False, True:
            row = evaluate_passives(passives, syntax=syntax).iloc[0]
            name = f"{passives.name}, rules{' and parser' * syntax}"
            print(f"  {name:64}{row['f1']:8.3f}{row['precision']:10.3f}{row['recall']:10.3f}")


if __name__ == "__main__":
    main()
