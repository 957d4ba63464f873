"""Reuse scored on labelled pairs of documents, as the organisers of PAN score it."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.core.compiled import Floats
from analysis.redundancy.reuse import document_pairs, passages
from analysis.text.corpus import read_texts
from analysis.text.reading.metadata import read_table, stem
from analysis.text.tokens import Tokens, tokenize

SPAN = ["a_doc", "b_doc", "a_start", "a_end", "b_start", "b_end"]
FILES = {
    "docs.jsonl.gz": ("id", "text"),
    "pairs.csv": ("susp", "src", "category"),
    "cases.csv": ("susp", "this_offset", "this_length", "src", "source_offset", "source_length"),
}


def evaluate_reuse(folder: str | Path) -> pd.DataFrame:
    """Score `document_pairs` and `passages` on a folder in the format of PAN's text alignment task.

    The folder holds ``docs.jsonl.gz`` (id, text), ``pairs.csv`` (susp, src, category) and ``cases.csv`` (susp,
    this_offset, this_length, src, source_offset, source_length: the labelled passages, in characters). One row a
    measure and category: ``measure`` ("pairs": is there a labelled passage between the two? "passages"), ``category``
    ("all", then each), ``precision``, ``recall``, ``f1``, ``granularity``, ``plagdet`` (see `score_passages`; NaN for
    pairs and in categories without a case), ``gold``, ``found`` (how many). Raises `ValueError` for a file that is
    missing or lacks a column.

    A category's passages are those found in its pairs; pairs are scored over all labelled pairs.
    """
    texts, pairs, cases = _read(Path(folder))
    tokens = tokenize(read_texts(texts))
    number = dict(zip(texts.index, tokens.doc_ids, strict=True))
    pairs = pairs.assign(a=pairs["susp"].map(number), b=pairs["src"].map(number))
    cases = cases.assign(a_doc=cases["susp"].map(number), b_doc=cases["src"].map(number))
    if cases[["a_doc", "b_doc"]].isna().any(axis=None) or pairs[["a", "b"]].isna().any(axis=None):
        raise ValueError(f"{folder}: pairs.csv or cases.csv names a document that docs.jsonl.gz does not have")
    found = passages(tokens, pairs[["a", "b"]])
    categories = pairs.rename(columns={"a": "a_doc", "b": "b_doc"})[["a_doc", "b_doc", "category"]]
    found = found.merge(categories, on=["a_doc", "b_doc"])
    cases = cases.drop(columns="category", errors="ignore").merge(categories, on=["a_doc", "b_doc"])
    rows = [_pairs(document_pairs(tokens), pairs, cases), {"category": "all", **score_passages(found, cases)}]
    for category in sorted(set(cases["category"])):
        own = (table[table["category"] == category] for table in (found, cases))
        rows.append({"category": category, **score_passages(*own)})
    table = pd.DataFrame(rows)
    table.insert(0, "measure", ["pairs"] + ["passages"] * (len(rows) - 1))
    return table[["measure", "category", "precision", "recall", "f1", "granularity", "plagdet", "gold", "found"]]


def score_passages(found: pd.DataFrame, cases: pd.DataFrame) -> dict[str, float]:
    r"""Compare passages with labelled ones, macro-averaged over characters, both sides of a passage together.

    Both tables have the columns of `reuse.passages` up to ``b_end``, with a and b in either order. With
    :math:`s \sqcap r` the characters of *s* in *r*, on both sides, where the two overlap on both sides (else none), S
    the labelled passages and R those found:

    .. math:: recall = \frac{1}{|S|} \sum_s \frac{|\bigcup_r (s \sqcap r)|}{|s|} \qquad
              plagdet = \frac{F_1}{\log_2(1 + granularity)}

    precision is recall with S and R exchanged; granularity is the mean number of passages found for a labelled one, of
    those found at all (1 = never in pieces). Potthast, Stein, Barrón-Cedeño and Rosso 2010, An evaluation framework for
    plagiarism detection. Also ``f1``, ``gold`` and ``found`` (how many); 0 where there is nothing to divide by.

    >>> case = pd.DataFrame([["x", "y", 0, 10, 0, 10]], columns=SPAN)
    >>> score_passages(case.assign(a_end=5, b_end=5), case)["recall"]
    0.5
    """
    found, cases = _oriented(found), _oriented(cases)
    precision, recall = _mean(_covered(found, cases)), _mean(_covered(cases, found))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    matched = _intersections(cases, found)["row"]
    granularity = float(matched.value_counts().mean()) if len(matched) else 1.0
    scores = {"precision": precision, "recall": recall, "f1": f1, "granularity": granularity}
    return scores | {"plagdet": f1 / float(np.log2(1 + granularity)), "gold": len(cases), "found": len(found)}


def known_reuse(path: Path, tokens: Tokens) -> pd.DataFrame:
    """Labelled passages of a corpus from a CSV table, in the columns of `score_passages` and with their ``kind``.

    The table has ``source_file``, ``source_start``, ``source_end``, ``target_file``, ``target_start``, ``target_end``
    (files with or without their ending, characters) and ``kind``. Passages within one document are left out, as in
    `reuse.passages`. Raises `ValueError` for a missing column, an unknown document or an invalid place, with the row
    (the header is row 1), and for a table without a passage of two documents.
    """
    table = read_table(path)
    wanted = [f"{side}_{part}" for side in ("source", "target") for part in ("file", "start", "end")] + ["kind"]
    if missing := [column for column in wanted if column not in table.columns]:
        raise ValueError(f"{path.name} has no column {missing[0]!r}: it needs {', '.join(wanted)}")
    sizes = tokens.corpus.documents.set_index("doc_id")["n_chars"].to_dict()
    rows = []
    for number, row in enumerate(table.to_dict("records"), 2):
        ends: list[tuple[str, int, int]] = []
        for side in ("source", "target"):
            doc_id = row[f"{side}_file"] if row[f"{side}_file"] in sizes else stem(row[f"{side}_file"])
            start, end = str(row[f"{side}_start"]), str(row[f"{side}_end"])
            if doc_id not in sizes or not (start.isdecimal() and end.isdecimal()):
                raise ValueError(f"{path.name} row {number}: no place {row[f'{side}_file']!r} {start} to {end}")
            if not int(start) < int(end) <= sizes[doc_id]:
                raise ValueError(f"{path.name} row {number}: {doc_id!r} has no characters {start} to {end}")
            ends.append((doc_id, int(start), int(end)))
        (a, a_start, a_end), (b, b_start, b_end) = ends
        rows.append((a, b, a_start, a_end, b_start, b_end, row["kind"] or "(none)"))
    cases = pd.DataFrame(rows, columns=[*SPAN, "kind"])
    cases = cases[cases["a_doc"] != cases["b_doc"]].reset_index(drop=True)
    if cases.empty:
        raise ValueError(
            f"{path.name} has no passage of two documents: give one row for each, with {', '.join(wanted)}"
        )
    return cases


def scores_by_kind(cases: pd.DataFrame, *found: pd.DataFrame) -> pd.DataFrame:
    """`score_passages` of all labelled passages, and the recall of each kind: one row "all", then each kind.

    `found` are tables of `reuse.passages`, `near.near_repeats` or the like, taken together; rows within one document
    are left out. ``kind``, ``precision`` (of all alone, since what is found has no kind), ``recall``, ``gold``,
    ``found``.
    """
    together = pd.concat([table[SPAN] for table in found])
    together = together[together["a_doc"] != together["b_doc"]]
    rows = [{"kind": "all", **score_passages(together, cases)}]
    for kind in sorted(set(cases["kind"])):
        own = score_passages(together, cases[cases["kind"] == kind])
        rows.append({"kind": kind, "precision": np.nan, "recall": own["recall"], "gold": own["gold"], "found": np.nan})
    return pd.DataFrame(rows)[["kind", "precision", "recall", "gold", "found"]]


def _mean(shares: Floats) -> float:
    return float(shares.mean()) if len(shares) else 0.0


def _pairs(held: pd.DataFrame, pairs: pd.DataFrame, cases: pd.DataFrame) -> dict[str, object]:
    """Precision and recall of the pairs `held` to be reuse, among the labelled ones."""
    have = {frozenset(pair) for pair in held[["a", "b"]].itertuples(index=False, name=None)}
    labelled = {frozenset(pair) for pair in cases[["a_doc", "b_doc"]].itertuples(index=False, name=None)}
    asked = {frozenset(pair) for pair in pairs[["a", "b"]].itertuples(index=False, name=None)}
    have &= asked
    correct = len(have & labelled)
    precision, recall = correct / max(len(have), 1), correct / max(len(labelled), 1)
    f1 = 2 * correct / max(len(have) + len(labelled), 1)
    scores = {"category": "all", "precision": precision, "recall": recall, "f1": f1}
    return scores | {"granularity": np.nan, "plagdet": np.nan, "gold": len(labelled), "found": len(have)}


def _oriented(table: pd.DataFrame) -> pd.DataFrame:
    """The passages with the document first in alphabetical order as a; inside one document, the earlier place."""
    table = table[SPAN].reset_index(drop=True)
    one = table["a_doc"] == table["b_doc"]
    swap = (table["a_doc"] > table["b_doc"]) | (one & (table["a_start"] > table["b_start"]))
    turned = table[[SPAN[place] for place in (1, 0, 4, 5, 2, 3)]].set_axis(SPAN, axis=1)
    table = pd.concat([table[~swap], turned[swap]]).sort_index()
    return table.astype(dict.fromkeys(SPAN[2:], np.int64))


def _intersections(spans: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The pairs of a span (``row``) and another that overlaps it on both sides, and the characters of the overlap."""
    both = spans.assign(row=np.arange(len(spans))).merge(others, on=["a_doc", "b_doc"], suffixes=("", "_other"))
    for side in ("a", "b"):
        both[f"{side}_from"] = both[[f"{side}_start", f"{side}_start_other"]].max(axis=1)
        both[f"{side}_to"] = both[[f"{side}_end", f"{side}_end_other"]].min(axis=1)
    return both[(both["a_to"] > both["a_from"]) & (both["b_to"] > both["b_from"])]


def _covered(spans: pd.DataFrame, others: pd.DataFrame) -> Floats:
    """The share of the characters of each span, both sides together, in others that overlap it."""
    both = _intersections(spans, others)
    covered = np.zeros(len(spans))
    for side in ("a", "b"):
        rows = both.sort_values(["row", f"{side}_from"])
        before = rows.groupby("row")[f"{side}_to"].cummax().groupby(rows["row"]).shift().fillna(0)
        gained = (rows[f"{side}_to"] - np.maximum(rows[f"{side}_from"], before)).clip(lower=0)
        np.add.at(covered, rows["row"].to_numpy(), gained.to_numpy())
    sizes = (spans["a_end"] - spans["a_start"] + spans["b_end"] - spans["b_start"]).to_numpy()
    shares: Floats = covered / sizes
    return shares


def _read(folder: Path) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """Texts by id, labelled pairs, labelled passages as spans."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{folder} has no {missing[0]}: give a folder with {', '.join(FILES)}")
    tables = {name: read_table(folder / name) for name in ("pairs.csv", "cases.csv")}
    for name, table in tables.items():
        lacking = [column for column in FILES[name] if column not in table.columns]
        if lacking:
            raise ValueError(f"{folder / name} has no column {lacking[0]!r}: it needs {', '.join(FILES[name])}")
    try:
        with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
            texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
        cases = tables["cases.csv"]
        numbers = cases[["this_offset", "this_length", "source_offset", "source_length"]].astype(np.int64)
    except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder} is not in PAN's format: {error}") from None
    cases = cases.assign(a_start=numbers["this_offset"], a_end=numbers["this_offset"] + numbers["this_length"])
    cases = cases.assign(b_start=numbers["source_offset"], b_end=numbers["source_offset"] + numbers["source_length"])
    return pd.Series(texts, dtype=object), tables["pairs.csv"], cases
