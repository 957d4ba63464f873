"""Frame matches: which words of a text speak of which frame, walked back to the character."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.bootstrap import rate_intervals
from analysis.framing.counting import DIGITS, amounts, count, counting_matches, gather
from analysis.framing.lexicon import Lexicon
from analysis.text.corpus import read_texts
from analysis.text.lookup import document_of, sentence_of
from analysis.text.patterns import fitting_types
from analysis.text.tokens import Tokens, tokenize

MATCH_COLUMNS = ["doc_id", "sentence", "frame", "pattern", "text", "start", "end", "negated", "weight"]
BLOCK = 10_000  # sentences that are held as strings of their own at a time
STATUSES = ("framed", "tie", "below margin", "no term")

Ints = NDArray[np.int64]


def matches(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Every match of a lexicon's terms, one row each, in the order of the text.

    Columns: doc_id, sentence (from 0 in each document), frame, pattern, text (as it stands), start, end (characters),
    negated (a negation word stands within the lexicon's window before it in the sentence), weight (of the term).

    A word counts for one frame only: of matches that share a word the longest wins (in words, then characters), then
    the earlier, then an exclude, then the one that stands first in the lexicon. An ``excludes`` phrase that wins takes
    its words out of the count.
    """
    found = counting_matches(tokens, lexicon)
    first, last, term = found["first"].to_numpy(), found["last"].to_numpy(), found["term"].to_numpy()
    document = document_of(tokens, first)
    first_sentence = np.searchsorted(tokens.sentence_document, np.arange(tokens.n_documents))
    start, end = tokens.start[first], tokens.end[last]
    texts = tokens.corpus.texts
    return pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": sentence_of(tokens, first) - first_sentence[document],
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
        raise ValueError(
            f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in {said}: give one of theirs"
        )
    return tokens.subset(rows)


def evidence(tokens: Tokens, found: pd.DataFrame) -> pd.DataFrame:
    """The sentences behind a table of matches, one row a sentence and frame.

    First the sentence with the most weight of each frame, then the second of each, and so on: ``frame``, ``doc_id``,
    ``hits``, ``weight`` (the sum over the hits), ``words`` (the matched words), ``sentence`` (the text), ``start``,
    ``end`` (its characters).
    """
    keys = ["frame", "doc_id", "sentence"]
    groups = found.groupby(keys, sort=True)
    table = groups.agg(hits=("text", "size"), weight=("weight", "sum")).reset_index()
    text = found["text"].to_numpy(dtype=object)[np.argsort(groups.ngroup().to_numpy(), kind="stable")]
    stops = np.cumsum(table["hits"].to_numpy(dtype=np.int64)).tolist()
    table["words"] = [" ".join(" · ".join(text[a:b]).split()) for a, b in pairwise([0, *stops])]
    documents = {doc_id: row for row, doc_id in enumerate(tokens.doc_ids)}
    document = table["doc_id"].map(documents).to_numpy(dtype=np.int64)
    line = np.searchsorted(tokens.sentence_document, document) + table["sentence"].to_numpy(dtype=np.int64)
    table["start"], table["end"] = tokens.sentence_start[line], tokens.sentence_end[line]
    spans = zip(document, table["start"], table["end"], strict=True)
    table["sentence"] = [" ".join(tokens.corpus.texts[d][s:e].split()) for d, s, e in spans]
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
    the group, or over its sentences where it is one document; NaN with fewer than two units.
    ``score_per_1000_words``: the same rate with each hit counted at the weight of its term, so that a topic word of
    weight 0.3 does not say as much as a phrase; ``score_ci_low``, ``score_ci_high``: its interval. Raises `ValueError`
    for an unknown column, or weights that are not one a token.
    """
    frames = lexicon.frames["frame"].tolist()
    counted = count(tokens, lexicon, weights)
    both = sparse.hstack([counted.hits, counted.scores], format="csr")
    groups = np.zeros(tokens.n_documents, dtype=object) if by is None else tokens.groups(by).to_numpy(dtype=object)
    tables = []
    for group in sorted(set(groups)):
        rows = np.flatnonzero(groups == group)
        lines = np.flatnonzero(np.isin(tokens.sentence_document, rows))
        own, size = both[lines], counted.words[lines]
        unit = np.searchsorted(rows, tokens.sentence_document[lines]) if len(rows) > 1 else np.arange(len(lines))
        units = gather(unit, len(rows) if len(rows) > 1 else len(lines))
        ends = rate_intervals(units @ own, np.asarray(units @ size), resamples=resamples, seed=seed)
        low, score_low, high, score_high = (1000 * half for end in ends for half in np.split(end, 2))
        hits, scores = np.split(own.sum(axis=0), 2)
        words = size.sum()
        table = pd.DataFrame(
            {
                "frame": frames,
                "hits": amounts(hits, whole=weights is None),
                "per_1000_words": 1000 * hits / words if words else 0.0,
                "sentence_share": np.bincount(own.nonzero()[1], minlength=2 * len(frames))[: len(frames)]
                / max(len(lines), 1),
                "ci_low": low,
                "ci_high": high,
                "score_per_1000_words": 1000 * scores / words if words else 0.0,
                "score_ci_low": score_low,
                "score_ci_high": score_high,
            }
        )
        if by is not None:
            table.insert(0, by, group)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def sentence_frames(tokens: Tokens, lexicon: Lexicon, *, margin: float = 0.0) -> pd.DataFrame:
    """Which frame leads in each sentence, and how clearly: one row a sentence, in the order of the text.

    - ``doc_id``, ``sentence`` (from 0 in each document), ``start``, ``end`` (characters), ``text`` (on one line);
    - ``status``: "framed"; "tie", where two frames or more share the highest score; "below margin", where the lead over
      the next frame is smaller than `margin` (a weight: with 0.5 a lone topic word of weight 0.3 is too little); "no
      term", where nothing matches. Only a framed sentence has a ``frame``, the others abstain: None;
    - ``leading``: the frame with the highest score, all of them in a tie (" · " between); ``second``: the one with the
      next lower score (of those the first in the lexicon); None where there is none;
    - ``score``: the weights of the leading frame's matches; ``margin``: how much that is above the next frame's.

    Raises `ValueError` for a margin below 0.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial. It rained."))
    >>> sentence_frames(tokens, lexicon, margin=0.5)[["status", "frame", "leading"]]
             status                frame              leading
    0  below margin                 None               threat
    1        framed  law_and_prosecution  law_and_prosecution
    2       no term                 None                 None
    """
    scores = count(tokens, lexicon).scores
    blocks = (scores[first : first + BLOCK].toarray() for first in range(0, max(tokens.n_sentences, 1), BLOCK))
    document = tokens.sentence_document
    first_sentence = np.searchsorted(document, document)
    places = pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": np.arange(tokens.n_sentences) - first_sentence,
            "start": tokens.sentence_start,
            "end": tokens.sentence_end,
        }
    )
    lead = pd.concat([_lead(block, lexicon, margin) for block in blocks], ignore_index=True)
    return pd.concat([places, lead], axis=1).assign(text=_sentence_texts(tokens))


def _sentence_texts(tokens: Tokens) -> pd.Series:
    """The sentences on one line each; of the many short strings that they are cut from few are there at a time."""
    columns = (tokens.sentence_document, tokens.sentence_start, tokens.sentence_end)
    texts, blocks = tokens.corpus.texts, []
    for first in range(0, max(tokens.n_sentences, 1), BLOCK):
        spans = zip(*(column[first : first + BLOCK].tolist() for column in columns), strict=True)
        blocks.append(pd.Series([" ".join(texts[d][start:end].split()) for d, start, end in spans]))
    return pd.concat(blocks, ignore_index=True)


def coverage(table: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """How many sentences of `sentence_frames` have each status: one row a status (and a group, with `by`).

    ``status`` in the order framed, tie, below margin, no term; ``sentences``; ``share``: of the sentences of the group
    (0 to 1; 0 where it has none). The share of "framed" is the coverage of the text: what is said of frames rests on
    these sentences. Raises `ValueError` for an unknown column, or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The suspects will stand trial. It rained. It snowed. It hailed."))
    >>> coverage(sentence_frames(tokens, lexicon), tokens)
             status  sentences  share
    0        framed          1   0.25
    1           tie          0   0.00
    2  below margin          0   0.00
    3       no term          3   0.75
    """
    rows = pd.Index(tokens.doc_ids).get_indexer(pd.Index(table["doc_id"]))
    if (rows < 0).any():
        raise ValueError(
            f"the table is about document {table['doc_id'].iloc[(rows < 0).argmax()]!r}, which is not in the tokens: "
            "give its own tokens"
        )
    groups = np.array([""] * tokens.n_documents, dtype=object) if by is None else tokens.groups(by).to_numpy(object)
    counts = pd.crosstab(groups[rows], table["status"].to_numpy())
    counts = counts.reindex(index=sorted(set(groups)), columns=list(STATUSES), fill_value=0)
    result = pd.DataFrame(
        {
            "status": list(STATUSES) * len(counts),
            "sentences": counts.to_numpy().ravel(),
            "share": (counts.to_numpy() / counts.sum(axis=1).clip(lower=1).to_numpy()[:, None]).ravel(),
        }
    )
    if by is not None:
        result.insert(0, by, np.repeat(counts.index.to_numpy(), len(STATUSES)))
    return result


def score_sentences(sentences: Sequence[str], lexicon: Lexicon, *, margin: float = 0.0) -> pd.DataFrame:
    """The weight of each frame's matches in each sentence: one row a sentence, one column a frame, and ``frame``.

    ``frame`` is the frame with the highest score, None where no frame matches, where two share the highest, or where
    its lead over the next is smaller than `margin`. Raises `ValueError` for a margin below 0.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> score_sentences(["Trade rose.", "The suspects will be prosecuted in court."], lexicon)["frame"].tolist()
    [None, 'law_and_prosecution']
    """
    tokens = tokenize(read_texts(sentences), boilerplate=True)
    scores = (gather(tokens.sentence_document, len(sentences)) @ count(tokens, lexicon).scores).toarray()
    table = pd.DataFrame(scores.round(DIGITS), columns=lexicon.frames["frame"].tolist())
    table["frame"] = _lead(scores, lexicon, margin)["frame"]
    return table


def _lead(scores: NDArray[np.float64], lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The columns status, frame, leading, second, score and margin of `sentence_frames`, from (sentences, frames)."""
    if not margin >= 0:
        raise ValueError(f"margin is {margin}: use 0 or a weight above it")
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    scores = scores.round(DIGITS)
    best = scores.max(axis=1, initial=0.0)
    lower = np.where(scores < best[:, None], scores, 0.0)
    runner_up = lower.max(axis=1, initial=0.0)
    highest = (scores == best[:, None]) & (best > 0)[:, None]
    tied = highest.sum(axis=1) > 1
    ahead = np.where(tied, 0.0, best - runner_up).round(DIGITS)
    status = np.select([best == 0, tied, ahead < margin], ["no term", "tie", "below margin"], "framed").astype(object)
    leading = np.full(len(scores), None, dtype=object)
    leading[best > 0] = frames[scores.argmax(axis=1)[best > 0]]
    second = np.full(len(scores), None, dtype=object)
    second[runner_up > 0] = frames[lower.argmax(axis=1)[runner_up > 0]]
    leading[tied] = [" · ".join(frames[row]) for row in highest[tied]]
    frame = leading.copy()
    frame[status != "framed"] = None
    names = pd.DataFrame({"status": status, "frame": frame, "leading": leading, "second": second}, dtype=object)
    return names.assign(score=best, margin=ahead)


def _negated(tokens: Tokens, lexicon: Lexicon, first: Ints) -> NDArray[np.bool_]:
    """Whether a negation word stands in the window before each token, in its sentence."""
    negation = fitting_types(tokens, lexicon.negation_words).sum(axis=0) > 0
    places = np.flatnonzero(negation[tokens.ids])
    begin = np.maximum(first - lexicon.negation_window, tokens.sentence_offsets[sentence_of(tokens, first)])
    return np.searchsorted(places, first) > np.searchsorted(places, begin)
