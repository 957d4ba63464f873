"""Text reuse: the pairs of documents that share text, and the passages that they share."""

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.core.resources import cores
from analysis.engine.database import Database, database, scan, write_shard
from analysis.redundancy.reuse import pairs as joins
from analysis.redundancy.reuse.alignment import aligned
from analysis.redundancy.reuse.borrowing import rows_of
from analysis.redundancy.reuse.pairs import ENOUGH, FEWEST, LEAST, WIDEST, WORDS, Ints, Shared, is_reuse, keyed, shares
from analysis.text.shards import folder_of, shards
from analysis.text.tokens import Tokens
from analysis.text.units import texts
from analysis.text.words import Words

PAIRS = 300_000  # pairs of documents, at most, whose passages a report looks for: those that share most
ROWS = 4_000_000  # shingles of documents that are counted at a time
MEMORY = 300 * 10**6  # bytes for joining a sharded corpus; the rest is spilled to its folder


def document_pairs(
    tokens: Tokens,
    *,
    n: int = WORDS,
    min_shared: int = ENOUGH,
    min_containment: float = LEAST,
    max_documents: int = WIDEST,
    most: int | None = None,
) -> pd.DataFrame:
    r"""The pairs of documents that may be reuse, by the runs of `n` words (shingles) that both have.

    A pair is listed when it shares at least `min_shared` different shingles; or fewer, two at least, that are
    `min_containment` or more of the shingles of one document, since two short texts rarely share any by chance. Whether
    a pair of long texts is reuse is decided by the passages that they share (`confirmed`). One row a pair, those that
    share most first, then in the order of the corpus; with `most` the first `most` rows:

    - ``a``, ``b``: the documents, ``a`` the earlier one in the corpus;
    - ``shared``: how many different shingles are in both;
    - ``containment_a`` = :math:`|A \cap B| / |A|`, the share of a's different shingles that are in b, and
      ``containment_b`` the share of b's that are in a (directional; 0 = none, 1 = all);
    - ``jaccard`` = :math:`|A \cap B| / |A \cup B|` (0 = nothing shared, 1 = the same shingles).

    (Broder 1997, On the resemblance and containment of documents.) The counts are exact, in a sharded corpus by keys of
    128 bits: see `pairs.keyed`. Shingles cross sentences, not documents. Those in more than `max_documents` documents
    are turns of phrase and boilerplate as a rule: they count neither as shared nor in any document's shingles, so that
    the work grows with the corpus, whatever it repeats; `common_shingles` lists them.

    Raises `ValueError` for `n` < 1, `min_shared` < 1, `max_documents` < 2, or a containment outside 0 to 1.

    >>> from analysis import load_tokens
    >>> texts = ["The road to the north is closed.", "Police: the road to the north is open.", "It rained all night."]
    >>> document_pairs(load_tokens(texts))
       a  b  shared  containment_a  containment_b  jaccard
    0  0  1       3           0.75            0.6      0.5
    """
    if min_shared < 1:
        raise ValueError(f"min_shared is {min_shared}: use 1 or more")
    if not 0 <= min_containment <= 1:
        raise ValueError(f"min_containment is {min_containment}: use a share from 0 to 1, such as 0.006")
    _check(n, max_documents)
    least, found = min(FEWEST, min_shared), list[Shared]()
    with _grouped(tokens, n, max_documents) as (engine, sizes):
        _cache_common(tokens, n, max_documents, engine)
        engine.run(f"CREATE TABLE members AS {joins.members('shingles')}")
        for pairs in joins.count_members(
            engine, "members", 0, tokens.n_documents, least=least, rows=ROWS, threads=cores()
        ):
            kept = is_reuse(pairs.shared, sizes[pairs.a], sizes[pairs.b], min_shared, min_containment)
            found.append(Shared(*(values[kept] for values in pairs)))
            if most and sum(len(each.a) for each in found) > 2 * most:
                found = [_first(found, most)]
    a, b, shared = _first(found, most)
    names = {"a": tokens.doc_ids[a], "b": tokens.doc_ids[b], "shared": shared}
    return pd.DataFrame(names | shares(shared, sizes[a], sizes[b]))


def common_shingles(tokens: Tokens, *, n: int = WORDS, max_documents: int = WIDEST) -> pd.DataFrame:
    """The runs of `n` words in more than `max_documents` documents, which `document_pairs` leaves out.

    ``shingle`` (its words), ``documents`` (how many have it), the most widespread first, then alphabetically.

    >>> from analysis import load_tokens
    >>> texts = ["As a matter of fact, it rained.", "That is a matter of taste.", "It was a matter of time."]
    >>> common_shingles(load_tokens(texts), n=3, max_documents=2)
           shingle  documents
    0  a matter of          3
    """
    _check(n, max_documents)
    common = _common(tokens, n, max_documents)
    listed = np.full(len(common["high"]), None, dtype=object)
    for shard in shards(tokens):
        sought = np.flatnonzero(listed == None)  # noqa: E711 - elementwise
        if not len(sought):
            break
        keys = common["high"][sought], common["low"][sought]
        found = joins.wordings(_words(shard.tokens), *keys, n, alone=folder_of(tokens) is None)
        for number, words in found.items():
            listed[sought[number]] = words
    table = pd.DataFrame({"shingle": listed, "documents": common["documents"]})
    return table.sort_values(["documents", "shingle"], ascending=[False, True], ignore_index=True)


def passages(tokens: Tokens, pairs: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""The passages that pairs of documents share, verbatim or reworded.

    `pairs` has the columns ``a`` and ``b`` (doc_ids); by default it is `document_pairs`. One row a passage, in the
    order of `pairs` and then of document a:

    - ``a_doc``, ``b_doc``, ``a_start``, ``a_end``, ``b_start``, ``b_end``: the documents, and characters in each;
    - ``similarity`` = :math:`|A \cap B| / \min(|A|, |B|)`, A and B being the sets of content words of its two sides
      (the overlap coefficient; Simpson 1943, Mammals and the nature of continents): 0 = none shared, 1 = all of the
      side with fewer. Words with the same first six letters count as one; words in more than twenty sentences and more
      than a tenth of those of the corpus, or of the two documents, are not content words;
    - ``kind``: "verbatim" where at least 95% of the words of each side are in runs of four words or more that the
      other side has too, "near" where at least half of those of one side are, else "reworded".

    Sentences that share content words are seeds, which are chained over gaps, in any order. The edges of a chain are
    moved, word by word, to where the words of one side no longer appear on the other, and to the border of a sentence
    close by. A paragraph whose words appear all over the other document is its summary: the passage is then that
    paragraph and the whole other document. A passage has some twenty words on each side, and at least eight content
    words in common. Of two passages of a pair that overlap by more than half, on either side, the one with more support
    is kept. The thresholds and their sources are in `chaining`, `boundaries` and `summary_reuse`.

    Raises `ValueError` when `pairs` lacks a column, names an unknown document, or pairs one with itself.

    >>> from analysis import load_tokens
    >>> text = "The committee of the northern district has closed the old stone bridge over the river to all heavy "
    >>> text += "lorries until engineers have examined each of its seven arches."
    >>> tokens = load_tokens([text, "Reported yesterday. " + text])
    >>> passages(tokens)
      a_doc b_doc  a_start  a_end  b_start  b_end  similarity      kind
    0     0     1        0    162       20    182         1.0  verbatim
    """
    if pairs is None:
        pairs = document_pairs(tokens)
    if missing := {"a", "b"} - set(pairs.columns):
        raise ValueError(
            f"pairs has no column {sorted(missing)[0]!r}: give one row a pair, with the doc_ids as a and b"
        )
    first, second = rows_of(tokens, pairs["a"]), rows_of(tokens, pairs["b"])
    if (first == second).any():
        own = tokens.doc_ids[first[first == second][0]]
        raise ValueError(f"{own!r} is paired with itself: pair it with other documents")
    return aligned(tokens, first, second)


def confirmed(pairs: pd.DataFrame, found: pd.DataFrame, *, min_link: float = 0.1) -> pd.DataFrame:
    """The pairs of `document_pairs` that are reuse, with the number of ``passages`` of each as the last column.

    `found` are their `passages`. A pair is reuse when it shares a passage, or when `min_link` or more of the shingles
    of one document appear in the other, as in copies of texts too short for a passage.

    >>> from analysis import load_tokens
    >>> tokens = load_tokens(["The road to the north is closed.", "Police: the road to the north is open."])
    >>> pairs = document_pairs(tokens)
    >>> confirmed(pairs, passages(tokens, pairs))[["a", "b", "containment_a", "passages"]]
       a  b  containment_a  passages
    0  0  1           0.75         0
    """
    times = found.groupby(["a_doc", "b_doc"]).size()
    named = pd.MultiIndex.from_frame(pairs[["a", "b"]])
    table = pairs.assign(passages=times.reindex(named, fill_value=0).to_numpy())
    linked = table[["containment_a", "containment_b"]].max(axis=1) >= min_link
    return table[linked | (table["passages"] > 0)].reset_index(drop=True)


def passage_texts(tokens: Tokens, found: pd.DataFrame, *, most: int | None = None) -> pd.DataFrame:
    """The texts of a table of `passages`: kind, similarity, a_doc, a_text, b_doc, b_text.

    Sorted by the length of the shorter side, the longest first; `most` rows at most.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("War is near."))
    >>> passage_texts(tokens, passages(tokens)).empty
    True
    """
    sizes = [(found[f"{side}_end"] - found[f"{side}_start"]).to_numpy() for side in ("a", "b")]
    order = np.argsort(-np.min(sizes, axis=0), kind="stable")[:most]
    table = found.iloc[order].reset_index(drop=True)
    for side in ("a", "b"):
        table[f"{side}_text"] = texts(tokens, *(table[f"{side}_{name}"] for name in ("doc", "start", "end")))
    return table[["kind", "similarity", "a_doc", "a_text", "b_doc", "b_text"]]


def _check(n: int, max_documents: int) -> None:
    if n < 1:
        raise ValueError(f"n is {n}: use 1 for words, 4 for runs of four, and so on")
    if max_documents < 2:
        raise ValueError(f"max_documents is {max_documents}: use 2 or more, for what is in one is not shared")


_cached: list[tuple[weakref.ref[Tokens], int, int, dict[str, NDArray[Any]]]] = []  # of the last call


def _common(tokens: Tokens, n: int, max_documents: int) -> dict[str, NDArray[Any]]:
    """The keys of the shingles in too many documents; cached, since `document_pairs` finds them too."""
    if not (_cached and _cached[0][0]() is tokens and _cached[0][1:3] == (n, max_documents)):
        with _grouped(tokens, n, max_documents) as (engine, _):
            _cache_common(tokens, n, max_documents, engine)
    return _cached[0][3]


def _cache_common(tokens: Tokens, n: int, max_documents: int, engine: Database) -> None:
    _cached[:] = [(weakref.ref(tokens), n, max_documents, engine.columns(joins.COMMON))]


@contextmanager
def _grouped(tokens: Tokens, n: int, max_documents: int) -> Iterator[tuple[Database, Ints]]:
    """An engine with the relation ``shingles``, grouped, and the documents' sizes; on disk for a sharded corpus."""
    sizes = np.zeros(tokens.n_documents, dtype=np.int64)
    folder = folder_of(tokens)
    with database(folder=folder, memory=MEMORY if folder else None, threads=cores()) as engine:
        files = []
        for shard in shards(tokens):
            own = keyed(_words(shard.tokens), n, alone=not engine.folder)
            sizes[shard.rows] = own.sizes
            columns = {"high": own.high, "low": own.low, "document": own.document + np.uint32(shard.document)}
            if engine.folder:
                files.append(engine.folder / f"{shard.number:05}.parquet")
                write_shard(files[-1], **columns)
            else:
                engine.relate("shingles", **columns)
        if engine.folder:
            files.append(engine.folder / "none.parquet")  # so that there is a file, whatever the corpus
            write_shard(
                files[-1], high=np.empty(0, np.uint64), low=np.empty(0, np.uint64), document=np.empty(0, np.uint32)
            )
            engine.run(f"CREATE VIEW shingles AS FROM {scan(files)}")
        joins.group(engine, "shingles", max_documents)
        for batch in engine.batches(joins.ASIDE):
            document, aside = batch.columns
            sizes[document] -= aside
        yield engine, sizes


def _words(tokens: Tokens) -> Words:
    """The words of `tokens` without their sentences."""
    return Words(tokens.vocabulary, tokens.ids, tokens.document_offsets)


def _first(found: Sequence[Shared], most: int | None) -> Shared:
    """The pairs in the order of the table, `most` of them at most."""
    none = Shared(*np.empty((3, 0), dtype=np.int64))
    whole = Shared(*(np.concatenate(values) for values in zip(none, *found, strict=True)))
    order = np.lexsort((whole.b, whole.a, -whole.shared))[:most]
    return Shared(*(values[order] for values in whole))
