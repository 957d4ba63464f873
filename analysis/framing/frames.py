"""Frame matches: which words of a text speak of which frame, walked back to the character."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import gather, rate_intervals
from analysis.framing.counting import DIGITS, added, amounts, count, counted_parts, stacked, weighted_parts
from analysis.framing.lexicon import Lexicon
from analysis.text.corpus import read_texts
from analysis.text.documents import ByDocument
from analysis.text.lookup import document_of, first_sentences, sentence_in_document, sentence_of
from analysis.text.parted import parts, sentence_counts
from analysis.text.patterns import fitting_types
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Ids, Tokens, offsets_of, tokenize

MATCH_COLUMNS = ["doc_id", "sentence", "frame", "pattern", "text", "start", "end", "negated", "weight"]
STATUSES = ("framed", "tie", "below margin", "no term")

Words = TypeVar("Words", bound=ByDocument)
BLOCK = 10_000  # sentences whose scores are a full matrix at a time
SENTENCES = 1 << 31  # more than a document has


def matches(tokens: Tokens, lexicon: Lexicon, *, most: int | None = None) -> pd.DataFrame:
    """Every match of a lexicon's terms, one row each, in the order of the text.

    Columns: doc_id, sentence (from 0 in each document), frame, pattern, text (as written), start, end (characters),
    negated (a negation word is within the lexicon's window before it in the sentence), weight (of the term). `most`:
    rows, at most.

    A word counts for one frame only: of matches that share a word the longest wins (in words, then characters), then
    the earlier, then an exclude, then the one that appears first in the lexicon. An ``excludes`` phrase that wins takes
    its words out of the count.
    """
    return table_of((_matches(part.tokens, lexicon, own) for part, own, _ in weighted_parts(tokens, lexicon)), most)


def _matches(tokens: Tokens, lexicon: Lexicon, found: pd.DataFrame) -> pd.DataFrame:
    """The rows of `matches` for the matches that are `found`."""
    first, last, term = found["first"].to_numpy(), found["last"].to_numpy(), found["term"].to_numpy()
    document = document_of(tokens, first)
    start, end = tokens.start[first], tokens.end[last]
    texts = tokens.corpus.texts
    return compact(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": sentence_in_document(tokens, first),
            "frame": lexicon.terms["frame"].to_numpy(dtype=object)[term],
            "pattern": lexicon.terms["pattern"].to_numpy(dtype=object)[term],
            "text": [texts[d][s:e] for d, s, e in zip(document, start, end, strict=True)],
            "start": start,
            "end": end,
            "negated": negated(tokens, lexicon, first),
            "weight": lexicon.terms["weight"].to_numpy()[term],
        }
    )


def in_language(tokens: Words, lexicon: Lexicon) -> Words:
    """The words of the documents in the lexicon's language: in any other it finds nothing and dilutes every rate.

    Raises `ValueError` when there is no such document.
    """
    rows = np.flatnonzero(tokens.languages == lexicon.language)
    if not len(rows):
        said = ", ".join(sorted(set(tokens.languages)))
        raise ValueError(
            f"lexicon {lexicon.name!r} is in {lexicon.language!r} and the documents are in {said}: give one of theirs"
        )
    return tokens.subset(rows)


def evidence(tokens: Tokens, found: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """The sentences behind a table of matches, one row a sentence and frame.

    First the sentence with the most weight of each frame, then the second of each, and so on: ``frame``, ``doc_id``,
    ``hits``, ``weight`` (the sum over the hits), ``words`` (the matched words), ``sentence`` (the text), ``start``,
    ``end`` (its characters). `most`: rows, at most. Raises `ValueError` for a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial."))
    >>> table = evidence(tokens, matches(tokens, read_lexicon(LEXICONS / "security_communication.yml")))
    >>> table[["frame", "words", "sentence"]].values.tolist()[-1]
    ['threat', 'militants', 'The militants fled.']
    """
    by_name = np.argsort(tokens.doc_ids, kind="stable")
    rank = np.argsort(by_name)
    frame, frames = pd.factorize(found["frame"].astype(object), sort=True)
    key = (frame * len(rank) + rank[documents_of(found, tokens)]) * SENTENCES + found["sentence"].to_numpy()
    keys, own, hits = np.unique(key, return_inverse=True, return_counts=True)
    weight = found["weight"].groupby(own).sum().to_numpy()
    frame, document, sentence = keys // SENTENCES // len(rank), by_name[keys // SENTENCES % len(rank)], keys % SENTENCES
    strongest = np.lexsort((keys, -weight, frame))  # frame by frame
    place = np.empty(len(keys), dtype=np.int64)
    place[strongest] = np.arange(len(keys)) - np.searchsorted(frame[strongest], frame[strongest])
    chosen = np.lexsort((frame, place))[:most]
    row = np.full(len(keys), -1)
    row[chosen] = np.arange(len(chosen))
    listed = np.flatnonzero(row[own] >= 0)
    listed = listed[np.argsort(row[own[listed]], kind="stable")]
    text = found["text"].to_numpy(dtype=object)[listed]
    start, end, said = _sentences_at(tokens, document[chosen], sentence[chosen])
    return compact(
        {
            "frame": np.asarray(frames, dtype=object)[frame[chosen]],
            "doc_id": tokens.doc_ids[document[chosen]],
            "hits": hits[chosen],
            "weight": weight[chosen],
            "words": [" ".join(" · ".join(text[a:b]).split()) for a, b in pairwise(offsets_of(hits[chosen]))],
            "sentence": said,
            "start": start,
            "end": end,
        }
    )


def _sentences_at(tokens: Tokens, document: Ints, number: Ints) -> tuple[Ids, Ids, list[str]]:
    """Where sentences begin and end and what they say on one line, each by its document and its number there."""
    start, end = np.zeros((2, len(document)), dtype=np.int32)
    said = [""] * len(document)
    order = np.argsort(document, kind="stable")
    for part in parts(tokens):
        rows = order[slice(*np.searchsorted(document[order], [part.rows.start, part.rows.stop]).tolist())]
        own, texts = document[rows] - part.document, part.tokens.corpus.texts
        line = first_sentences(part.tokens)[own] + number[rows]
        start[rows], end[rows] = part.tokens.sentence_start[line], part.tokens.sentence_end[line]
        for row, d, s, e in zip(rows.tolist(), own.tolist(), start[rows].tolist(), end[rows].tolist(), strict=True):
            said[row] = " ".join(texts[d][s:e].split())
    return start, end, said


def profile(
    tokens: Tokens,
    lexicon: Lexicon,
    by: str | None = None,
    weights: Floats | None = None,
) -> pd.DataFrame:
    """How much each frame is spoken of: one row a frame, in the lexicon's order (and a group, with `by`).

    ``hits``: matches, negated ones included; with `weights` (one number a token), the sum of each match's mean weight.
    ``per_1000_words``: hits a thousand running words (their weights). ``sentence_share``: sentences with a hit, as a
    share of all (0 to 1). ``ci_low``, ``ci_high``: 95% interval of ``per_1000_words``, over the documents of the group,
    or its sentences where it is one document, see `analysis.core.intervals.intervals_of`; NaN with fewer than five.
    ``score_per_1000_words``: the same rate with each hit counted at the weight of its term, so that a topic word of
    weight 0.3 does not say as much as a phrase. Raises `ValueError`
    for an unknown column, or weights that are not one a token.
    """
    names, number = tokens.numbered_groups(by)
    frames, members = len(lexicon.frames), np.bincount(number)
    low, high = np.full((2, len(names), frames), np.nan)
    found, framed = [], []  # of each part, by document: counts, and sentences with a hit
    for part, counted in counted_parts(tokens, lexicon, weights):
        document, group = part.tokens.sentence_document, number[part.rows]
        for alone in np.flatnonzero(members[group] == 1).tolist():
            own = slice(*np.searchsorted(document, [alone, alone + 1]).tolist())
            low[group[alone]], high[group[alone]] = rate_intervals(counted.hits[own], counted.words[own])
        found.append(added(counted, document, part.tokens.n_documents))
        framed.append(gather(document, part.tokens.n_documents) @ (counted.hits > 0).astype(np.float64))
    by_document = stacked(found)
    found.clear()
    # Document after document, so that the parts make no difference to how the sums are rounded.
    total = added(by_document, number, len(names))
    share = (gather(number, len(names)) @ sparse.vstack(framed, format="csr")).toarray()
    share /= np.maximum(gather(number, len(names)) @ sentence_counts(tokens), 1)[:, None]
    several = members > 1
    ends = rate_intervals(by_document.hits, by_document.words, number, len(names))
    low[several], high[several] = (end[several] for end in ends)
    hits, scores = total.hits.toarray(), total.scores.toarray()
    words = total.words[:, None]
    rate, score = (np.divide(1000 * n, words, out=np.zeros(n.shape), where=words > 0) for n in (hits, scores))
    columns = {
        "frame": np.tile(lexicon.frames["frame"].to_numpy(dtype=object), len(names)),
        "hits": amounts(hits.ravel(), whole=weights is None),
        "per_1000_words": rate.ravel(),
        "sentence_share": share.ravel(),
        "ci_low": 1000 * low.ravel(),
        "ci_high": 1000 * high.ravel(),
        "score_per_1000_words": score.ravel(),
    }
    groups = {} if by is None else {by: np.repeat(np.array(names, dtype=object), frames)}
    return pd.DataFrame(groups | columns)


def sentence_frames(tokens: Tokens, lexicon: Lexicon, *, margin: float = 0.0, most: int | None = None) -> pd.DataFrame:
    """Which frame leads in each sentence, and how clearly: one row a sentence, in the order of the text.

    - ``doc_id``, ``sentence`` (from 0 in each document), ``start``, ``end`` (characters), ``text`` (on one line);
    - ``status``: "framed"; "tie", where two frames or more share the highest score; "below margin", where the lead over
      the next frame is smaller than `margin` (a weight: with 0.5 a lone topic word of weight 0.3 is too little); "no
      term", where nothing matches. Only a framed sentence has a ``frame``, the others abstain: None;
    - ``leading``: the frame with the highest score, all of them in a tie (" · " between); ``second``: the one with the
      next lower score (of those the first in the lexicon); None where there is none;
    - ``score``: the weights of the leading frame's matches; ``margin``: how much that is above the next frame's.

    The table holds the text, and so is as large as the corpus; `most`: rows, at most. Raises `ValueError` for a margin
    below 0.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial. It rained."))
    >>> sentence_frames(tokens, lexicon, margin=0.5)[["status", "frame", "leading"]]
             status                frame              leading
    0  below margin                 None               threat
    1        framed  law_and_prosecution  law_and_prosecution
    2       no term                 None                 None
    """
    counted = counted_parts(tokens, lexicon)
    return table_of((_leading_frames(part.tokens, counts.scores, lexicon, margin) for part, counts in counted), most)


def coverage(tokens: Tokens, lexicon: Lexicon, by: str | None = None, *, margin: float = 0.0) -> pd.DataFrame:
    """How many sentences have each status of `sentence_frames`: one row a status (and a group, with `by`).

    ``status`` in the order framed, tie, below margin, no term; ``sentences``; ``share``: of the sentences of the group
    (0 to 1; 0 where it has none). The share of "framed" is the coverage of the text: what is said of frames rests on
    these sentences. Raises `ValueError` for an unknown column, or a margin below 0.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> coverage(tokenize(read_text("The suspects will stand trial. It rained. It snowed. It hailed.")), lexicon)
             status  sentences  share
    0        framed          1   0.25
    1           tie          0   0.00
    2  below margin          0   0.00
    3       no term          3   0.75
    """
    names, number = tokens.numbered_groups(by)
    counts = np.zeros((len(names), len(STATUSES)), dtype=np.int64)
    for part, counted in counted_parts(tokens, lexicon):
        group = number[part.rows][part.tokens.sentence_document]
        for first in range(0, max(len(group), 1), BLOCK):
            status = _ranked(counted.scores[first : first + BLOCK].toarray(), margin).status
            np.add.at(counts, (group[first : first + BLOCK], status), 1)
    result = pd.DataFrame(
        {
            "status": list(STATUSES) * len(names),
            "sentences": counts.ravel(),
            "share": (counts / counts.sum(axis=1, keepdims=True).clip(min=1)).ravel(),
        }
    )
    if by is not None:
        result.insert(0, by, np.repeat(np.array(names, dtype=object), len(STATUSES)))
    return result


def score_sentences(sentences: Sequence[str], lexicon: Lexicon, *, margin: float = 0.0) -> pd.DataFrame:
    """The weight of each frame's matches in each sentence: one row a sentence, one column a frame, and ``frame``.

    ``frame`` is the frame with the highest score, None where no frame matches, where two share the highest, or where
    its lead over the next is smaller than `margin`. Raises `ValueError` for a margin below 0.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> score_sentences(["Trade rose.", "The suspects will be prosecuted in court."], lexicon)["frame"].tolist()
    [None, 'law_and_prosecution']
    """
    tokens = tokenize(read_texts(sentences), boilerplate=True)
    scores = (gather(tokens.sentence_document, len(sentences)) @ count(tokens, lexicon).scores).toarray()
    table = pd.DataFrame(scores.round(DIGITS), columns=lexicon.frames["frame"].tolist())
    table["frame"] = _lead(scores, lexicon, margin)["frame"]
    return table


def negated(tokens: Tokens, lexicon: Lexicon, first: Ints) -> NDArray[np.bool_]:
    """Whether a negation word is in the window before each token, in its sentence."""
    negation = fitting_types(tokens, lexicon.negation_words).sum(axis=0) > 0
    places = np.flatnonzero(negation[tokens.ids])
    begin = np.maximum(first - lexicon.negation_window, tokens.sentence_offsets[sentence_of(tokens, first)])
    return np.searchsorted(places, first) > np.searchsorted(places, begin)


def _leading_frames(tokens: Tokens, scores: sparse.csr_array, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The rows of `sentence_frames` for the `scores`, (sentences, frames)."""
    document, start, end = tokens.sentence_document, tokens.sentence_start, tokens.sentence_end
    places = {
        "doc_id": tokens.doc_ids[document],
        "sentence": np.arange(tokens.n_sentences) - np.searchsorted(document, document),
        "start": start,
        "end": end,
    }
    blocks = (scores[first : first + BLOCK].toarray() for first in range(0, max(tokens.n_sentences, 1), BLOCK))
    leads = pd.concat([_lead(block, lexicon, margin) for block in blocks], ignore_index=True)
    texts, spans = tokens.corpus.texts, zip(document.tolist(), start.tolist(), end.tolist(), strict=True)
    said = pd.Series([" ".join(texts[d][s:e].split()) for d, s, e in spans], dtype=object)
    return pd.concat([compact(places), leads], axis=1).assign(text=said)


class _Ranked(NamedTuple):
    """Of each sentence the status, an index into `STATUSES`, the highest score and its lead, and the scores below it.

    ``highest``: (sentences, frames) which frames have the highest score, where that is above 0.
    """

    status: Ints
    best: Floats
    ahead: Floats
    lower: Floats
    highest: NDArray[np.bool_]


def _ranked(scores: Floats, margin: float) -> _Ranked:
    """How the scores of each sentence, (sentences, frames), compare."""
    if not margin >= 0:
        raise ValueError(f"margin is {margin}: use 0 or a weight above it")
    scores = scores.round(DIGITS)
    best = scores.max(axis=1, initial=0.0)
    lower = np.where(scores < best[:, None], scores, 0.0)
    highest = (scores == best[:, None]) & (best > 0)[:, None]
    tied = highest.sum(axis=1) > 1
    ahead = np.where(tied, 0.0, best - lower.max(axis=1, initial=0.0)).round(DIGITS)
    status = np.select([best == 0, tied, ahead < margin], [3, 1, 2], 0)
    return _Ranked(status, best, ahead, lower, highest)


def _lead(scores: Floats, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The columns status, frame, leading, second, score and margin of `sentence_frames`, from (sentences, frames)."""
    ranked = _ranked(scores, margin)
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    first, below, tied = ranked.best > 0, ranked.lower.any(axis=1), ranked.status == STATUSES.index("tie")
    leading, second = np.full((2, len(scores)), None, dtype=object)
    leading[first] = frames[ranked.highest[first].argmax(axis=1)]
    second[below] = frames[ranked.lower[below].argmax(axis=1)]
    leading[tied] = [" · ".join(frames[row]) for row in ranked.highest[tied]]
    status = np.array(STATUSES, dtype=object)[ranked.status]
    framed = leading.copy()
    framed[ranked.status != STATUSES.index("framed")] = None
    names = {"status": status, "frame": framed}
    return compact(names | {"leading": leading, "second": second, "score": ranked.best, "margin": ranked.ahead})
