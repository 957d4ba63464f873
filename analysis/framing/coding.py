"""Sentences for human coders: drawing a stratified sample, and the codes that coders may give."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.compiled import Bools
from analysis.framing.counting import DIGITS, count
from analysis.framing.frames import in_language, matches, on_one_line
from analysis.framing.lexicon import Lexicon
from analysis.text.lookup import first_sentences
from analysis.text.patterns import find
from analysis.text.tables import documents_of
from analysis.text.tokens import Tokens

NONE = "none"  # the code for no frame
NEAR, SILENT = "(near)", "(none)"  # strata without a frame
# The columns of a drawn sentence and their types in a file.
ITEM: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("item", "doc_id"), (str,)),
    **dict.fromkeys(("start", "end"), (int,)),
    **dict.fromkeys(("sentence", "stratum"), (str,)),
    "weight": (int, float),
    "probability": (int, float, type(None)),
}
# The shares of a sheet: of the frames' strata together, which decide about precision, of near misses, and of sentences
# without a match, which are most of a corpus and decide about recall.
SHARES = (0.5, 0.15, 0.35)


def draw_sheet(tokens: Tokens, lexicon: Lexicon, *, size: int = 200, coders: int = 2, seed: int = 0) -> pd.DataFrame:
    """Draw a stratified random sample of `size` different sentences for human coders, in random order.

    Each sentence of the documents in the lexicon's language (titles and headings too) is in one stratum: the rarest
    frame that it matches; "(near)" if all matches are negated, two frames tie, or only an ``excludes`` phrase matches;
    else "(none)". Half of the sheet is divided evenly among the frames, 15% are near misses, 35% have no match; what a
    small stratum lacks goes to the others. A sentence that occurs several times is coded once, at a random place.

    Columns: ``item`` (a hash of the sentence and its place), ``doc_id``, ``start``, ``end`` (characters), ``before``,
    ``sentence``, ``after`` (the sentence and its neighbours, on one line), ``coder_1`` ... (empty), and, hidden from
    coders by `write_sheet`, ``stratum``; ``weight``: the sentences of the corpus that it represents, N_h c_i / sum of c
    over the drawn of stratum h, with N_h sentences in the stratum and c_i occurrences of sentence i; ``probability``:
    m_h / M_h, with m_h drawn of M_h different sentences.

    All sentences are drawn if there are no more than `size`. Raises `ValueError` for a size below the number of strata,
    for no coder, or without sentences in the lexicon's language.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("It rained. The suspects will be prosecuted in court. It snowed. It rained."))
    >>> sheet = draw_sheet(tokens, lexicon, size=2, coders=1).sort_values("start")
    >>> sheet[["sentence", "stratum", "weight"]].to_numpy().tolist()[0]
    ['It rained.', '(none)', 3.0]
    """
    if coders < 1:
        raise ValueError(f"coders={coders!r}: a sheet needs one coder or more")
    codes(lexicon)
    tokens = in_language(tokens, lexicon)
    if not tokens.n_sentences:
        raise ValueError(f"the documents in {lexicon.language!r} have no sentence to code")
    document = tokens.sentence_document
    sentences = on_one_line(tokens, document, tokens.sentence_start, tokens.sentence_end)
    number, _ = pd.factorize(np.array(sentences, dtype=object))
    _, first, times = np.unique(number, return_index=True, return_counts=True)
    strata, _ = sentence_strata(tokens, lexicon)
    names = [*lexicon.frames["frame"], NEAR, SILENT]
    members = {name: np.flatnonzero(strata[first] == name) for name in names}
    members = {name: own for name, own in members.items() if len(own)}
    if size < len(members):
        raise ValueError(f"size={size!r}: the sentences are of {len(members)} kinds, draw that many or more")
    random = np.random.default_rng(seed)
    drawn, weight, probability = [], [], []
    sizes = _allocate([*map(len, members.values())], stratum_shares(members), size)
    for own, many in zip(members.values(), sizes, strict=True):
        chosen = random.permutation(own)[:many]
        drawn.append(chosen)
        weight.append(times[chosen] * (times[own].sum() / times[chosen].sum()))
        probability.append(np.full(many, many / len(own)))
    order = random.permutation(sum(map(len, drawn)))
    unit, weights, chances = (np.concatenate(column)[order] for column in (drawn, weight, probability))
    # A random one of its places, so that each group of documents has its share of them.
    place = np.cumsum(times)[unit] - 1 - random.integers(times[unit])
    line = np.argsort(number, kind="stable")[place]

    def texts(step: int) -> list[str]:
        others = [place + step for place in line.tolist()]
        same = (0 <= other < len(document) and document[other] == document[other - step] for other in others)
        return [sentences[other] if inside else "" for other, inside in zip(others, same, strict=True)]

    spans = {"doc_id": tokens.doc_ids[document[line]]}
    spans |= {"start": tokens.sentence_start[line], "end": tokens.sentence_end[line]}
    items = [item_name(*item) for item in zip(*(column.tolist() for column in spans.values()), texts(0), strict=True)]
    columns = {"item": items} | spans | {"before": texts(-1), "sentence": texts(0), "after": texts(1)}
    columns |= {f"coder_{number}": "" for number in range(1, coders + 1)}
    columns |= {"stratum": strata[first[unit]], "weight": weights.round(9), "probability": chances.round(9)}
    return pd.DataFrame(columns)


def codes(lexicon: Lexicon) -> dict[str, str]:
    """Return the codes that a coder may write, as `folded` has them, and the frame, or "none", of each.

    Raises `ValueError` for a lexicon with a frame called "none".
    """
    frames = lexicon.frames["frame"].tolist()
    known = {folded(frame): frame for frame in frames}
    if NONE in known:
        raise ValueError(f"lexicon {lexicon.name!r} has a frame {known[NONE]!r}, the code for no frame: rename it")
    labels = [folded(label) for label in lexicon.frames["label"]]
    for frame, label in zip(frames, labels, strict=True):
        if labels.count(label) == 1:
            known.setdefault(label, frame)
    return known | {NONE: NONE}


def folded(name: str) -> str:
    """Normalize a code for comparison: without case, with hyphens and underscores as blanks."""
    return re.sub(r"[\s_‐‑-]+", " ", name.casefold()).strip()


def bad_column(row: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]]) -> str | None:
    """Return the first column whose value has a wrong type, is negative or huge, or holds a lone surrogate."""
    for column, types in kinds.items():
        value = row[column]
        if type(value) not in types or (isinstance(value, int | float) and not 0 <= value < 1 << 62):
            return column
        if isinstance(value, str) and value != value.encode(errors="ignore").decode():
            return column
    return None


def item_name(doc_id: str, start: int, end: int, sentence: str) -> str:
    """Name a sentence at its place by a hash, with a letter first, or a spreadsheet might read a number."""
    return "s" + hashlib.sha256(f"{doc_id}\0{start}\0{end}\0{sentence}".encode()).hexdigest()[:10]


def stratum_shares(strata: Iterable[str]) -> list[float]:
    """Return the intended shares of a sheet for strata, given by name."""
    names = list(strata)
    frames = sum(name not in (NEAR, SILENT) for name in names)
    return [{NEAR: SHARES[1], SILENT: SHARES[2]}.get(name, SHARES[0] / max(frames, 1)) for name in names]


def sentence_strata(tokens: Tokens, lexicon: Lexicon) -> tuple[NDArray[np.object_], Bools]:
    """Return the stratum of each sentence, see `draw_sheet`, and (sentences, frames) whether it has a match."""
    frames = lexicon.frames["frame"].tolist()
    found, score = matches(tokens, lexicon), count(tokens, lexicon).scores.toarray().round(DIGITS)
    line = first_sentences(tokens)[documents_of(found, tokens)] + found["sentence"].to_numpy()
    plain, near = np.zeros((2, tokens.n_sentences), dtype=bool)
    plain[line[~found["negated"].to_numpy(dtype=bool)]] = True
    plain &= (score == score.max(axis=1, keepdims=True)).sum(axis=1) == 1
    near[line] = True
    near[tokens.sentence[find(tokens, lexicon.excludes["pattern"].tolist())["first"].to_numpy()]] = True
    hit = score > 0
    rarest = np.argsort(hit.sum(axis=0), kind="stable")
    frame = np.array(frames, dtype=object)[rarest][hit[:, rarest].argmax(axis=1)]
    return np.where(plain, frame, np.where(near, NEAR, SILENT)).astype(object), hit


def _allocate(sizes: Sequence[int], shares: Sequence[float], total: int) -> list[int]:
    """Return how many to draw of each stratum: one, then always of the one that lacks most of its share."""
    room, share = np.array(sizes), np.array(shares)
    drawn = np.minimum(room, 1)
    for _ in range(min(total, int(room.sum())) - int(drawn.sum())):
        drawn[np.where(drawn < room, (drawn + 0.5) / share, np.inf).argmin()] += 1
    return [int(count) for count in drawn]
