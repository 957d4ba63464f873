"""Frame matches: the words of a text that count for each frame, by their characters."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.core.compiled import Floats, Ints
from analysis.core.intervals import gather, rate_intervals
from analysis.framing.counting import (
    DIGITS,
    amounts,
    count,
    count_documents,
    counted_shards,
    found_shards,
    stack,
    sum_by,
)
from analysis.framing.lexicon import Lexicon
from analysis.text.corpus import read_texts
from analysis.text.lookup import document_of, first_sentences, sentence_in_document, sentence_of
from analysis.text.patterns import fitting_types
from analysis.text.periods import periods
from analysis.text.shards import sentence_counts
from analysis.text.tables import compact, rows_by_shard, table_of
from analysis.text.tokens import Tokens, offsets_of, tokenize

MATCH_COLUMNS = ["doc_id", "sentence", "frame", "pattern", "text", "start", "end", "negated", "weight"]
STATUSES = ("framed", "tie", "below margin", "no term")

Words = TypeVar("Words", bound=Tokens)
BLOCK = 10_000  # sentences whose scores are a full matrix at a time


def matches(tokens: Tokens, lexicon: Lexicon, *, most: int | None = None) -> pd.DataFrame:
    """Find every match of a lexicon's terms: one row each, in text order.

    Columns: doc_id, sentence (from 0 in each document), frame, pattern, text (as written), start, end (characters),
    negated (a negation word is within the lexicon's window before it in the sentence), weight (of the term). `most`:
    maximum number of rows.

    A word counts for one term only: of matches that share a word the longest wins (in words, then characters), then
    the earlier, then an exclude, then the first in the lexicon. The words of an exclude that wins count for no frame. A
    term that a dictionary lists for several frames has a row for each.
    """
    return table_of((_matches(shard.tokens, lexicon, found) for shard, found in found_shards(tokens, lexicon)), most)


def _matches(tokens: Tokens, lexicon: Lexicon, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `matches` for the matches of a shard."""
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
    """Return the documents in the lexicon's language: in any other it finds nothing and dilutes every rate.

    Raises `ValueError` when there is none.
    """
    rows = np.flatnonzero(tokens.languages == lexicon.language)
    if not len(rows):
        others = f"the documents are in {', '.join(sorted(set(tokens.languages)))}: give one of theirs"
        raise ValueError(f"lexicon {lexicon.name!r} is in {lexicon.language!r} and {others}")
    return tokens.subset(rows)


def evidence(tokens: Tokens, found: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """List the sentences behind a table of matches: one row a sentence and frame.

    ``frame``, ``doc_id``, ``hits``, ``weight`` (the sum over the hits), ``words`` (the matched words), ``sentence``
    (the text), ``start``, ``end`` (its characters). First the sentence with the most weight of each frame, then the
    second of each, and so on. `most`: maximum number of rows. Raises `ValueError` for a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial."))
    >>> table = evidence(tokens, matches(tokens, read_lexicon("security_communication")))
    >>> table[["frame", "words", "sentence"]].values.tolist()[-1]
    ['threat', 'militants', 'The militants fled.']
    """
    cells = found.groupby(["frame", "doc_id", "sentence"], sort=True)
    table = cells.agg(hits=("weight", "size"), weight=("weight", "sum")).reset_index()
    table["rank"] = table.sort_values("weight", ascending=False, kind="stable").groupby("frame").cumcount()
    table = table.sort_values("rank", kind="stable").head(len(table) if most is None else most)
    row = pd.Series(np.arange(len(table)), index=table.index).reindex(cells.ngroup(), fill_value=-1).to_numpy()
    listed = np.argsort(row, kind="stable")[np.count_nonzero(row < 0) :]  # the matches of each row in turn
    text = found["text"].to_numpy(dtype=object)[listed]
    words = [" · ".join(text[first:stop]) for first, stop in pairwise(offsets_of(table["hits"].to_numpy()))]
    places = [pd.DataFrame(columns=["sentence", "start", "end"])]
    for shard, rows, document in rows_by_shard(table, tokens):
        line = first_sentences(shard.tokens)[document] + rows["sentence"].to_numpy()
        start, end = shard.tokens.sentence_start[line], shard.tokens.sentence_end[line]
        sentence = on_one_line(shard.tokens, document, start, end)
        places.append(pd.DataFrame({"sentence": sentence, "start": start, "end": end}, index=rows.index))
    spans = pd.concat(places).reindex(table.index).astype({"start": np.int32, "end": np.int32})
    columns: dict[str, Any] = {name: table[name].to_numpy() for name in ("frame", "doc_id", "hits", "weight")}
    columns |= {"words": [" ".join(text.split()) for text in words], "sentence": spans["sentence"].tolist()}
    return compact(columns | {name: spans[name].to_numpy() for name in ("start", "end")})


def on_one_line(tokens: Tokens, document: Ints, start: NDArray[Any], end: NDArray[Any]) -> list[str]:
    """Return the texts of spans of characters, each run of white space as one blank."""
    texts = tokens.corpus.texts
    spans = zip(document.tolist(), start.tolist(), end.tolist(), strict=True)
    return [" ".join(texts[d][s:e].split()) for d, s, e in spans]


def profile(
    tokens: Tokens,
    lexicon: Lexicon,
    by: str | None = None,
    weights: Floats | None = None,
) -> pd.DataFrame:
    """Measure how often each frame occurs: one row a frame, in the lexicon's order (and a group, with `by`).

    ``hits``: matches, negated ones included; with `weights` (one number a token), the sum of each match's mean weight.
    ``per_1000_words``: hits a thousand running words (their weights). ``sentence_share``: of sentences with a hit (0 to
    1). ``ci_low``, ``ci_high``: 95% interval of ``per_1000_words`` over the documents of the group, or over the
    sentences of a single one (`analysis.core.intervals.intervals_of`); NaN with fewer than five.
    ``score_per_1000_words``: the same rate with each hit counted at the weight of its term. Raises `ValueError` for an
    unknown column, or weights that are not one a token.
    """
    names, number = tokens.numbered_groups(by)
    frames, members = len(lexicon.frames), np.bincount(number)
    low, high = np.full((2, len(names), frames), np.nan)
    counts, framed = [], []  # of the documents of each shard: counts, and sentences with a hit
    for shard, counted in counted_shards(tokens, lexicon, weights):
        document, group = shard.tokens.sentence_document, number[shard.rows]
        for alone in np.flatnonzero(members[group] == 1).tolist():
            own = slice(*np.searchsorted(document, [alone, alone + 1]).tolist())
            low[group[alone]], high[group[alone]] = rate_intervals(counted.hits[own], counted.words[own])
        counts.append(sum_by(counted, document, shard.tokens.n_documents))
        framed.append(gather(document, shard.tokens.n_documents) @ (counted.hits > 0).astype(np.float64))
    by_document = stack(counts)
    counts.clear()
    # Sums run document by document, so that the cut into shards does not change their rounding.
    total = sum_by(by_document, number, len(names))
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


def over_time(
    tokens: Tokens,
    lexicon: Lexicon,
    every: str = "month",
    *,
    weights: Floats | None = None,
) -> pd.DataFrame:
    """Measure each frame in each period ("day", "week", "month", "year" or "decade"), from the first to the last.

    One row a frame, in the lexicon's order, and a period: ``period`` (its first day; a week begins on Monday),
    ``frame``, ``documents`` (with words), ``hits``, ``words``, ``per_1000_words`` (NaN in a period without words),
    ``ci_low``, ``ci_high``, as in `profile`. Documents without a date are left out
    (`analysis.text.periods.undated` lists them). Raises `ValueError` for another `every`, if no document has a date, or
    for weights that are not one a token.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("The militants had fled.", date="2024-06-22"))
    >>> over_time(tokens, lexicon)[["period", "frame", "hits", "words", "per_1000_words"]].head(1)
          period   frame  hits  words  per_1000_words
    0 2024-06-01  threat     1      4           250.0
    """
    first_days, period = periods(tokens, every)
    by_document, frames = count_documents(tokens, lexicon, weights), len(lexicon.frames)
    cell = np.where(sentence_counts(tokens) > 0, period, -1)
    counted = sum_by(by_document, cell, len(first_days))
    total, size = counted.hits.toarray(), counted.words[:, None]
    rate = np.divide(1000 * total, size, out=np.full(total.shape, np.nan), where=size > 0)
    low, high = (1000 * end for end in rate_intervals(by_document.hits, by_document.words, cell, len(first_days)))
    documents = np.bincount(cell[cell >= 0], minlength=len(first_days))
    return pd.DataFrame(
        {
            "period": first_days[np.tile(np.arange(len(first_days)), frames)],
            "frame": np.repeat(lexicon.frames["frame"].to_numpy(), len(first_days)),
            "documents": np.tile(documents, frames),
            "hits": amounts(total.T.ravel(), whole=weights is None),
            "words": amounts(np.tile(counted.words, frames), whole=weights is None),
            "per_1000_words": rate.T.ravel(),
            "ci_low": low.T.ravel(),
            "ci_high": high.T.ravel(),
        }
    )


def sentence_frames(tokens: Tokens, lexicon: Lexicon, *, margin: float = 0.0, most: int | None = None) -> pd.DataFrame:
    """Find the dominant frame of each sentence: one row a sentence, in text order.

    - ``doc_id``, ``sentence`` (from 0 in each document), ``start``, ``end`` (characters), ``text`` (on one line);
    - ``status``: "framed"; "tie": several frames share the highest score; "below margin": the lead over the next frame
      is smaller than `margin` (a weight); "no term": nothing matches;
    - ``frame``: of a framed sentence, else None;
    - ``leading``: the frame with the highest score, or all that tie (" · " between); ``second``: the frame with the
      next lower score, of several the first in the lexicon; None if there is none;
    - ``score``: the weights of the leading frame's matches; ``margin``: its lead over the next frame.

    `most`: maximum number of rows. Raises `ValueError` for a margin below 0.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("The militants fled. The suspects will stand trial. It rained."))
    >>> sentence_frames(tokens, lexicon, margin=0.5)[["status", "frame", "leading"]]
             status                frame              leading
    0  below margin                 None               threat
    1        framed  law_and_prosecution  law_and_prosecution
    2       no term                 None                 None
    """
    counted = counted_shards(tokens, lexicon)
    return table_of((_sentence_frames(shard.tokens, counts.scores, lexicon, margin) for shard, counts in counted), most)


def coverage(tokens: Tokens, lexicon: Lexicon, by: str | None = None, *, margin: float = 0.0) -> pd.DataFrame:
    """Count the sentences of each status of `sentence_frames`: one row a status (and a group, with `by`).

    ``status``: framed, tie, below margin, no term; ``sentences``; ``share``: of the sentences of the group (0 to 1; 0
    if it has none). Raises `ValueError` for an unknown column, or a margin below 0.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> coverage(tokenize(read_text("The suspects will stand trial. It rained. It snowed. It hailed.")), lexicon)
             status  sentences  share
    0        framed          1   0.25
    1           tie          0   0.00
    2  below margin          0   0.00
    3       no term          3   0.75
    """
    names, number = tokens.numbered_groups(by)
    counts = np.zeros((len(names), len(STATUSES)), dtype=np.int64)
    for shard, counted in counted_shards(tokens, lexicon):
        status = np.concatenate([_ranked(block, margin)[0] for block in _blocks(counted.scores)])
        np.add.at(counts, (number[shard.rows][shard.tokens.sentence_document], status), 1)
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
    """Score sentences by the weights of each frame's matches: one row a sentence, one column a frame, and ``frame``.

    ``frame`` has the highest score; None if no frame matches, two share the highest score, or the lead over the next is
    smaller than `margin`. Raises `ValueError` for a margin below 0.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> score_sentences(["Trade rose.", "The suspects will be prosecuted in court."], lexicon)["frame"].tolist()
    [None, 'law_and_prosecution']
    """
    tokens = tokenize(read_texts(sentences), boilerplate=True)
    member = gather(tokens.sentence_document, len(sentences))
    scores = (member @ count(tokens, lexicon).scores).toarray().round(DIGITS)
    table = pd.DataFrame(scores, columns=lexicon.frames["frame"].tolist())
    table["frame"] = _lead(scores, lexicon, margin)["frame"]
    return table


def negated(tokens: Tokens, lexicon: Lexicon, first: Ints) -> NDArray[np.bool_]:
    """Return whether a negation word is in the window before each token, in its sentence."""
    negation = fitting_types(tokens, lexicon.negation_words).sum(axis=0) > 0
    places = np.flatnonzero(negation[tokens.ids])
    begin = np.maximum(first - lexicon.negation_window, tokens.sentence_offsets[sentence_of(tokens, first)])
    return np.searchsorted(places, first) > np.searchsorted(places, begin)


def _sentence_frames(tokens: Tokens, scores: sparse.csr_array, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """Return the rows of `sentence_frames` in a shard, given (sentences, frames) `scores`."""
    document, start, end = tokens.sentence_document, tokens.sentence_start, tokens.sentence_end
    places = {
        "doc_id": tokens.doc_ids[document],
        "sentence": np.arange(tokens.n_sentences) - first_sentences(tokens)[document],
        "start": start,
        "end": end,
    }
    leads = pd.concat([_lead(block, lexicon, margin) for block in _blocks(scores)], ignore_index=True)
    text = pd.Series(on_one_line(tokens, document, start, end), dtype=object)
    return pd.concat([compact(places), leads], axis=1).assign(text=text)


def _blocks(scores: sparse.csr_array) -> Iterator[Floats]:
    """Yield `BLOCK` rows of a matrix at a time as a dense matrix, one matrix at least."""
    for first in range(0, max(scores.shape[0], 1), BLOCK):
        yield scores[first : first + BLOCK].toarray().round(DIGITS)


def _ranked(scores: Floats, margin: float) -> tuple[Ints, Floats, Floats]:
    """Return the status (an index into `STATUSES`), the highest score and its lead, each (sentences,)."""
    if not margin >= 0:
        raise ValueError(f"margin is {margin}: use 0 or a weight above it")
    ordered = np.sort(np.column_stack([np.zeros((len(scores), 2)), scores]), axis=1)
    best, lead = ordered[:, -1], (ordered[:, -1] - ordered[:, -2]).round(DIGITS)
    return np.select([best == 0, lead == 0, lead < margin], [3, 1, 2], 0), best, lead


def _lead(scores: Floats, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """Return the columns of `sentence_frames` that describe (sentences, frames) `scores`."""
    status, best, lead = _ranked(scores, margin)
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    highest = scores == best[:, None]
    lower = np.where(highest, 0.0, scores)
    first, below, tied = best > 0, lower.any(axis=1), status == STATUSES.index("tie")
    leading, second = np.full((2, len(scores)), None, dtype=object)
    leading[first] = frames[highest[first].argmax(axis=1)]
    leading[tied] = [" · ".join(frames[row]) for row in highest[tied]]
    second[below] = frames[lower[below].argmax(axis=1)]
    framed = leading.copy()
    framed[status != STATUSES.index("framed")] = None
    names = {"status": np.array(STATUSES, dtype=object)[status], "frame": framed}
    return compact(names | {"leading": leading, "second": second, "score": best, "margin": lead})
