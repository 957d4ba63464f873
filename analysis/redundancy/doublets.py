"""Pairs that say one thing twice: "revitalized and renewed", "null and void"."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.text.lookup import document_of, sentence_of
from analysis.text.shards import Shard, shards
from analysis.text.tokens import Tokens
from analysis.text.units import Ints

CONJUNCTIONS = ("and", "or", "&")
TWO = frozenset(["between", "both", "either", "neither", "whether"])  # announce two different things
ONE = frozenset(["one", "same", "single"])  # before each half, claim that the two are one, if they are ...
SHARED = frozenset("aim body cause goal heart mind nation people purpose soul spirit voice will".split())  # of many
PREFIXES = ("re", "un", "mis", "dis", "over", "out")
QUALITIES = ("ed", "en", "ing", "able", "ible", "ive", "ful", "less", "ous", "ly")  # endings of adjectives and adverbs
WORDS = 1 << 14  # whose forms are cached
STEM = 5  # letters, at least, that two words of one stem share, and two thirds of the shorter word

# The weight of each kind of evidence that two words mean one thing.
SYNONYMS, ONE_STEM, CLAIMED, PREFIX, ENDING, LETTER = 0.7, 0.6, 0.6, 0.2, 0.1, 0.1

_LIST = Path(__file__).with_name("near_synonyms.txt")
_JOINT = re.compile(r"[\"'”’»]?\s+(and|or|&)\s+[\"'“‘«]?", re.IGNORECASE)
_AMPERSAND = re.compile(r"(?<=\s)&(?=\s)")
_TAIL = re.compile(r"[,;/]\s*[\"'“‘«]?$")


def doublets(tokens: Tokens, *, min_score: float = 0.5) -> pd.DataFrame:
    r"""The pairs "X and Y" (or, &) of English documents that seem to say one thing twice, by score, then by place.

    A row a pair: ``doc_id``, ``start``, ``end`` (characters, from the start of X to the end of Y), ``first``,
    ``second`` (as types), ``score``. X and Y are single words, or two of which the first is the same ("one mind and
    one voice"). The score combines several kinds of evidence,

    .. math:: s = 1 - \prod_k (1 - e_k)

    (a noisy or, Pearl 1988, Probabilistic reasoning in intelligent systems, section 4.3), from 0 = none to 1 = certain.
    The weights :math:`e_k` are set by hand and not learnt:

    - 0.7 the words are in one group of this package's list of near-synonyms, as they are or in the same form: both in
      -ing or neither, and so for -ly and -est;
    - 0.6 they are two qualities of one stem ("unshaken and unshakeable");
    - 0.6 both follow "one" or "the same" and are what many may share (a mind, a purpose);
    - 0.2 they share a prefix like "re" or "mis"; 0.1 the ending; 0.1 the first letter, since words are paired for their
      sound too (Malkiel 1959, Studies in irreversible binomials).

    Form alone stays below the default of `min_score`, so words outside the list are mostly not found: of 240 pairs from
    inaugural addresses, which the list was written without, 14 were found, 13 of them rightly, and 14 missed. Left out
    as mere enumeration are the tail of a list ("civilian, military and police"), what follows "both" or "between", and
    a word that is said again, inflected or not ("more and more"). Raises `ValueError` when `min_score` is not from 0
    to 1.

    >>> from analysis import read_text, tokenize
    >>> text = "The police and soldiers had a revitalized and renewed plan. It was clear and plain."
    >>> doublets(tokenize(read_text(text)))[["start", "end", "first", "second", "score"]]
       start  end        first   second   score
    0     30   53  revitalized  renewed  0.8056
    1     67   82        clear    plain  0.7000
    """
    if not 0 <= min_score <= 1:
        raise ValueError(f"min_score is {min_score}: use a number from 0 to 1, such as 0.5")
    columns = [
        np.concatenate(own)
        for own in zip(*(_shard_doublets(shard, min_score) for shard in shards(tokens)), strict=True)
    ]
    document, start, end, first, second, score = (own[np.argsort(-columns[-1], kind="stable")] for own in columns)
    places = {"doc_id": tokens.doc_ids[document], "start": start, "end": end}
    return pd.DataFrame(places | {"first": first, "second": second, "score": score})


def _shard_doublets(shard: Shard, min_score: float) -> tuple[NDArray[Any], ...]:
    """The rows of a shard in the order of the text: the document's place in the corpus, and all other columns."""
    tokens = shard.tokens
    words, ids = tokens.vocabulary, tokens.ids.astype(np.int64)
    begin, first, second = _coordinations(tokens)
    claimed = (begin < first) & np.isin(ids[begin], np.flatnonzero(pd.Series(words).isin(ONE)))
    kinds, kind = np.unique((ids[first] * len(words) + ids[second]) * 2 + claimed, return_inverse=True)
    pairs = zip(kinds // 2 // len(words), kinds // 2 % len(words), kinds % 2, strict=True)
    score = np.array([_likeness(words[a], words[b], claim > 0) for a, b, claim in pairs], dtype=np.float64)[kind]
    rows = [row for row in np.flatnonzero(score >= min_score) if _is_pair(tokens, begin[row], first[row], second[row])]
    rows = sorted(rows, key=lambda row: begin[row])
    begin, first, second = begin[rows], first[rows], second[rows]
    shared = np.where(begin < first, words[ids[begin]] + " ", "")
    document = document_of(tokens, first) + shard.document
    both = (shared + words[ids[word]] for word in (first, second))
    return document, tokens.start[begin], tokens.end[second], *both, score[rows]


def _coordinations(tokens: Tokens) -> tuple[Ints, Ints, Ints]:
    """The first token of each pair, and its two words; in "one X and one Y" it begins a word before the first."""
    ids = tokens.ids
    joint = np.flatnonzero(np.isin(ids, np.flatnonzero(pd.Series(tokens.vocabulary).isin(CONJUNCTIONS))))
    marks = _ampersands(tokens)
    before, after = np.append(joint - 1, marks), np.append(joint + 1, marks + 1)
    inside = (before >= 0) & (after < len(ids))
    before, after = before[inside], after[inside]
    begin, second = np.maximum(before - 1, 0), np.minimum(after + 1, len(ids) - 1)
    twice = (begin < before) & (ids[begin] == ids[after]) & (after < second)
    begin, second = np.where(twice, begin, before), np.where(twice, second, after)
    english = tokens.languages == "en"
    kept = (sentence_of(tokens, begin) == sentence_of(tokens, second)) & english[document_of(tokens, begin)]
    return begin[kept], before[kept], second[kept]


def _ampersands(tokens: Tokens) -> Ints:
    """The tokens before each & that is not a token itself."""
    if "&" in tokens.vocabulary:
        return np.empty(0, dtype=np.int64)
    found = []
    for text, first, last in zip(
        tokens.corpus.texts, tokens.document_offsets[:-1], tokens.document_offsets[1:], strict=True
    ):
        if "&" in text:
            marks = [match.start() for match in _AMPERSAND.finditer(text)]
            row = first + np.searchsorted(tokens.start[first:last], marks)
            found.append(row[(row > first) & (row < last)] - 1)
    return np.concatenate([*found, np.empty(0, dtype=np.int64)])


def _is_pair(tokens: Tokens, begin: int, first: int, second: int) -> bool:
    """Whether only the conjunction is between two words, and nothing before makes them part of a list."""
    text = tokens.corpus.texts[int(document_of(tokens, begin))]
    inner = second if begin == first else second - 1
    joint, shared = text[tokens.end[first] : tokens.start[inner]], text[tokens.end[begin] : tokens.start[first]]
    lead = text[max(tokens.start[begin] - 5, 0) : tokens.start[begin]]
    word_before = tokens.vocabulary[tokens.ids[begin - 1]] if begin > 0 else ""
    return bool(
        _JOINT.fullmatch(joint)
        and (begin == first or (shared.isspace() and text[tokens.end[inner] : tokens.start[second]].isspace()))
        and not _TAIL.search(lead)
        and word_before not in TWO
    )


def _likeness(first: str, second: str, claimed: bool) -> float:
    """The score of two words; `claimed`: whether "one" or "the same" comes before each."""
    if not _forms(first).isdisjoint(_forms(second)):
        return 0.0
    same_class = all(first.endswith(ending) == second.endswith(ending) for ending in ("ing", "ly", "est"))
    doubt = 1.0
    listed = _synonym_groups()
    if (same_class and not _groups(first).isdisjoint(_groups(second))) or (
        not listed.get(first, frozenset()).isdisjoint(listed.get(second, ()))
    ):
        doubt *= 1 - SYNONYMS
    stem = max(STEM, 2 * min(len(first), len(second)) // 3)
    if same_class and first[:stem] == second[:stem] and "-" not in first + second:
        doubt *= 1 - ONE_STEM * (first.endswith(QUALITIES) and second.endswith(QUALITIES))
    if claimed and first in SHARED and second in SHARED:
        doubt *= 1 - CLAIMED
    if first.startswith(PREFIXES) and any(first.startswith(start) and second.startswith(start) for start in PREFIXES):
        doubt *= 1 - PREFIX
    if first.endswith(QUALITIES) and any(first.endswith(end) and second.endswith(end) for end in QUALITIES):
        doubt *= 1 - ENDING
    if first[0] == second[0]:
        doubt *= 1 - LETTER
    return round(1 - doubt, 6) if doubt < 1 else 0.0


@lru_cache(maxsize=WORDS)
def _groups(word: str) -> frozenset[int]:
    """The groups of near-synonyms that hold `word`, or a word that it may be an inflection of."""
    listed = _synonym_groups()
    return frozenset[int]().union(*(listed.get(base, ()) for base in _forms(word)))


@lru_cache(maxsize=WORDS)
def _forms(word: str) -> frozenset[str]:
    """`word` and what it may be an inflection of."""
    return frozenset((word, *_bases(word)))


def _bases(word: str) -> Iterator[str]:
    """What `word` may be an inflection of, or the adverb of: plans, planned, cries, hoping, wisest, clearly, simply."""
    for ending in ("s", "es", "d", "ed", "ing", "ly", "est"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            yield stem
            if ending in ("ed", "ing", "ly", "est"):
                yield stem + "e"
            if ending in ("ed", "ing", "est") and stem[-1] == stem[-2]:
                yield stem[:-1]
            if ending in ("es", "ed", "ly", "est") and stem.endswith("i"):
                yield stem[:-1] + "y"
            if ending == "ly":
                yield stem + "le"
                yield stem.removesuffix("al")


@cache
def _synonym_groups() -> dict[str, set[int]]:
    """The groups of near-synonyms of each word of the list."""
    listed: dict[str, set[int]] = {}
    groups: list[list[str]] = []
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, colon, others = line.rpartition(":")
            groups += [[word, other] for other in others.split()] if colon else [line.replace("/", " ").split()]
    for number, group in enumerate(groups):
        for word in group:
            listed.setdefault(word, set()).add(number)
    return listed
