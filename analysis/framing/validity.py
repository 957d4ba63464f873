"""How well a lexicon finds what human coders see: precision, recall and F1 of each frame on a corpus."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.bootstrap import middle
from analysis.core.compiled import Bools, Floats
from analysis.framing.agreement import agreement
from analysis.framing.coding import NONE, codes, folded, item_name
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon
from analysis.text.reading.metadata import FILE_COLUMNS, stem
from analysis.text.tokens import Tokens

POSITIVES = 10  # coded sentences of a frame below which nothing is said about it
RELIABLE = 0.667  # the alpha from which Krippendorff (2004) allows tentative conclusions

_SHARES = ("precision", "recall", "f1")


def validity(
    coded: pd.DataFrame,
    tokens: Tokens,
    lexicon: Lexicon,
    *,
    threshold: float = 0.5,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Precision, recall and F1 of each frame of a lexicon against the codes of humans: one row a frame, in its order.

    `coded` is what `read_sheet` or `coded_spans` gives, `tokens` the corpus that was coded. A sentence counts as found
    for a frame when it has a match of it, as the figures count it, and may be found for several; it is coded as the
    frame that most of its coders gave it. Sentences on which two codes are level are left out: as these are the hard
    ones, the shares are those of the clear cases.

    Counts in the sheet: ``coded`` (sentences coded as the frame), ``found``, ``both``, ``tied`` (left out, where the
    frame was one of those given), and, the same in all rows, ``items`` (sentences with a code that counts) and
    ``blank`` (with none).

    Estimates for the corpus (0 to 1): ``precision``, ``recall`` and ``f1``, each with ``_low`` and ``_high``. Each
    sentence counts by its weight, raised in its stratum for those left out; with W the summed weights, precision =
    W(both) / W(found), recall = W(both) / W(coded), f1 = 2 W(both) / (W(found) + W(coded)); NaN for a share of
    nothing. The intervals are 95% percentile bootstrap over the sentences of each stratum, n - 1 of n drawn and
    weighted by n / (n - 1) (Rao and Wu 1988), draws with nothing to share left out. Where all sentences agree, 9 of 9,
    the interval has no width: that is no certainty but a small sheet.

    ``alpha``: Krippendorff's, of the frame against all others, NaN without a second coder. ``valid``: True for an
    ``f1`` of at least `threshold`, False below, None where it cannot be told: fewer than 10 sentences coded as the
    frame, or an alpha below 0.667. No value of F1 is agreed on in the field; 0.5 is where every two mistakes, missed or
    wrong, go with one that is right. ``note`` says why in words. ``threshold`` and ``coders`` are the same in all rows.

    A lexicon that was improved on a sheet is flattered by it: draw another one with another seed.

    Raises `ValueError` for a document that is not in `tokens`, a text that is not the coded one, a frame that is not in
    the lexicon, a threshold outside 0 to 1, no code at all.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    >>> tokens = tokenize(read_text("They will be prosecuted in court. The bench sat. It snowed. It rained."))
    >>> table = pd.DataFrame({"doc_id": "text", "start": [0, 34, 49], "end": [33, 48, 58]})
    >>> coded = coded_spans(table.assign(frame=["law_and_prosecution"] * 2 + ["none"]), tokens, lexicon)
    >>> scores = validity(coded, tokens, lexicon).set_index("frame").loc["law_and_prosecution"]
    >>> print(scores[["coded", "found", "both", "precision", "recall", "valid"]].to_string())
    coded           2
    found           1
    both            1
    precision     1.0
    recall        0.5
    valid        None
    >>> scores["note"]
    '2 sentences coded, fewer than 10; no second coder: agreement is not known'
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold={threshold!r}: an F1 is from 0 to 1")
    frames = lexicon.frames["frame"].tolist()
    given = coded[coded["frame"].notna()]
    if unknown := sorted(set(given["frame"]) - {*frames, NONE}):
        raise ValueError(f"code {unknown[0]!r} is no frame of lexicon {lexicon.name!r}: use {', '.join(frames)}, none")
    if given.empty:
        raise ValueError("no sentence is coded: fill the sheet first")
    coders = given["coder"].nunique()
    items = coded.drop_duplicates("item").sort_values(["doc_id", "start", "end", "item"], ignore_index=True)
    found = _found(items, tokens, lexicon)
    votes = _votes(given, items, [*frames, NONE])
    most = votes == votes.max(axis=1, keepdims=True)
    clear = (most.sum(axis=1) == 1) & (votes.sum(axis=1) > 0)
    blank = votes.sum(axis=1) == 0
    human = most[:, : len(frames)] & clear[:, None]
    found &= clear[:, None]
    table = pd.DataFrame(
        {
            "frame": frames,
            "coded": human.sum(axis=0),
            "found": found.sum(axis=0),
            "both": (human & found).sum(axis=0),
            "tied": ((votes > 0)[~clear & ~blank, : len(frames)]).sum(axis=0),
            "items": int(clear.sum()),
            "blank": int(blank.sum()),
        }
    )
    strata = items["stratum"].to_numpy(dtype=object)
    weight = _raised(items["weight"].to_numpy(dtype=np.float64), strata, clear)
    point = _rates(weight[None], human, found)[:, 0]
    low = high = np.full(point.shape, np.nan)
    if resamples and clear.sum() > 1:
        draws = _rates(weight * _multiplicities(strata, clear, resamples, seed), human, found)
        low, high = middle(draws.swapaxes(1, 2))
    for name, values, lower, upper in zip(_SHARES, point, low, high, strict=True):
        table[name], table[f"{name}_low"], table[f"{name}_high"] = values, lower, upper
    alphas = agreement(coded, resamples=0).set_index("frame")["alpha"] if _doubled(given) else pd.Series(dtype=float)
    table["alpha"] = table["frame"].map(alphas).astype(float)
    lost = sorted(set(strata) - set(strata[clear]))
    doubts = ["no second coder: agreement is not known"] * (not _doubled(given))
    doubts += [f"no code that counts in the stratum {', '.join(lost)}, left out of the estimates"] * bool(lost)
    verdicts = [_verdict(*row, threshold) for row in zip(table["coded"], table["alpha"], table["f1"], strict=True)]
    table["valid"] = pd.Series([valid for valid, _ in verdicts], dtype=object)
    table["note"] = ["; ".join([why, *doubts]) for _, why in verdicts]
    return table.assign(threshold=threshold, coders=coders)


def coded_spans(table: pd.DataFrame, tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Codes from a table of spans, in the form of `read_sheet`: what was coded elsewhere, or was coded whole.

    `table` has the columns ``start``, ``end`` (characters), ``frame`` (name or label, "none", or blank), one that names
    the document (``doc_id``, or ``file``, with its ending), and ``coder`` where there are several. Where it has
    ``sentence``, that must be the text of the span. Each span weighs the same: one stratum, "(all)".

    Raises `ValueError` for a missing column, an unknown document or frame, a span that is not in the text or is not
    the sentence, with the row (the header is row 1).
    """
    name = next((column for column in FILE_COLUMNS if column in table.columns), None)
    missing = [column for column in ("start", "end", "frame") if column not in table.columns]
    if name is None or missing:
        raise ValueError(f"the table of codes has no column {'doc_id' if name is None else missing[0]!r}")
    known = codes(lexicon)
    texts = dict(zip(tokens.doc_ids, tokens.corpus.texts, strict=True))
    rows = []
    for number, row in enumerate(table.to_dict("records"), 2):
        doc_id = row[name] if row[name] in texts else stem(str(row[name]))
        text = texts.get(doc_id)
        if text is None:
            raise ValueError(f"row {number}: document {row[name]!r} is not in the corpus")
        start, end = _number(row["start"], number), _number(row["end"], number)
        sentence = " ".join(text[start:end].split())
        if not (0 <= start < end <= len(text) and sentence) or sentence != " ".join(
            str(row.get("sentence", sentence)).split()
        ):
            raise ValueError(f"row {number}: {doc_id!r} {start} to {end} is {sentence!r}, not the sentence coded")
        said = "" if pd.isna(row["frame"]) else folded(str(row["frame"]))
        if said and said not in known:
            raise ValueError(f"row {number}: {row['frame']!r} is no frame of lexicon {lexicon.name!r}")
        item = item_name(str(doc_id), start, end, sentence)
        coder = str(row.get("coder", "1"))
        rows.append((item, doc_id, start, end, sentence, "(all)", 1.0, coder, known[said] if said else None))
    columns = ["item", "doc_id", "start", "end", "sentence", "stratum", "weight", "coder", "frame"]
    return pd.DataFrame(rows, columns=columns).assign(frame=pd.Series([row[-1] for row in rows], dtype=object))


def _found(items: pd.DataFrame, tokens: Tokens, lexicon: Lexicon) -> Bools:
    """(items, frames) whether a match of the frame begins in the item's characters."""
    rows = {doc_id: row for row, doc_id in enumerate(tokens.doc_ids)}
    columns = (items[name].tolist() for name in ("item", "doc_id", "start", "end", "sentence"))
    for item, doc_id, start, end, sentence in zip(*columns, strict=True):
        text = tokens.corpus.texts[rows[doc_id]] if doc_id in rows else None
        if text is None or " ".join(text[start:end].split()) != sentence:
            what = "is not in the corpus" if text is None else f"has another text at {start} to {end}"
            raise ValueError(f"document {doc_id!r} of item {item!r} {what}: give the corpus that was coded")
    used = sorted({rows[doc_id] for doc_id in items["doc_id"]})
    hits = matches(tokens.subset(np.array(used)), lexicon)
    base = dict(zip(used, np.cumsum([0, *(len(tokens.corpus.texts[row]) + 1 for row in used)]), strict=False))

    def places(table: pd.DataFrame, column: str) -> NDArray[np.int64]:
        return (table["doc_id"].map(rows).map(base) + table[column]).to_numpy(dtype=np.int64)

    place = places(hits, "start")
    order = np.argsort(place, kind="stable")
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    of_frame = hits["frame"].to_numpy(dtype=object)[order, None] == frames
    running = np.concatenate([np.zeros((1, len(frames)), dtype=np.int64), np.cumsum(of_frame, axis=0)])
    first, last = (np.searchsorted(place[order], places(items, column)) for column in ("start", "end"))
    found: Bools = running[last] > running[first]
    return found


def _votes(given: pd.DataFrame, items: pd.DataFrame, frames: list[str]) -> NDArray[np.int64]:
    """(items, frames) how many coders gave each code."""
    votes = np.zeros((len(items), len(frames)), dtype=np.int64)
    row = given["item"].map({item: at for at, item in enumerate(items["item"])})
    column = given["frame"].map({frame: at for at, frame in enumerate(frames)})
    np.add.at(votes, (row.to_numpy(dtype=np.int64), column.to_numpy(dtype=np.int64)), 1)
    return votes


def _doubled(given: pd.DataFrame) -> bool:
    """Whether any item has two codes."""
    return bool(given["item"].duplicated().any())


def _raised(weight: Floats, strata: NDArray[np.object_], clear: Bools) -> Floats:
    """The weights of the clear items, raised so that they stand for all of their stratum; 0 for the others."""
    raised = np.where(clear, weight, 0.0)
    for stratum in set(strata):
        own = strata == stratum
        if kept := raised[own].sum():
            raised[own] *= weight[own].sum() / kept
    return raised


def _multiplicities(strata: NDArray[np.object_], clear: Bools, resamples: int, seed: int) -> Floats:
    """(resamples, items) how much each item counts in each draw of n - 1 of the n clear items of a stratum."""
    random = np.random.default_rng(seed)
    counts = np.zeros((resamples, len(strata)))
    for stratum in sorted(set(strata)):
        own = np.flatnonzero((strata == stratum) & clear)
        if len(own) < 2:
            counts[:, own] = 1.0  # one alone tells nothing of how its stratum varies
        else:
            drawn = random.multinomial(len(own) - 1, np.full(len(own), 1 / len(own)), size=resamples)
            counts[:, own] = drawn * (len(own) / (len(own) - 1))
    return counts


def _rates(weights: Floats, human: Bools, found: Bools) -> Floats:
    """(3, draws, frames) precision, recall and F1 for (draws, items) weights."""
    coded, hit, both = (weights @ which.astype(np.float64) for which in (human, found, human & found))
    parts = ((both, hit), (both, coded), (2 * both, hit + coded))
    rates = [np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0) for part, whole in parts]
    return np.array(rates).round(9)


def _verdict(coded: int, alpha: float, f1: float, threshold: float) -> tuple[bool | None, str]:
    """Whether a frame is valid, and why in words."""
    if coded < POSITIVES:
        return None, f"{coded} {'sentence' if coded == 1 else 'sentences'} coded, fewer than {POSITIVES}"
    if alpha < RELIABLE:
        return None, f"coders agree too little: alpha {alpha:.3f} is below {RELIABLE}"
    if f1 < threshold:
        return False, f"F1 {f1:.3f} is below {threshold:g}"
    return True, f"F1 {f1:.3f} is at least {threshold:g}"


def _number(value: Any, row: int) -> int:
    try:
        return int(value)
    except (ValueError, TypeError):
        raise ValueError(f"row {row}: start and end are whole numbers of characters, not {value!r}") from None
