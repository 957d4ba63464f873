"""Frames by meaning as well as by words: sentences and words near a frame. Exploratory.

Vectors of words that were learnt elsewhere (`analysis.text.embeddings`) stand behind all of this: what they hold to be near
cannot be walked back to a rule, as a match of the lexicon can. Read what they propose before you count it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Floats
from analysis.framing import frames
from analysis.framing.lexicon import Lexicon
from analysis.text.embeddings import embed, tells
from analysis.text.parted import AnyTokens, Parted
from analysis.text.patterns import fitting_types
from analysis.text.tokens import Tokens

DIGITS = 6  # significant decimals of what comes out of products of vectors: machines agree on these
# How much of a frame's vector is its label and definition; the rest is its terms.
DEFINITION = 0.3
NEARER = 1.0  # nearness, as `similarities` measures it, from which a word is proposed for a frame


class _Frames(NamedTuple):
    """(frames, 256) unit vectors, and the mean and deviation of the cosines of all terms with each."""

    vectors: Floats
    mean: Floats
    deviation: Floats


def similarities(sentences: Sequence[str], lexicon: Lexicon) -> pd.DataFrame:
    r"""How near each sentence is to each frame: one row a sentence, one column a frame.

    .. math:: z_f(s) = (\cos(s, f) - m_f) / d_f

    A frame's vector is three parts in ten that of its label and definition, and for the rest the weighted mean of
    those of its terms without a wildcard (of the definition alone where all have one). Some frames are near to
    anything, so a cosine is measured against those of all terms of the lexicon with the frame: m is their mean and d
    their standard deviation. 0 = no nearer than its words are on average, 1 = one standard deviation nearer. This
    depends on the sentence and the lexicon alone, not on the sentences it is given with. NaN for a sentence without
    words.

    Raises `ValueError` for a lexicon that is not in English, which the vectors know; `ModuleNotFoundError` without the
    extra "embeddings".

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> similarities(["The two foreign secretaries will confer in Geneva."], lexicon).idxmax(axis=1).tolist()
    ['diplomacy']
    """
    known = _frames(lexicon)
    vectors = embed(sentences).astype(np.float64)
    near = (vectors @ known.vectors.T - known.mean) / known.deviation
    near[~vectors.any(axis=1)] = np.nan
    return pd.DataFrame(near.round(DIGITS), columns=lexicon.frames["frame"].tolist())


def score_sentences(
    sentences: Sequence[str], lexicon: Lexicon, *, share: float = 0.2, least: float = 0.3, margin: float = 0.0
) -> pd.DataFrame:
    """`analysis.framing.frames.score_sentences`, with an answer for sentences that have no word of the lexicon.

    One row a sentence, one column a frame: the weight of the frame's matches plus `share` times `similarities`; and
    ``frame``, the one with the highest score. It is None where that is below `least` (at the defaults: no match, and
    less than one and a half standard deviations nearer than words of the field are), where its lead over the next is
    smaller than `margin`, or where two share it. With a share of 0.2 a match outweighs all but a great nearness.

    Measured against readers, nothing having been learnt from them but `share` and `least` (macro F1, lexicon alone and
    so combined): 332 sentences of news, fifteen policy frames, .605 and .645; 498 sentences of the sample, 12 frames
    and none, .578 and .573; 1,300 headlines on guns, nine frames (Liu and others 2019), .705 and .712. A lexicon that
    misses more gains more: one of the sample's frames with a tenth of the terms had .284, and .364 with a share of 0.4.

    Raises `ValueError` for a share below 0, and as `similarities` and the other do.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
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


def expand(tokens: AnyTokens, lexicon: Lexicon, *, per_frame: int = 10, min_count: int = 2) -> pd.DataFrame:
    """Words of the corpus that a frame may lack, for a person to take or leave; nothing is added to the lexicon.

    One row a word, the frames in the order of the lexicon, at most `per_frame` for each, the nearest first: ``frame``,
    ``word``, ``similarity`` (mean cosine with the three nearest terms of the frame), ``term`` (the nearest),
    ``frame_similarity`` (that of `similarities`: how far it belongs to this frame rather than to any), ``count`` (in
    the corpus), ``doc_id``, ``example`` (the first sentence with it).

    Looked at are the words, of letters alone, that stand at least `min_count` times in documents of the lexicon's
    language, tell something (the length of their vector), are no names (most of their capitals are at the start of a
    sentence) and fit no word of a pattern. Each is proposed for the frame with the highest similarity, if it is at
    least one standard deviation nearer to that than the terms of the lexicon are.

    Raises `ValueError` where `per_frame` or `min_count` is below 1, no document is in the language of the lexicon, that
    is not English, or the corpus is in parts.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> tokens = tokenize(read_text("The magistrate rose. A magistrate is no miller."))
    >>> expand(tokens, read_lexicon(LEXICONS / "security_communication.yml"))[["frame", "word", "count"]]
                     frame        word  count
    0  law_and_prosecution  magistrate      2
    """
    for name, value in (("per_frame", per_frame), ("min_count", min_count)):
        if value < 1:
            raise ValueError(f"{name} is {value}: use 1 or more")
    known = _frames(lexicon)
    tokens = frames.in_language(in_memory(tokens), lexicon)
    words = _new_words(tokens, lexicon, min_count)
    names = tokens.vocabulary[words].tolist()
    vectors = embed(names).astype(np.float64)
    seeds = lexicon.terms.assign(text=lexicon.terms["pattern"].map(_plain))
    seeds = seeds[seeds["text"] != ""].reset_index(drop=True)
    cosine = (vectors @ embed(seeds["text"].tolist()).astype(np.float64).T).round(DIGITS)
    order = lexicon.frames["frame"].tolist()
    near, term = np.full((len(names), len(order)), -1.0), np.zeros((len(names), len(order)), dtype=np.int64)
    for column, frame in enumerate(order):
        own = np.flatnonzero((seeds["frame"] == frame).to_numpy())
        if len(own) and len(names):
            near[:, column] = np.sort(cosine[:, own], axis=1)[:, -3:].mean(axis=1)
            term[:, column] = own[cosine[:, own].argmax(axis=1)]
    frame_of = near.argmax(axis=1)
    rows = np.arange(len(names))
    belongs = (vectors @ known.vectors.T - known.mean) / known.deviation
    first = np.full(len(tokens.vocabulary), -1)
    first[tokens.ids[::-1]] = np.arange(len(tokens))[::-1]
    sentence = tokens.sentence[first[words]]
    document = tokens.document[first[words]]
    spans = zip(document, tokens.sentence_start[sentence], tokens.sentence_end[sentence], strict=True)
    table = pd.DataFrame(
        {
            "frame": np.array(order, dtype=object)[frame_of],
            "word": pd.Series(names, dtype=object),
            "similarity": near[rows, frame_of].round(DIGITS),
            "term": seeds["pattern"].to_numpy(dtype=object)[term[rows, frame_of]],
            "frame_similarity": belongs[rows, frame_of].round(DIGITS),
            "count": np.bincount(tokens.ids, minlength=len(tokens.vocabulary))[words],
            "doc_id": tokens.doc_ids[document],
            "example": pd.Series([" ".join(tokens.corpus.texts[d][s:e].split()) for d, s, e in spans], dtype=object),
        }
    )
    table["place"] = frame_of
    table = table[table["frame_similarity"] >= NEARER]
    table = table.sort_values(["place", "similarity", "word"], ascending=[True, False, True], kind="stable")
    return table.groupby("place", sort=False).head(per_frame).drop(columns="place").reset_index(drop=True)


def _frames(lexicon: Lexicon) -> _Frames:
    """The vectors of the frames of a lexicon, and how near its terms are to them."""
    if lexicon.language != "en":
        raise ValueError(f"lexicon {lexicon.name!r} is in {lexicon.language!r}: the vectors know 'en' alone")
    said = embed((lexicon.frames["label"] + ". " + lexicon.frames["definition"]).tolist()).astype(np.float64)
    terms = embed(lexicon.terms["pattern"].map(_plain).tolist()).astype(np.float64)
    literal = ~lexicon.terms["pattern"].str.contains(r"[*?]|\.\.\.", regex=True).to_numpy()
    weight = np.where(literal, lexicon.terms["weight"].to_numpy(dtype=np.float64), 0.0)
    own = lexicon.terms["frame"].to_numpy()[None, :] == lexicon.frames["frame"].to_numpy()[:, None]
    spoken = unit((own * weight) @ terms)
    vectors = unit((1 - DEFINITION) * spoken + DEFINITION * said)
    cosine = terms[terms.any(axis=1)] @ vectors.T
    if not len(cosine):
        cosine = vectors @ vectors.T
    deviation = cosine.std(axis=0)
    return _Frames(vectors, cosine.mean(axis=0), np.where(deviation > 1e-6, deviation, 1.0))


def in_memory(tokens: AnyTokens) -> Tokens:
    """`tokens`; raises `ValueError` where they are in parts."""
    if isinstance(tokens, Parted):
        raise ValueError("words are compared by their vectors in a corpus in memory only: give some of its documents")
    return tokens


def _plain(pattern: str) -> str:
    """The words of a pattern without its wildcards; nothing where one stands for a letter within a word."""
    words = [word.replace("*", "") for word in pattern.replace("...", " ").split()]
    return "" if any("?" in word for word in words) else " ".join(" ".join(words).split())


def _new_words(tokens: Tokens, lexicon: Lexicon, min_count: int) -> NDArray[np.int64]:
    """The types that `expand` looks at, in the order of the vocabulary."""
    count = np.bincount(tokens.ids, minlength=len(tokens.vocabulary))
    known = [*lexicon.terms["pattern"], *lexicon.excludes["pattern"], *lexicon.negation_words]
    parts = sorted({word for pattern in known for word in pattern.split()} - {"*", "..."})
    matched = np.asarray(fitting_types(tokens, parts).sum(axis=0)).ravel() > 0
    texts = tokens.corpus.texts
    places = zip(tokens.document.tolist(), tokens.start.tolist(), strict=True)
    capital = np.array([texts[document][start].isupper() for document, start in places], dtype=bool)
    opens = np.zeros(len(tokens), dtype=bool)
    opens[tokens.sentence_offsets[:-1]] = True
    within = np.bincount(tokens.ids[~opens], minlength=len(count))
    named = np.bincount(tokens.ids[~opens & capital], minlength=len(count))
    letters = np.array([word.isalpha() and len(word) > 2 for word in tokens.vocabulary], dtype=bool)
    rows = np.flatnonzero((count >= min_count) & ~matched & letters & (2 * named <= within))
    return rows[tells(tokens.vocabulary[rows].tolist())]


def unit(vectors: Floats) -> Floats:
    """The rows of `vectors` brought to length 1; a row of zeros stays as it is."""
    size = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    scaled: Floats = np.divide(vectors, size, out=np.zeros_like(vectors), where=size > 0)
    return scaled
