"""Frame matches: which words of a text speak of which frame, walked back to the character."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import rate_intervals
from analysis.framing.lexicon import Lexicon
from analysis.text.corpus import read_texts
from analysis.text.patterns import find, fitting_types
from analysis.text.tokens import Tokens, token_weights, tokenize

MATCH_COLUMNS = ["doc_id", "sentence", "frame", "pattern", "text", "start", "end", "negated", "weight"]

Ints = NDArray[np.int64]


def matches(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Every match of a lexicon's terms, one row each, in the order of the text.

    Columns: doc_id, sentence (from 0 in each document), frame, pattern, text (as it stands), start, end (characters),
    negated (a negation word stands within the lexicon's window before it in the sentence), weight (of the term).

    A word counts for one frame only: of matches that share a word the longest wins (in words, then characters), then
    the earlier, then an exclude, then the one that stands first in the lexicon. An ``excludes`` phrase that wins takes
    its words out of the count.
    """
    found = _matches(tokens, lexicon)
    first, last, term = found["first"].to_numpy(), found["last"].to_numpy(), found["term"].to_numpy()
    document = tokens.document[first]
    first_sentence = np.searchsorted(tokens.sentence_document, np.arange(tokens.n_documents))
    start, end = tokens.start[first], tokens.end[last]
    texts = tokens.corpus.texts
    return pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": tokens.sentence[first] - first_sentence[document],
            "frame": lexicon.terms["frame"].to_numpy(dtype=object)[term],
            "pattern": lexicon.terms["pattern"].to_numpy(dtype=object)[term],
            "text": [texts[d][s:e] for d, s, e in zip(document, start, end, strict=True)],
            "start": start,
            "end": end,
            "negated": _negated(tokens, lexicon, first),
            "weight": lexicon.terms["weight"].to_numpy()[term],
        }
    )


def in_language(tokens: Tokens, lexicon: Lexicon) -> Tokens:
    """The words of the documents in the lexicon's language: in any other it finds nothing and dilutes every rate.

    Raises `ValueError` when there is no such document.
    """
    languages = tokens.corpus.documents["language"].str.split("-").str[0].str.lower()
    rows = np.flatnonzero((languages == lexicon.language).to_numpy())
    if not len(rows):
        said = ", ".join(sorted(set(languages)))
        raise ValueError(f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in {said}")
    return tokens.subset(rows)


def evidence(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """The sentences behind a table of matches, one row a sentence and frame.

    First the sentence with the most weight of each frame, then the second of each, and so on: ``frame``, ``doc_id``,
    ``hits``, ``weight`` (the sum over the hits), ``words`` (the matched words), ``sentence`` (the text), ``start``,
    ``end`` (its characters).
    """
    keys = ["frame", "doc_id", "sentence"]
    table = found.groupby(keys, sort=True).agg(
        hits=("text", "size"), weight=("weight", "sum"), words=("text", " · ".join)
    )
    table = table.reset_index()
    documents = {doc_id: row for row, doc_id in enumerate(tokens.doc_ids)}
    document = table["doc_id"].map(documents).to_numpy(dtype=np.int64)
    line = np.searchsorted(tokens.sentence_document, document) + table["sentence"].to_numpy(dtype=np.int64)
    table["start"], table["end"] = tokens.sentence_start[line], tokens.sentence_end[line]
    spans = zip(document, table["start"], table["end"], strict=True)
    table["sentence"] = [" ".join(tokens.corpus.texts[d][s:e].split()) for d, s, e in spans]
    table["words"] = [" ".join(words.split()) for words in table["words"]]
    table = table.sort_values(["weight", "doc_id", "start"], ascending=[False, True, True], kind="stable")
    table["place"] = table.groupby("frame").cumcount()
    columns = ["frame", "doc_id", "hits", "weight", "words", "sentence", "start", "end"]
    return table.sort_values(["place", "frame"], ignore_index=True)[columns]


def profile(
    tokens: Tokens,
    lexicon: Lexicon,
    by: str | None = None,
    weights: NDArray[np.float64] | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How much each frame is spoken of: one row a frame, in the lexicon's order (and a group, with `by`).

    ``hits``: matches, negated ones included; with `weights` (one number a token), the sum of each match's mean weight.
    ``per_1000_words``: hits a thousand running words (their weights). ``sentence_share``: sentences with a hit, as a
    share of all (0 to 1). ``ci_low``, ``ci_high``: 95% bootstrap interval of ``per_1000_words``, over the documents of
    the group, or over its sentences where it is one document; NaN with fewer than two units. Raises `ValueError` for
    an unknown column.
    """
    found = _matches(tokens, lexicon)
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    frames = lexicon.frames["frame"].tolist()
    codes = {frame: code for code, frame in enumerate(frames)}
    frame = lexicon.terms["frame"].map(codes).to_numpy()[found["term"].to_numpy()]
    weight = token_weights(tokens, weights)
    running = np.concatenate([[0.0], np.cumsum(weight)])
    amount = (running[last + 1] - running[first]) / (last + 1 - first)
    words = running[tokens.sentence_offsets[1:]] - running[tokens.sentence_offsets[:-1]]
    hits = sparse.csr_array((amount, (tokens.sentence[first], frame)), shape=(tokens.n_sentences, len(frames)))
    hits.sum_duplicates()

    groups = np.zeros(tokens.n_documents, dtype=object) if by is None else tokens.groups(by).to_numpy(dtype=object)
    tables = []
    for group in sorted(set(groups)):
        rows = np.flatnonzero(groups == group)
        lines = np.flatnonzero(np.isin(tokens.sentence_document, rows))
        own, size = hits[lines], words[lines]
        unit = np.searchsorted(rows, tokens.sentence_document[lines]) if len(rows) > 1 else np.arange(len(lines))
        shape = (len(rows) if len(rows) > 1 else len(lines), len(lines))
        gather = sparse.csr_array((np.ones(len(lines)), (unit, np.arange(len(lines)))), shape=shape)
        low, high = rate_intervals(gather @ own, gather @ size, resamples=resamples, seed=seed)
        total = own.sum(axis=0)
        table = pd.DataFrame(
            {
                "frame": frames,
                "hits": total if weights is not None else np.rint(total).astype(np.int64),
                "per_1000_words": 1000 * total / size.sum() if size.sum() else 0.0,
                "sentence_share": np.bincount(own.nonzero()[1], minlength=len(frames)) / max(len(lines), 1),
                "ci_low": 1000 * low,
                "ci_high": 1000 * high,
            }
        )
        if by is not None:
            table.insert(0, by, group)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def score_sentences(sentences: Sequence[str], lexicon: Lexicon) -> pd.DataFrame:
    """The weight of each frame's matches in each sentence: one row a sentence, one column a frame, and ``frame``.

    ``frame`` is the frame with the highest score, None where no frame matches or two share the highest.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> score_sentences(["Trade rose.", "The suspects will be prosecuted in court."], lexicon)["frame"].tolist()
    [None, 'law_and_prosecution']
    """
    frames = lexicon.frames["frame"].tolist()
    hits = matches(tokenize(read_texts(sentences), boilerplate=True), lexicon)
    scores = np.zeros((len(sentences), len(frames)))
    column = hits["frame"].map({frame: code for code, frame in enumerate(frames)}).to_numpy(dtype=np.int64)
    np.add.at(scores, (hits["doc_id"].to_numpy(dtype=np.int64), column), hits["weight"])
    scores = scores.round(9)  # three times 0.3 is to tie with 0.9
    best = scores.max(axis=1, initial=0.0)
    alone = (scores == best[:, None]).sum(axis=1) == 1
    table = pd.DataFrame(scores, columns=frames)
    names = np.array(frames, dtype=object)[scores.argmax(axis=1)] if len(scores) else np.array([], dtype=object)
    table["frame"] = pd.Series(
        [name if ok else None for name, ok in zip(names, alone & (best > 0), strict=True)], dtype=object
    )
    return table


def _matches(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """The matches that count: first and last token, and the row of the term, in the order of the text."""
    patterns = lexicon.terms["pattern"].tolist() + lexicon.excludes["pattern"].tolist()
    found = find(tokens, patterns)
    found["words"] = found["last"] - found["first"] + 1
    found["characters"] = tokens.end[found["last"]] - tokens.start[found["first"]]
    found["counts"] = found["pattern"] < len(lexicon.terms)
    order = ["words", "characters", "first", "counts", "pattern"]  # of two that are as long, the exclude goes first
    found = found.sort_values(order, ascending=[False, False, True, True, True], kind="stable", ignore_index=True)
    kept = _without_overlap(found["first"].to_numpy(), found["last"].to_numpy(), len(tokens))
    counting: pd.DataFrame = found.loc[kept & found["counts"].to_numpy()]
    return counting.rename(columns={"pattern": "term"}).sort_values("first", ignore_index=True)


def _without_overlap(first: Ints, last: Ints, size: int) -> NDArray[np.bool_]:
    """Which spans stay when, in the order given, each keeps its tokens to itself."""
    # Most spans share no token with any other: these stay without being looked at one by one.
    depth = np.cumsum(np.bincount(first, minlength=size + 1) - np.bincount(last + 1, minlength=size + 1))
    shared = np.concatenate([[0], np.cumsum(depth > 1)])
    kept: NDArray[np.bool_] = shared[last + 1] == shared[first]
    taken: set[int] = set()
    for row in np.flatnonzero(~kept):
        span = range(int(first[row]), int(last[row]) + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept[row] = True
    return kept


def _negated(tokens: Tokens, lexicon: Lexicon, first: Ints) -> NDArray[np.bool_]:
    """Whether a negation word stands in the window before each token, in its sentence."""
    negation = fitting_types(tokens, lexicon.negation_words).sum(axis=0) > 0
    seen = np.concatenate([[0], np.cumsum(negation[tokens.ids])])
    begin = np.maximum(first - lexicon.negation_window, tokens.sentence_offsets[tokens.sentence[first]])
    return seen[first] > seen[begin]
