"""Which words one corpus uses more, or less, than another: keyness."""

from collections.abc import Iterable, Sequence
from operator import eq
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.core.compiled import Ints
from analysis.terms.cells import Groups, check_ngrams, counted_terms
from analysis.terms.keys import Alphabet, Columns, alphabet, key_buckets, pack, rank_of, starts_of_keys
from analysis.terms.permutation import Permutations
from analysis.terms.tallies import COLUMNS, OWN_WORDS, FirstTerms, frequency_list, key_table
from analysis.text.buckets import Buckets
from analysis.text.shards import shards
from analysis.text.stopwords import stopped
from analysis.text.tokens import Tokens, offsets_of

__all__ = ["COLUMNS", "keyness", "keyness_by_group"]

AT_MOST = 10**9  # terms that are compared, each as often as there are groups: some twenty minutes
LEAST = 1000  # rows of a group


def keyness(
    target: Tokens,
    reference: Tokens | pd.DataFrame,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
    most: int | None = None,
    copies: Ints | None = None,
    among: int = 1,
    permutations: int = 1999,
    seed: int = 0,
) -> pd.DataFrame:
    """Words, or `n` words in a row within one sentence, compared between two corpora.

    `reference` is the corpus that `target` is held against, or a whole frequency list: a table with the columns
    ``term`` and ``count``, one row a term, whose counts add up to the size of the reference.

    One row a term of either side, sorted by ``p_documents``, then by falling ``g2``, then by the alphabet, terms
    without a test of documents last. `analysis.terms.association` has the formulas and their sources:

    - ``key``: the side with the higher rate, "target", "reference" or "neither". Whether the difference is more than
      chance explains, ``q_documents`` says, and how large it is, ``log_ratio``;
    - ``count``, ``reference_count``: occurrences; ``per_million``, ``reference_per_million``: a million running words
      (for n > 1: running n-grams), stop words included; ``documents``, ``reference_documents``: documents with the
      term, NaN for a frequency list;
    - ``g2``: log-likelihood over two cells, 0 = alike and never negative; ``g2_four_cell``: over four;
    - ``p_documents``: the share of `permutations` random divisions of all documents into two sides of as many
      documents that have as high a ``g2`` as the actual one, which is one of them, and no less than ``p`` (Lijffijt et
      al. 2016, Significance testing of word frequencies in corpora; Mildenberger 2023, keyperm). A term may have fewer
      or more divisions, see `permutation.Permutations.chances`. ``q_documents``: adjusted for the number of terms
      tested (Benjamini and Hochberg 1995): of the terms below 0.05 about 5% at most are chance. Both are 1 where ``p``
      is 0.05 or more, and NaN for a term of too few documents (`permutation.Permutations.min_documents`), with fewer
      than two documents on a side, for a frequency list, and with `permutations` 0;
    - ``p``: the probability of so high a ``g2`` if words were drawn one by one. They come in documents, so it is far
      too small. ``q``: ``p`` adjusted for the number of terms in the table;
    - ``chi2``, ``chi2_yates``: Pearson's, without and with Yates' correction; ``fisher_p``: Fisher's exact test;
    - ``log_ratio``, ``ci_low``, ``ci_high``: binary logarithm of the ratio of the two rates and its 95% interval, above
      0 = more in the target;
    - ``pct_diff``, ``diff_coefficient``, ``odds_ratio``, and ``simple_maths`` with `k`: effect sizes; ``bic``;
    - ``log_odds_z``: weighted log odds under a prior of both sides together, `prior` words strong; above 0 = more in
      the target;
    - ``dispersion_g2``, ``dispersion_p``: ``g2`` and ``p`` of the documents with the term among all documents (Egbert
      and Biber 2019, Incorporating text dispersion into keyword analyses), so that one loud document makes no key word;
      NaN for a frequency list.

    `copies`, (documents,) whole numbers for the target's documents and then the reference's: those with the same number
    go to a side together and count as one; copies on both sides stay where they are. Where the target was chosen for
    its words `among` several groups, p-values are adjusted for so many times as many tests.

    Left out are terms that begin or end with one of `stopwords`, and those that occur less than `min_count` times in
    both sides together; both still count as running words, but not in ``q``. With `most` the table has its first `most`
    rows; the adjusted values are those of all. Raises `ValueError` for a side without words, two sides that are the
    same documents or were tokenized differently, a table that is no frequency list or shares no term, and n < 1,
    k <= 0, prior <= 0, permutations < 0, or `copies` of another length.

    >>> from analysis import read_text, tokenize
    >>> target = tokenize(read_text("War and war and war."))
    >>> reference = tokenize(read_text("Peace and trade. Trade and war and rest."))
    >>> keyness(target, reference)[["term", "key", "count", "reference_count", "g2", "log_ratio"]].round(2).head(3)
        term        key  count  reference_count    g2  log_ratio
    0    war     target      3                1  2.21       2.26
    1  trade  reference      0                2  1.94      -1.32
    2  peace  reference      0                1  0.97      -0.32
    """
    check_ngrams(n)
    group = np.zeros(target.n_documents, dtype=np.int64)
    if isinstance(reference, pd.DataFrame):
        listed, times = frequency_list(reference)
        ends = [(split[0], split[-1]) for split in (term.split(" ") for term in listed)]
        kept = ~stopped(np.array(ends, dtype=object).reshape(-1), stopwords).reshape(-1, 2).any(axis=1) & (times > 0)
        # A term of fewer words than `n` is filled up with empty ones, and is one of the list alone.
        split = [[*own, *[""] * (n - len(own))] for own in (term.split(" ", n - 1) for term in listed[kept])]
        words = alphabet(target, stopwords=stopwords, more=[word for own in split for word in own])
        buckets, sizes = _counted(words, n, [target])
        sizes, permutations = np.append(sizes, times.sum()), 0  # the list is one more document
        keys = pack([*words.codes[-1].reshape(-1, n).T, np.zeros(len(split))], words.radices(n, 1))
        buckets.add(*keys, np.full(len(split), target.n_documents), times[kept])
    else:
        _check_sides(target, reference)
        words = alphabet(target, reference, stopwords=stopwords)
        buckets, sizes = _counted(words, n, [target, reference])
    group = np.append(group, np.ones(len(sizes) - len(group), dtype=np.int64))
    for role, size in zip(("target", "reference"), np.bincount(group, sizes, minlength=2), strict=True):
        if not size:
            what = "words" if n == 1 else f"sentence of {n} words or more"
            raise ValueError(f"the {role} has no {what}: there is nothing to compare")
    dealt = Permutations(group, sizes, copies if permutations else None, permutations, seed)
    options: dict[str, Any] = {"min_count": min_count, "most": most, "among": among}
    (first,), shared = _first_terms(buckets, group, sizes, [0], dealt, **options)
    found = first.rows()
    terms = words.terms(found.keys, n, 1)
    if not isinstance(reference, pd.DataFrame):
        documents = target.n_documents, reference.n_documents
        return key_table(terms, found, first.sizes, documents, k=k, prior=prior)
    if not shared:
        own = next(shard.tokens for shard in shards(target) if len(shard.tokens))
        said = f"it begins {listed[0]!r}, the target {' '.join(own.vocabulary[own.ids[:n]])!r}"
        raise ValueError(f"the reference table shares no term with the target: {said}")
    terms = pd.Series(terms).str.rstrip(" ").array if n > 1 else terms
    return key_table(terms, found, first.sizes, (target.n_documents, 0), k=k, prior=prior)


def keyness_by_group(
    tokens: Tokens,
    by: str,
    *,
    n: int = 1,
    stopwords: Iterable[str] | None = None,
    min_count: int = 1,
    k: float = 1.0,
    prior: float = 500.0,
    most: int | None = None,
    copies: Ints | None = None,
    permutations: int = 1999,
    seed: int = 0,
) -> pd.DataFrame:
    """Each group of the metadata column `by` against all other documents: `keyness`, with the group as first column.

    Groups are in alphabetical order, "(none)" where `by` is empty, each with its own ``q``, and, of more than two, with
    ``q_documents`` adjusted for the number of groups too. The divisions of documents are the same for all. With `most`
    each group has its first rows, `most` shared among the groups, but at least 1,000; the table's ``attrs`` have the
    number of words that set each apart, for `most_distinct`. Raises `ValueError` for an unknown column, fewer than two
    groups with words, and a thousand million rows to compare.

    >>> from analysis import load_tokens
    >>> tokens = load_tokens(["War, war, war.", "Peace and trade.", "Trade and war."])
    >>> table = keyness_by_group(tokens, "doc_id")
    >>> table.groupby("doc_id").head(1)[["doc_id", "term", "key", "count", "reference_count"]]
      doc_id   term        key  count  reference_count
    0      0    war     target      3                1
    4      1    war  reference      0                4
    8      2  peace  reference      0                1
    """
    check_ngrams(n)
    labels, group = tokens.numbered_groups(by)
    words = alphabet(tokens, stopwords=stopwords)
    buckets, sizes = _counted(words, n, [tokens])
    used = np.flatnonzero(np.bincount(group, sizes, minlength=len(labels))).tolist()
    if len(used) < 2:
        said = repr(labels[used[0]]) if used else "none"
        raise ValueError(f"{by!r} has fewer than two groups with words ({said}): compare by a column with more values")
    among = len(used) if len(used) > 2 else 1  # two mirror each other
    each = None if most is None else max(most // len(used), LEAST)
    options: dict[str, Any] = {"min_count": min_count, "among": among, "most": each}
    documents = np.bincount(group, minlength=len(labels)).tolist()
    dealt = Permutations(group, sizes, copies, permutations, seed)
    tables, own_words = [], {}
    for row, first in zip(used, _first_terms(buckets, group, sizes, used, dealt, **options)[0], strict=True):
        sides = documents[row], tokens.n_documents - documents[row]
        found = first.rows()
        table = key_table(words.terms(found.keys, n, 1), found, first.sizes, sides, k=k, prior=prior)
        table.insert(0, by, labels[row])
        tables.append(table)
        own_words[labels[row]] = first.distinct_words()
    every = pd.concat(tables, ignore_index=True)
    every.attrs[OWN_WORDS] = own_words
    return every


def _check_sides(target: Tokens, reference: Tokens) -> None:
    """Raise `ValueError` if both sides are the same words, or were tokenized differently."""

    def starts(tokens: Tokens) -> Ints:
        """(documents,) the sums of the places where the words of each begin."""
        every = [np.diff(offsets_of(shard.tokens.start)[shard.tokens.document_offsets]) for shard in shards(tokens)]
        return np.concatenate(every)

    if target is reference or (
        target.doc_ids.tolist() == reference.doc_ids.tolist()
        and np.array_equal(target.document_offsets, reference.document_offsets)
        and np.array_equal(starts(target), starts(reference))
        and all(map(eq, target.corpus.texts, reference.corpus.texts))
    ):
        raise ValueError("target and reference are the same documents: compare two shards, such as `where` gives")
    for option in ("scheme", "lowercase"):
        one, two = target.options.get(option), reference.options.get(option)
        if one != two:
            raise ValueError(f"the target has {option}={one!r}, the reference {option}={two!r}: tokenize both alike")


def _counted(words: Alphabet, n: int, corpora: Sequence[Tokens]) -> tuple[Buckets, Ints]:
    """Buckets of rows (key of a term, see `pack`; document, through all corpora; count), and the documents' sizes."""
    buckets = key_buckets(
        *corpora, radices=words.radices(n, 1), values=[np.int32, np.int64], rows=sum(map(len, corpora))
    )
    sizes, before = list[Ints](), 0
    for corpus, codes in zip(corpora, words.codes, strict=False):  # the words of a list have codes, too
        alone = np.zeros(corpus.n_documents, dtype=bool)
        one = Groups(alone.astype(np.int32), range(1), np.array([corpus.n_documents]), alone)
        for cells, keys in counted_terms(corpus, words, one, n, codes=codes):
            order = np.lexsort(keys[::-1])  # sorted pieces are soon sorted together
            document = np.repeat(np.arange(len(cells.owner), dtype=np.int32), np.diff(cells.begin))
            shape = len(order), len(cells.owner)
            by_term = sparse.coo_array((cells.times, (rank_of(order)[cells.row], document)), shape).tocsr()
            rows = (np.repeat(key[order], np.diff(by_term.indptr)) for key in keys)
            buckets.add(*rows, before + by_term.indices, by_term.data)
            sizes.append(cells.running.astype(np.int64))
            before += len(cells.owner)
    return buckets, np.concatenate([np.empty(0, np.int64), *sizes])


def _first_terms(
    buckets: Buckets,
    group: Ints,
    sizes: Ints,
    compared: Sequence[int],
    dealt: Permutations,
    *,
    min_count: int,
    most: int | None,
    among: int,
) -> tuple[list[FirstTerms], bool]:
    """The first terms of each group `compared` with all others, and whether any term is in several groups."""
    own_sizes, shared = np.bincount(group, sizes).astype(np.int64), False
    whole, groups = int(own_sizes.sum()), len(own_sizes)
    found = [FirstTerms(int(own_sizes[row]), whole - int(own_sizes[row]), most) for row in compared]
    spread = np.zeros(len(group) + 1, dtype=np.int64)  # how many terms are in so many documents
    numbers: list[list[Ints]] = [[] for _ in compared]  # of what is dealt of each group
    small, added = group.astype(np.min_scalar_type(groups)), 0  # small numbers are sorted in no time
    for k in range(len(buckets)):
        keys, begin, document, times = _by_key(buckets.read(k))
        of = small[document]
        if len(of):
            shared |= bool((np.minimum.reduceat(of, begin[:-1]) < np.maximum.reduceat(of, begin[:-1])).any())
        term = np.repeat(np.arange(len(begin) - 1), np.diff(begin))
        every = np.stack([np.bincount(term, times, len(begin) - 1).astype(np.int64), np.diff(begin)])
        often = every[0] >= max(min_count, 1)
        if often.sum() * len(compared) * len(buckets) > AT_MOST:
            said = f"{len(compared):,} groups with {often.sum() * len(buckets):,} terms"
            raise ValueError(f"{said} are too many to compare: take fewer groups, or a higher min_count")
        keys, every = [key[often] for key in keys], every[:, often]
        spread += np.bincount(every[1], minlength=len(spread))
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(groups + 1))
        pairs = []
        for place, (row, first) in enumerate(zip(compared, found, strict=True)):
            mine = order[bounds[row] : bounds[row + 1]]
            count, holding = np.bincount(term[mine], times[mine], len(often)), np.bincount(term[mine], None, len(often))
            count, holding = count[often].astype(np.int64), holding[often]
            counts = np.stack([count, every[0] - count, holding, every[1] - holding])
            # What is in so many documents that it may be tested, as far as is known: there will be no fewer terms.
            chosen = first.add(keys, counts, dealt.min_documents(row, spread))
            pairs.append((np.flatnonzero(often)[chosen], np.full(len(chosen), row)))
            numbers[place].append(np.arange(added, added := added + len(chosen)))
        dealt.add(begin, document, times, *(np.concatenate(column) for column in zip(*pairs, strict=True)))
    chances = dealt.chances(spread, among)
    for row, first, own_numbers in zip(compared, found, numbers, strict=True):
        least = dealt.min_documents(row, spread)
        first.set_p_values(chances[np.concatenate(own_numbers)], least, among * int(spread[least:].sum()))
    return found, shared


def _by_key(columns: Columns) -> tuple[Columns, Ints, Ints, Ints]:
    """Rows of `_counted` sorted by key: the distinct keys, the offsets of their rows, documents, times."""
    *keys, document, times = columns
    order = np.lexsort(keys[::-1]) if len(keys) > 1 else np.argsort(keys[0], kind="stable")
    keys = [key[order] for key in keys]
    begin = np.append(np.flatnonzero(starts_of_keys(keys)), len(order))
    return [key[begin[:-1]] for key in keys], begin, document[order], times[order]
