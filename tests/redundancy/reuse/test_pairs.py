"""Keys of runs of words, and the pairs that have the same: by hand, and against counting all pairs."""

import hashlib
from collections import Counter
from functools import partial
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.database import database
from analysis.redundancy.reuse import pairs
from analysis.redundancy.reuse.pairs import ASIDE, COMMON, count_members, group, in_blocks, keyed, members, wordings
from analysis.text.corpus import read_texts
from analysis.text.words import find

documents = st.lists(st.lists(st.sampled_from("ant bee cat".split()), max_size=25), min_size=1, max_size=6)
shingles = st.lists(st.sets(st.integers(0, 25), min_size=1, max_size=8), min_size=1, max_size=25)


def keys_of(*texts: str, n: int = 4) -> list[tuple[int, int]]:
    high, low, *_ = keyed(find(read_texts(texts)), n)
    return list(zip(high.tolist(), low.tolist(), strict=True))


def test_a_key_is_the_sum_of_its_words_digests() -> None:
    halves = [0, 0]
    for place, word in enumerate("rain on the roof".split()):
        digest = hashlib.blake2b(word.encode(), digest_size=64).digest()
        for half in (0, 1):
            begin = 16 * place + 8 * half
            halves[half] += int.from_bytes(digest[begin : begin + 8], "little")
    assert keys_of("Rain on the roof!") == [tuple(half % 2**64 for half in halves)]


def test_a_key_is_of_the_words_and_not_of_the_text_they_stand_in() -> None:
    [alone] = keys_of("Rain on the roof")
    assert alone in keys_of("Roof, the on rain?", "No more rain on the ROOF today.")


@pytest.mark.parametrize("n", [4, 5, 9])
def test_the_order_of_the_words_counts(n: int) -> None:
    texts = ["ant bee cat dog", "bee ant cat dog", "dog cat bee ant", "ant ant bee bee", "bee bee ant ant"]
    more = [f"{text}{' eel' * (n - 4)}" for text in texts] + [f"{'eel ' * (n - 4)}{text}" for text in texts]
    assert len({key for text in more for key in keys_of(text, n=n)}) == (5 if n == 4 else 10)


@settings(max_examples=40, deadline=None)
@given(documents, st.booleans())
def test_keys_equal_sets_of_tuples(texts: list[list[str]], alone: bool) -> None:
    sets = [{tuple(text[k : k + 4]) for k in range(len(text) - 3)} for text in texts]
    high, low, document, sizes = keyed(find(read_texts(" ".join(text) for text in texts)), alone=alone)
    assert sizes.tolist() == [len(own) for own in sets]
    top = (high >> np.uint64(48)).astype(np.int64)
    assert alone or (np.diff(top) >= 0).all()  # so that few pieces of a shard have a range of keys
    keys = list(zip(high.tolist(), low.tolist(), document.tolist(), strict=True))
    for number, own in enumerate(sets):
        assert len({key[:2] for key in keys if key[2] == number}) == len(own)
    assert len(set(keys)) == len(keys)
    assert len({key[:2] for key in keys}) == len(set().union(*sets))
    assert document.dtype == np.uint32


@pytest.mark.parametrize("alone", [False, True])
def test_words_are_found_by_the_very_key(alone: bool) -> None:
    words = find(read_texts(["the forum met in rain again today"]))
    high, low, *_ = keyed(words, alone=alone)
    low = low + np.array([0, 0, 0, 1], dtype=np.uint64)  # the last one has another half: it is not there
    found = wordings(words, high, low, alone=alone)
    every = {"the forum met in", "forum met in rain", "met in rain again", "in rain again today"}
    assert sorted(found) == [0, 1, 2]
    assert len(set(found.values())) == 3
    assert set(found.values()) < every


@settings(max_examples=40, deadline=None)
@given(shingles, st.integers(1, 30), st.integers(1, 40), st.integers(2, 8))
def test_equals_all_pairs(keys: list[set[int]], per_block: int, rows: int, most: int) -> None:
    """Shingles of documents 0 to 25, in blocks, a few at a time; those in more than `most` are put aside."""
    kept = [own for own in keys if len(own) <= most]
    total = Counter(pair for own in kept for pair in combinations(sorted(own), 2))
    wide = [own for own in keys if len(own) > most]
    number = np.repeat(np.arange(len(keys), dtype=np.uint64), [len(own) for own in keys])
    document = np.array([each for own in keys for each in own], dtype=np.uint32)
    found = []
    with pytest.MonkeyPatch.context() as patch, database() as engine:
        patch.setattr(pairs, "FOUND", 3)
        patch.setattr(pairs, "PLACES", 10)
        engine.relate("given", high=number % np.uint64(3), low=number, document=document)
        group(engine, "given", most)
        common = engine.columns(f"SELECT low, documents, first FROM ({COMMON}) ORDER BY low")
        aside = engine.columns(f"{ASIDE} ORDER BY document")
        engine.run(f"CREATE TABLE kept AS {members('given', base=10**12)}")
        engine.run(f"CREATE TABLE blocks AS {in_blocks('kept', per_block)}")
        for block in range(-(-26 // per_block)):
            first, own = block * per_block, f"(SELECT number, document FROM blocks WHERE block = {block})"
            stop, last = min(26, first + per_block), first
            for a, b, shared in count_members(engine, own, first, stop, least=2, rows=rows):
                assert all(first <= each < stop for each in a)
                assert not len(a) or a[0] >= last  # a document's pairs are not in two places
                last = a[-1] if len(a) else last
                found += zip(a.tolist(), b.tolist(), shared.tolist(), strict=True)
    assert sorted(found) == sorted((a, b, shared) for (a, b), shared in total.items() if shared >= 2)
    assert common["documents"].tolist() == [len(own) for own in wide]
    assert common["first"].tolist() == [min(own) for own in wide]
    counts = Counter(each for own in wide for each in own)
    assert dict(zip(aside["document"].tolist(), aside["aside"].tolist(), strict=True)) == counts


@pytest.mark.parametrize("threads", [1, 2])
def test_pairs_by_hand(threads: int) -> None:
    # Documents 4 to 6 have the keys 5 and 9; 5 and 6 have 7 too, and 4 has one that no other has.
    one, two = np.array([*product((5, 9), (4, 5, 6))]), np.array([(7 << 40, 5), (7 << 40, 6), ((7 << 40) + 9, 4)])
    chunks = [partial(tuple, rows.T[:, ::-1]) for rows in (one, two)]
    for first, stop, known in (
        (4, 7, [(4, 5, 2), (4, 6, 2), (5, 6, 3)]),
        (4, 5, [(4, 5, 2), (4, 6, 2)]),
        (5, 6, [(5, 6, 3)]),
        (6, 7, []),
    ):
        found = [
            np.transpose(each).tolist() for each in pairs.count_chunks(chunks, first, stop, least=2, threads=threads)
        ]
        assert sorted(tuple(pair) for each in found for pair in each) == known
