"""Validity of a lexicon: precision, recall and F1 of each frame against human coders."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.core.compiled import Bools, Floats
from analysis.core.intervals import Estimate, Z
from analysis.framing.agreement import agreement
from analysis.framing.coding import NONE, codes, folded, item_name
from analysis.framing.estimates import Sample, ratio, shares
from analysis.framing.frames import matches
from analysis.framing.lexicon import Lexicon
from analysis.text.lookup import document_starts
from analysis.text.reading.metadata import FILE_COLUMNS, stem
from analysis.text.tables import documents_of
from analysis.text.tokens import Tokens

STATES = SUPPORTED, UNCERTAIN, FAILED = "supported", "uncertain", "failed"  # verdicts on a frame
RELIABLE = 0.667  # the alpha from which Krippendorff (2004) allows tentative conclusions


def validity(coded: pd.DataFrame, tokens: Tokens, lexicon: Lexicon, *, threshold: float = 0.5) -> pd.DataFrame:
    """Estimate precision, recall and F1 of each frame against human codes: one row a frame, in the lexicon's order.

    `coded` is the table of `read_sheet` or `coded_spans`, `tokens` the corpus that was coded. A sentence is found for
    every frame that it matches, and coded as the frame that most of its coders gave it; ties are left out.

    Counts in the sheet: ``coded`` (sentences coded as the frame), ``found``, ``both``, ``tied`` (left out, with the
    frame among their codes), and, the same in all rows, ``items`` (sentences with a majority code) and ``blank``.

    Estimates for the corpus (0 to 1): ``precision``, ``recall`` and ``f1``, each with its 95% interval, ``_low`` and
    ``_high``. With W the summed weights of sentences, raised for those left out of a stratum, precision = W(both) /
    W(found), recall = W(both) / W(coded), f1 = 2 W(both) / (W(found) + W(coded)); NaN for a share of nothing. The
    intervals combine those of `estimates.shares`: of precision, of the share of unfound sentences coded as the frame,
    and of the share found. They are about sentences like these, and so have a width even if a whole corpus is coded.

    ``alpha``: Krippendorff's, of the frame against all others, NaN without a second coder. ``state``: "supported" if
    the interval of ``f1`` is at `threshold` or above; "failed" if a wider one, of 95% for all frames together
    (Bonferroni), is below it; else "uncertain", and always so if alpha is below 0.667. ``note``: the reason in words;
    ``threshold`` and ``coders``: the same in all rows. A sheet flatters a lexicon that was improved on it.

    Raises `ValueError` for a document that is not in `tokens`, a text that differs from the coded one, an unknown
    frame, a threshold outside 0 to 1, or no code at all.

    >>> from analysis import read_text, tokenize
    >>> from analysis.framing.lexicon import read_lexicon
    >>> lexicon = read_lexicon("security_communication")
    >>> tokens = tokenize(read_text("They will be prosecuted in court. The bench sat. It snowed. It rained."))
    >>> table = pd.DataFrame({"doc_id": "text", "start": [0, 34, 49], "end": [33, 48, 58]})
    >>> coded = coded_spans(table.assign(frame=["law_and_prosecution"] * 2 + ["none"]), tokens, lexicon)
    >>> scores = validity(coded, tokens, lexicon).set_index("frame").loc["law_and_prosecution"]
    >>> print(scores[["coded", "found", "both", "precision", "recall", "state"]].to_string())
    coded                2
    found                1
    both                 1
    precision          1.0
    recall             0.5
    state        uncertain
    >>> scores["note"]
    'the interval of F1, 0.109 to 0.944, is on both sides of 0.5; no second coder: agreement is not known'
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold={threshold!r}: an F1 is from 0 to 1")
    items, frames = majority_codes(coded, lexicon), lexicon.frames["frame"].tolist()
    human, found = coded_and_found(items, tokens, lexicon)
    left_out = coded[~coded["item"].isin(items["item"])]
    lost = sorted(set(coded["stratum"]) - set(items["stratum"]))
    table = pd.DataFrame(
        {
            "frame": frames,
            "coded": human.sum(axis=0),
            "found": found.sum(axis=0),
            "both": (human & found).sum(axis=0),
            "tied": left_out.groupby("frame")["item"].nunique().reindex(frames, fill_value=0).to_numpy(),
            "items": len(human),
            "blank": int((left_out.groupby("item")["frame"].count() == 0).sum()),
        }
    )
    sample = sample_of(items)
    scores = _scores(human, found, sample)
    wider = _scores(human, found, sample, z=float(stats.norm.ppf(1 - 0.025 / human.shape[1])))["f1"].high
    for name, score in scores.items():
        table[name], table[f"{name}_low"], table[f"{name}_high"] = (end.round(9) for end in score)
    doubled = bool(coded.loc[coded["frame"].notna(), "item"].duplicated().any())
    alphas = agreement(coded).set_index("frame")["alpha"] if doubled else pd.Series(dtype=float)
    table["alpha"] = table["frame"].map(alphas).astype(float)
    doubts = ["no second coder: agreement is not known"] * (not doubled)
    if lost:
        doubts += [f"no code that counts in the stratum {', '.join(lost)}, left out of the estimates"]
    rows = zip(table["alpha"], table["f1_low"], table["f1_high"], wider, strict=True)
    verdicts = [_verdict(*row, threshold, len(table)) for row in rows]
    table["state"] = [state for state, _ in verdicts]
    table["note"] = ["; ".join([why, *doubts]) for _, why in verdicts]
    return table.assign(threshold=threshold, coders=coded.loc[coded["frame"].notna(), "coder"].nunique())


def majority_codes(coded: pd.DataFrame, lexicon: Lexicon) -> pd.DataFrame:
    """Return the sentences with a majority code: a row each, as in `coded` without ``coder``.

    The weights in a stratum are raised for the sentences left out of it, and the ``probability`` lowered. Errors are
    those of `validity`.
    """
    frames = lexicon.frames["frame"].tolist()
    codes = coded[coded["frame"].notna()]
    if unknown := sorted(set(codes["frame"]) - {*frames, NONE}):
        raise ValueError(f"code {unknown[0]!r} is no frame of lexicon {lexicon.name!r}: use {', '.join(frames)}, none")
    if codes.empty:
        raise ValueError("no sentence is coded: fill the sheet first")
    items = coded.drop_duplicates("item").sort_values(["doc_id", "start", "end", "item"], ignore_index=True)
    votes = pd.crosstab(codes["item"], codes["frame"]).reindex(index=items["item"], fill_value=0)
    most = votes.eq(votes.max(axis=1), axis=0) & (votes > 0)
    clear = (most.sum(axis=1) == 1).to_numpy()
    items["frame"] = most.idxmax(axis=1).to_numpy(dtype=object)
    kept = items[clear].drop(columns="coder").reset_index(drop=True)
    drawn, own = (table.groupby("stratum")["weight"].agg(["sum", "size"]) for table in (items, kept))
    raised = (drawn / own).loc[kept["stratum"]]
    kept["weight"] *= raised["sum"].to_numpy()
    kept["probability"] /= raised["size"].to_numpy()
    return kept


def sample_of(items: pd.DataFrame, *, finite: bool = False) -> Sample:
    """Return coded sentences as a sample of sentences like these, or if `finite` of the corpus only."""
    stratum, _ = pd.factorize(items["stratum"], sort=True)
    drawn = items["probability"].fillna(0.0).to_numpy(dtype=np.float64) * finite
    return Sample(items["weight"].to_numpy(dtype=np.float64), stratum.astype(np.int64), drawn)


def coded_spans(table: pd.DataFrame, tokens: Tokens, lexicon: Lexicon) -> pd.DataFrame:
    """Convert a table of coded spans to the form of `read_sheet`, in one stratum, "(all)", with equal weights.

    `table` has the columns ``start``, ``end`` (characters), ``frame`` (name or label, "none", or blank), ``doc_id`` or
    ``file``, and optionally ``coder`` and ``sentence``, which must be the text of the span.

    Raises `ValueError`, with the row (the header is row 1), for a missing column, an unknown document or frame, or a
    span that is not in the text or not the sentence.
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
        expected = " ".join(str(row.get("sentence", sentence)).split())
        if not (0 <= start < end <= len(text) and sentence) or sentence != expected:
            raise ValueError(f"row {number}: {doc_id!r} {start} to {end} is {sentence!r}, not the sentence coded")
        code = "" if pd.isna(row["frame"]) else folded(str(row["frame"]))
        if code and code not in known:
            raise ValueError(f"row {number}: {row['frame']!r} is no frame of lexicon {lexicon.name!r}")
        item = item_name(str(doc_id), start, end, sentence)
        coder = str(row.get("coder", "1"))
        rows.append((item, doc_id, start, end, sentence, "(all)", 1.0, np.nan, coder, known[code] if code else None))
    columns = ["item", "doc_id", "start", "end", "sentence", "stratum", "weight", "probability", "coder", "frame"]
    return pd.DataFrame(rows, columns=columns).assign(frame=pd.Series([row[-1] for row in rows], dtype=object))


def coded_and_found(items: pd.DataFrame, tokens: Tokens, lexicon: Lexicon) -> tuple[Bools, Bools]:
    """Return (items, frames) whether the item is coded as the frame, and whether a match of it begins in its span."""
    row = pd.Index(tokens.doc_ids).get_indexer(pd.Index(items["doc_id"]))
    columns = (items[name].tolist() for name in ("item", "doc_id", "start", "end"))
    for number, item, doc_id, start, end in zip(row.tolist(), *columns, strict=True):
        text = tokens.corpus.texts[number] if number >= 0 else None
        if text is None or item_name(doc_id, start, end, " ".join(text[start:end].split())) != item:
            what = "is not in the corpus" if text is None else f"has another text at {start} to {end}"
            raise ValueError(f"document {doc_id!r} of item {item!r} {what}: give the corpus that was coded")
    used, document = np.unique(row, return_inverse=True)
    own = tokens.subset(used)
    hits, base = matches(own, lexicon), document_starts(own)
    place = base[documents_of(hits, own)] + hits["start"].to_numpy()
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    of_frame = hits["frame"].to_numpy(dtype=object)[:, None] == frames
    running = np.concatenate([np.zeros((1, len(frames)), dtype=np.int64), np.cumsum(of_frame, axis=0)])
    first, last = (np.searchsorted(place, base[document] + items[column].to_numpy()) for column in ("start", "end"))
    return items["frame"].to_numpy(dtype=object)[:, None] == frames, running[last] > running[first]


def _scores(human: Bools, found: Bools, sample: Sample, *, z: float = Z) -> dict[str, Estimate]:
    """Return precision, recall and F1 of each frame, from (items, frames) codes and finds."""
    coded, hit, both = (sample.weight @ which for which in (human, found, human & found))
    of_all = shares(found, np.ones_like(found), sample, z=z)
    precision, missed = (shares(human, part, sample, z=z) for part in (found, ~found))
    # Recall and F1 are functions of precision and of the ratio of missed sentences to found ones.
    rest = (1 - of_all.value) * np.nan_to_num(missed)
    beside = ratio(Estimate(*rest), of_all)
    scores = {"precision": Estimate(_rate(both, hit), precision.low, precision.high)}
    for name, over, times, whole in (
        ("recall", beside, 1, coded),
        ("f1", Estimate(*(1 + end for end in beside)), 2, hit + coded),
    ):
        mistakes = ratio(over, precision)
        low = np.where(hit > 0, times / (1 + mistakes.high), 0)
        high = times / (1 + np.where(hit > 0, mistakes.low, over.low))  # without finds, precision may be 1
        scores[name] = Estimate(_rate(times * both, whole), low, high)
    for name, (value, low, high) in scores.items():
        scores[name] = Estimate(value, *(np.where(np.isnan(value), np.nan, end).clip(0, 1) for end in (low, high)))
    return scores


def _rate(part: Floats, whole: Floats) -> Floats:
    """Return each share, NaN of nothing."""
    rate: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return rate


def _verdict(alpha: float, low: float, high: float, wider: float, threshold: float, frames: int) -> tuple[str, str]:
    """Return the state of a frame, from the interval of its F1 and the upper end of the wider one, and the reason."""
    if alpha < RELIABLE:
        return UNCERTAIN, f"coders agree too little: alpha {alpha:.3f} is below {RELIABLE}"
    if np.isnan(low):
        return UNCERTAIN, "no sentence coded and none found"
    ends = f"the interval of F1, {low:.3f} to {high:.3f}, is"
    if low >= threshold:
        return SUPPORTED, f"{ends} not below {threshold:g}"
    if wider < threshold:
        return FAILED, f"{ends} below {threshold:g}"
    if high < threshold:
        return UNCERTAIN, f"{ends} below {threshold:g}, which may be chance among {frames} frames"
    return UNCERTAIN, f"{ends} on both sides of {threshold:g}"


def _number(value: Any, row: int) -> int:
    try:
        return int(value)
    except (ValueError, TypeError):
        raise ValueError(f"row {row}: start and end are whole numbers of characters, not {value!r}") from None
