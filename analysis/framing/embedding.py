"""Frames by meaning as well as by words: sentences and words near a frame. Exploratory.

Nearness comes from pre-trained word vectors (`analysis.text.embeddings`) and cannot be traced to a rule, as a match of
the lexicon can. Read the proposals before you count them.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.core.compiled import Bools, Floats
from analysis.framing import frames
from analysis.framing.lexicon import Lexicon
from analysis.text.embeddings import embed, tells
from analysis.text.lookup import document_of, sentence_of
from analysis.text.patterns import fitting_types
from analysis.text.shards import names, shards
from analysis.text.tokens import Tokens

DIGITS = 6  # decimals of products of vectors on which machines agree
DEFINITION = 0.3  # share of the label and definition in a frame's vector; the rest is its terms
AT_ONCE = 2_000  # words whose cosines with all terms are in memory at once
NEARER = 1.0  # minimum of `similarities` for a word to be proposed


def similarities(sentences: Sequence[str], lexicon: Lexicon) -> pd.DataFrame:
    r"""Measure how near each sentence is to each frame: one row a sentence, one column a frame.

    .. math:: z_f(s) = (\cos(s, f) - m_f) / d_f

    A frame's vector is 0.3 times that of its label and definition plus 0.7 times the weighted mean of its terms without
    a wildcard. Since some frames are near to anything, m and d are the mean and the standard deviation of the frame's
    cosines with all terms of the lexicon: 0 = as near as these on average; NaN for a sentence without words.

    Raises `ValueError` for a lexicon that is not in English; `ModuleNotFoundError` without the extra "embeddings".

    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> similarities(["The two foreign secretaries will confer in Geneva."], lexicon).idxmax(axis=1).tolist()
    ['diplomacy']
    """
    frame_vectors, mean, deviation = _frames(lexicon)
    vectors = embed(sentences).astype(np.float64)
    near = (vectors @ frame_vectors.T - mean) / deviation
    near[~vectors.any(axis=1)] = np.nan
    return pd.DataFrame(near.round(DIGITS), columns=lexicon.frames["frame"].tolist())


def score_sentences(
    sentences: Sequence[str], lexicon: Lexicon, *, share: float = 0.2, least: float = 0.3, margin: float = 0.0
) -> pd.DataFrame:
    """Score sentences by matches and nearness, so that those without a word of the lexicon may have a frame too.

    One row a sentence, one column a frame: the weight of the frame's matches plus `share` times `similarities`; and
    ``frame``, the one with the highest score, None if that is below `least`, its lead over the next is smaller than
    `margin`, or two share it.

    Macro F1 against readers, by the lexicon alone and combined: 332 sentences of news, fifteen policy frames, .605 and
    .645; 498 sentences of the sample, .578 and .573; 1,300 headlines on guns (Liu and others 2019), .705 and .712.

    Raises `ValueError` for a share or margin below 0, and as `similarities` does.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> texts = ["The two foreign secretaries will confer in Geneva.", "It was a Tuesday."]
    >>> frames.score_sentences(texts, lexicon)["frame"].tolist(), score_sentences(texts, lexicon)["frame"].tolist()
    ([None, None], ['diplomacy', None])
    """
    if not share >= 0:
        raise ValueError(f"share is {share}: use 0 or a number above it, such as 0.2")
    if not margin >= 0:
        raise ValueError(f"margin is {margin}: use 0 or a weight above it")
    names = lexicon.frames["frame"].to_numpy(dtype=object)
    near = similarities(sentences, lexicon).fillna(0.0).to_numpy()
    counted = frames.score_sentences(sentences, lexicon)[names.tolist()].to_numpy()
    total = (counted + share * near).round(DIGITS)
    ordered = np.sort(np.column_stack([np.full((len(total), 2), -np.inf), total]), axis=1)
    best, lead = ordered[:, -1], ordered[:, -1] - ordered[:, -2]
    empty = ~total.any(axis=1)
    sure = (best >= least) & (lead >= margin) & (lead > 0) & ~empty
    table = pd.DataFrame(total, columns=names.tolist())
    found = np.full(len(total), None, dtype=object)
    if len(total):
        found[sure] = names[total.argmax(axis=1)[sure]]
    table["frame"] = pd.Series(found, dtype=object)
    return table


def expand(tokens: Tokens, lexicon: Lexicon, *, per_frame: int = 10, min_count: int = 2) -> pd.DataFrame:
    """Propose words of the corpus as terms: one row a word, at most `per_frame` for each frame, the nearest first.

    ``frame``, ``word``, ``similarity`` (mean cosine with the three nearest terms of the frame), ``term`` (the nearest),
    ``frame_similarity`` (that of `similarities`), ``count`` (in the corpus), ``doc_id``, ``example`` (the first
    sentence with it).

    Candidates are words of letters that occur at least `min_count` times in documents of the lexicon's language, are
    content words (by the length of their vectors), are no names (capitalized mostly at the start of a sentence) and fit
    no word of a pattern. Each is proposed for the frame with the highest similarity if its ``frame_similarity`` is at
    least 1.

    Raises `ValueError` if `per_frame` or `min_count` is below 1, if no document is in the lexicon's language, or if
    that is not English.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> tokens = tokenize(read_text("The magistrate rose. A magistrate is no miller."))
    >>> expand(tokens, read_lexicon("security_communication"))[["frame", "word", "count"]]
                     frame        word  count
    0  law_and_prosecution  magistrate      2
    """
    for name, value in (("per_frame", per_frame), ("min_count", min_count)):
        if value < 1:
            raise ValueError(f"{name} is {value}: use 1 or more")
    frame_vectors, mean, deviation = _frames(lexicon)
    tokens = frames.in_language(tokens, lexicon)
    found = _new_words(tokens, lexicon, min_count)
    words = names(tokens, found["type"].to_numpy()).tolist()
    seeds = lexicon.terms.assign(text=lexicon.terms["pattern"].map(_plain))
    seeds = seeds[seeds["text"] != ""].reset_index(drop=True)
    terms = embed(seeds["text"].tolist()).astype(np.float64)
    order = lexicon.frames["frame"].tolist()
    near, belongs = np.full((len(words), len(order)), -1.0), np.zeros((len(words), len(order)))
    term = np.zeros(near.shape, dtype=np.int64)
    for first in range(0, len(words), AT_ONCE):
        rows = slice(first, first + AT_ONCE)
        vectors = embed(words[rows]).astype(np.float64)
        belongs[rows] = (vectors @ frame_vectors.T - mean) / deviation
        cosine = (vectors @ terms.T).round(DIGITS)
        for column, frame in enumerate(order):
            own = np.flatnonzero((seeds["frame"] == frame).to_numpy())
            if len(own):
                near[rows, column] = np.sort(cosine[:, own], axis=1)[:, -3:].mean(axis=1)
                term[rows, column] = own[cosine[:, own].argmax(axis=1)]
    place = near.argmax(axis=1)
    best = np.arange(len(words)), place
    table = pd.DataFrame(
        {
            "frame": np.array(order, dtype=object)[place],
            "word": pd.Series(words, dtype=object),
            "similarity": near[best].round(DIGITS),
            "term": seeds["pattern"].to_numpy(dtype=object)[term[best]],
            "frame_similarity": belongs[best].round(DIGITS),
            "count": found["count"],
            "doc_id": tokens.doc_ids[found["document"]],
        }
    )
    kept = table.assign(place=place)[table["frame_similarity"] >= NEARER]
    kept = kept.sort_values(["place", "similarity", "word"], ascending=[True, False, True], kind="stable")
    kept = kept.groupby("place", sort=False).head(per_frame).drop(columns="place")
    examples = frames.on_one_line(tokens, *found.loc[kept.index, ["document", "start", "end"]].to_numpy().T)
    return kept.assign(example=pd.Series(examples, index=kept.index, dtype=object)).reset_index(drop=True)


def _frames(lexicon: Lexicon) -> tuple[Floats, Floats, Floats]:
    """Return (frames, 256) unit vectors, and the mean and deviation of each frame's cosines with all terms."""
    if lexicon.language != "en":
        raise ValueError(f"lexicon {lexicon.name!r} is in {lexicon.language!r}: the vectors know 'en' alone")
    definitions = embed((lexicon.frames["label"] + ". " + lexicon.frames["definition"]).tolist()).astype(np.float64)
    terms = embed(lexicon.terms["pattern"].map(_plain).tolist()).astype(np.float64)
    literal = ~lexicon.terms["pattern"].str.contains(r"[*?]|\.\.\.", regex=True).to_numpy()
    weight = np.where(literal, lexicon.terms["weight"].to_numpy(dtype=np.float64), 0.0)
    own = lexicon.terms["frame"].to_numpy()[None, :] == lexicon.frames["frame"].to_numpy()[:, None]
    vectors = unit((1 - DEFINITION) * unit((own * weight) @ terms) + DEFINITION * definitions)
    cosine = terms[terms.any(axis=1)] @ vectors.T
    if not len(cosine):
        cosine = vectors @ vectors.T
    deviation = cosine.std(axis=0)
    return vectors, cosine.mean(axis=0), np.where(deviation > 1e-6, deviation, 1.0)


def _plain(pattern: str) -> str:
    """Return the words of a pattern without its wildcards, "" if one is a "?"."""
    words = [word.replace("*", "") for word in pattern.replace("...", " ").split()]
    return "" if any("?" in word for word in words) else " ".join(" ".join(words).split())


def _new_words(tokens: Tokens, lexicon: Lexicon, min_count: int) -> pd.DataFrame:
    """Return the candidate types of `expand`, their counts, and the first sentence with each: document and ends."""
    known = [*lexicon.terms["pattern"], *lexicon.excludes["pattern"], *lexicon.negation_words]
    listed = sorted({word for pattern in known for word in pattern.split()} - {"*", "..."})
    size = len(tokens.vocabulary)
    count, within, named = np.zeros((3, size), dtype=np.int64)
    first, matched = np.full((3, size), -1), np.asarray(fitting_types(tokens, listed).sum(axis=0)).ravel() > 0
    for shard in shards(tokens):
        own, types = shard.tokens, shard.types
        inner = np.ones(len(own), dtype=bool)  # does not open a sentence
        inner[own.sentence_offsets[:-1]] = False
        for total, chosen in ((count, slice(None)), (within, inner), (named, inner & _capitals(own))):
            total[types] += np.bincount(own.ids[chosen], minlength=len(types))
        used, place = np.unique(own.ids, return_index=True)
        new = first[0, types[used]] < 0
        line = sentence_of(own, place[new])
        where = shard.document + document_of(own, place[new]), own.sentence_start[line], own.sentence_end[line]
        first[:, types[used[new]]] = where
    rows = np.flatnonzero((count >= min_count) & ~matched & (2 * named <= within))
    words = names(tokens, rows)
    letters = np.array([word.isalpha() and len(word) > 2 for word in words], dtype=bool)
    rows = rows[letters]
    rows = rows[tells(words[letters].tolist())]
    columns = rows, count[rows], *first[:, rows]
    return pd.DataFrame(dict(zip(("type", "count", "document", "start", "end"), columns, strict=True)))


def _capitals(tokens: Tokens) -> Bools:
    """Return (tokens,) which begin with a capital."""
    found = np.zeros(len(tokens), dtype=bool)
    for text, (first, stop) in zip(tokens.corpus.texts, pairwise(tokens.document_offsets.tolist()), strict=True):
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        points, row = np.unique(points[tokens.start[first:stop]], return_inverse=True)
        found[first:stop] = np.array([chr(point).isupper() for point in points.tolist()], dtype=bool)[row]
    return found


def unit(vectors: Floats) -> Floats:
    """Scale the rows of `vectors` to length 1; a row of zeros stays as it is."""
    size = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    scaled: Floats = np.divide(vectors, size, out=np.zeros_like(vectors), where=size > 0)
    return scaled
