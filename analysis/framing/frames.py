"""Frame matches: which words of a text speak of which frame, walked back to the character."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.bootstrap import rate_intervals
from analysis.core.compiled import Floats, Ints
from analysis.framing.counting import DIGITS, amounts, count, counted_parts, gather, matched_parts
from analysis.framing.lexicon import Lexicon
from analysis.framing.strongest import sentences_at, strongest
from analysis.text.corpus import read_texts
from analysis.text.documents import ByDocument
from analysis.text.long_tables import AnyTable, LongTable, documents_of, table_of, table_parts
from analysis.text.lookup import document_of, sentence_in_document, sentence_of
from analysis.text.parted import LISTED, AnyTokens, Parted, sentence_counts
from analysis.text.patterns import fitting_types
from analysis.text.tokens import Tokens, offsets_of, tokenize

MATCH_COLUMNS = ["doc_id", "sentence", "frame", "pattern", "text", "start", "end", "negated", "weight"]
STATUSES = ("framed", "tie", "below margin", "no term")

Words = TypeVar("Words", bound=ByDocument)
BLOCK = 10_000  # sentences that are held as strings of their own at a time


@overload
def matches(tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame: ...
@overload
def matches(tokens: AnyTokens, lexicon: Lexicon) -> AnyTable: ...
def matches(tokens: AnyTokens, lexicon: Lexicon) -> AnyTable:
    """Every match of a lexicon's terms, one row each, in the order of the text.

    Columns: doc_id, sentence (from 0 in each document), frame, pattern, text (as written), start, end (characters),
    negated (a negation word stands within the lexicon's window before it in the sentence), weight (of the term).

    A word counts for one frame only: of matches that share a word the longest wins (in words, then characters), then
    the earlier, then an exclude, then the one that appears first in the lexicon. An ``excludes`` phrase that wins takes
    its words out of the count.
    """
    return table_of(tokens, (_matches(part.tokens, lexicon, own) for part, own in matched_parts(tokens, lexicon)))


def _matches(tokens: Tokens, lexicon: Lexicon, found: pd.DataFrame) -> pd.DataFrame:
    """The rows of `matches` for the matches that are `found`."""
    first, last, term = found["first"].to_numpy(), found["last"].to_numpy(), found["term"].to_numpy()
    document = document_of(tokens, first)
    start, end = tokens.start[first], tokens.end[last]
    texts = tokens.corpus.texts
    return pd.DataFrame(
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


def evidence(tokens: AnyTokens, found: AnyTable) -> pd.DataFrame:
    """The sentences behind a table of matches, one row a sentence and frame.

    First the sentence with the most weight of each frame, then the second of each, and so on: ``frame``, ``doc_id``,
    ``hits``, ``weight`` (the sum over the hits), ``words`` (the matched words), ``sentence`` (the text), ``start``,
    ``end`` (its characters). Of a corpus in parts there are the first `LISTED` rows. Raises `ValueError` for a table of
    other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial."))
    >>> table = evidence(tokens, matches(tokens, read_lexicon(LEXICONS / "security_communication.yml")))
    >>> table[["frame", "words", "sentence"]].values.tolist()[-1]
    ['threat', 'militants', 'The militants fled.']
    """
    if isinstance(tokens, Parted) or isinstance(found, LongTable):
        found = strongest(tokens, found, LISTED)
    groups = found.groupby(["frame", "doc_id", "sentence"], sort=True)
    table = groups.agg(hits=("text", "size"), weight=("weight", "sum")).reset_index()
    text = found["text"].to_numpy(dtype=object)[np.argsort(groups.ngroup().to_numpy(), kind="stable")]
    stops = np.cumsum(table["hits"].to_numpy(dtype=np.int64)).tolist()
    table["words"] = [" ".join(" · ".join(text[a:b]).split()) for a, b in pairwise([0, *stops])]
    document = documents_of(table, pd.Index(tokens.doc_ids))
    table["start"], table["end"], table["sentence"] = sentences_at(tokens, document, table["sentence"].to_numpy())
    table = table.sort_values(["weight", "doc_id", "start"], ascending=[False, True, True], kind="stable")
    table["place"] = table.groupby("frame").cumcount()
    columns = ["frame", "doc_id", "hits", "weight", "words", "sentence", "start", "end"]
    return table.sort_values(["place", "frame"], ignore_index=True)[columns]


def profile(
    tokens: AnyTokens,
    lexicon: Lexicon,
    by: str | None = None,
    weights: Floats | None = None,
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
    names, number = tokens.numbered_groups(by)
    summed = sums(tokens, lexicon, weights, number, resamples=resamples, seed=seed)
    tables = []
    for group, name in enumerate(names):
        ends = summed.low[group], summed.high[group]
        low, score_low, high, score_high = (1000 * half for end in ends for half in np.split(end, 2))
        hits, scores = np.split(summed.counts[group], 2)
        words = summed.words[group]
        table = pd.DataFrame(
            {
                "frame": frames,
                "hits": amounts(hits, whole=weights is None),
                "per_1000_words": 1000 * hits / words if words else 0.0,
                "sentence_share": summed.with_hit[group] / max(summed.sentences[group], 1),
                "ci_low": low,
                "ci_high": high,
                "score_per_1000_words": 1000 * scores / words if words else 0.0,
                "score_ci_low": score_low,
                "score_ci_high": score_high,
            }
        )
        if by is not None:
            table.insert(0, by, name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


@overload
def sentence_frames(tokens: Tokens, lexicon: Lexicon, *, margin: float = 0.0) -> pd.DataFrame: ...
@overload
def sentence_frames(tokens: AnyTokens, lexicon: Lexicon, *, margin: float = 0.0) -> AnyTable: ...
def sentence_frames(tokens: AnyTokens, lexicon: Lexicon, *, margin: float = 0.0) -> AnyTable:
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
    return table_of(tokens, (_leading_frames(part.tokens, counts.scores, lexicon, margin) for part, counts in counted))


def coverage(table: AnyTable, tokens: AnyTokens, by: str | None = None) -> pd.DataFrame:
    """How many sentences of `sentence_frames` have each status: one row a status (and a group, with `by`).

    ``status`` in the order framed, tie, below margin, no term; ``sentences``; ``share``: of the sentences of the group
    (0 to 1; 0 where it has none). The share of "framed" is the coverage of the text: what is said of frames rests on
    these sentences. Raises `ValueError` for an unknown column, or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("The suspects will stand trial. It rained. It snowed. It hailed."))
    >>> coverage(sentence_frames(tokens, lexicon), tokens)
             status  sentences  share
    0        framed          1   0.25
    1           tie          0   0.00
    2  below margin          0   0.00
    3       no term          3   0.75
    """
    names, number = tokens.numbered_groups(by)
    documents = pd.Index(tokens.doc_ids)
    counts = np.zeros((len(names), len(STATUSES)), dtype=np.int64)
    for part in table_parts(table):
        status = pd.Index(STATUSES).get_indexer(pd.Index(part["status"]))
        cell = number[documents_of(part, documents)] * len(STATUSES) + status
        counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
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
    """Whether a negation word stands in the window before each token, in its sentence."""
    negation = fitting_types(tokens, lexicon.negation_words).sum(axis=0) > 0
    places = np.flatnonzero(negation[tokens.ids])
    begin = np.maximum(first - lexicon.negation_window, tokens.sentence_offsets[sentence_of(tokens, first)])
    return np.searchsorted(places, first) > np.searchsorted(places, begin)


def _leading_frames(tokens: Tokens, scores: sparse.csr_array, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The rows of `sentence_frames` for the `scores`, (sentences, frames)."""
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
    leads = pd.concat([_lead(block, lexicon, margin) for block in blocks], ignore_index=True)
    return pd.concat([places, leads], axis=1).assign(text=_sentence_texts(tokens))


def _sentence_texts(tokens: Tokens) -> pd.Series:
    """The sentences on one line each; of the many short strings that they are cut from few are there at a time."""
    columns = (tokens.sentence_document, tokens.sentence_start, tokens.sentence_end)
    texts, blocks = tokens.corpus.texts, []
    for first in range(0, max(tokens.n_sentences, 1), BLOCK):
        spans = zip(*(column[first : first + BLOCK].tolist() for column in columns), strict=True)
        blocks.append(pd.Series([" ".join(texts[d][start:end].split()) for d, start, end in spans]))
    return pd.concat(blocks, ignore_index=True)


def _lead(scores: Floats, lexicon: Lexicon, margin: float) -> pd.DataFrame:
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


class Sums(NamedTuple):
    """What the sentences of each group come to.

    ``counts``: (groups, 2 * frames) hits and scores; ``words``: (groups,) running words, or the sum of their weights;
    ``with_hit``: (groups, frames) sentences with a hit; ``sentences``: (groups,) all of them; ``low`` and ``high``:
    (groups, 2 * frames) the ends of the interval of ``counts / words``.
    """

    counts: Floats
    words: Floats
    with_hit: Ints
    sentences: Ints
    low: Floats
    high: Floats


def sums(
    tokens: AnyTokens, lexicon: Lexicon, weights: Floats | None, group: Ints, *, resamples: int, seed: int
) -> Sums:
    """The `Sums` of the groups from 0 up; `group` has the group of each document, each with one at least.

    The intervals are over the documents of a group, or over its sentences where it is one document. Raises
    `ValueError` for weights that are not one a token.
    """
    frames, members = len(lexicon.frames), np.bincount(group)
    counts, (low, high) = np.zeros((len(members), 2 * frames)), np.full((2, len(members), 2 * frames), np.nan)
    with_hit = np.zeros((len(members), frames), dtype=np.int64)
    pieces, words = [], []
    for part, counted in counted_parts(tokens, lexicon, weights):
        own = part.tokens
        both = sparse.hstack([counted.hits, counted.scores], format="csr")
        groups = group[part.rows]
        line, column = both.nonzero()
        line_group = groups[own.sentence_document]
        # One after the other, so that the parts make no difference to how the sums are rounded.
        entries = both.tocoo()
        np.add.at(counts, (line_group[entries.row], entries.col), entries.data)
        hit = column < frames
        np.add.at(with_hit, (line_group[line[hit]], column[hit]), 1)
        bounds = np.searchsorted(own.sentence_document, np.arange(own.n_documents + 1)).tolist()
        for d in np.flatnonzero(members[groups] == 1).tolist():
            its = slice(bounds[d], bounds[d + 1])
            ends = rate_intervals(both[its], counted.words[its], resamples=resamples, seed=seed)
            low[groups[d]], high[groups[d]] = ends
        member = gather(own.sentence_document, own.n_documents)
        words.append(member @ counted.words)
        if resamples:  # what is drawn from: of many documents it is much
            pieces.append(member @ both)
    words_of = np.concatenate(words)
    if resamples:
        by_document = sparse.vstack(pieces, format="csr")
        del pieces
        by_document = by_document.tocsc()  # as the intervals take it: else they would have it once more
    order = np.argsort(group, kind="stable")
    held, sentences = offsets_of(members), sentence_counts(tokens)
    size, lines = np.zeros(len(members)), np.zeros(len(members), dtype=np.int64)
    for number, (left, right) in enumerate(pairwise(held.tolist())):
        rows = order[left:right]
        size[number], lines[number] = words_of[rows].sum(), sentences[rows].sum()
        if resamples and len(rows) > 1:
            both = by_document if len(rows) == len(group) else by_document[rows]
            low[number], high[number] = rate_intervals(both, words_of[rows], resamples=resamples, seed=seed)
    return Sums(counts, size, with_hit, lines, low, high)
