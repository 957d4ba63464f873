"""Keys of runs of four words: made of the words, equal where these are."""

import hashlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tokenize
from analysis.scale.pair_keys import keyed_shingles
from analysis.text.corpus import read_texts

documents = st.lists(st.lists(st.sampled_from("ant bee cat".split()), max_size=25), min_size=1, max_size=6)


def keys_of(*texts: str) -> list[tuple[int, int]]:
    high, low, *_ = keyed_shingles(tokenize(read_texts(texts)))
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


def test_the_order_of_the_words_counts() -> None:
    texts = ["ant bee cat dog", "bee ant cat dog", "dog cat bee ant", "ant ant bee bee", "bee bee ant ant"]
    assert len({key for text in texts for key in keys_of(text)}) == 5


@settings(max_examples=40, deadline=None)
@given(documents)
def test_keys_equal_sets_of_tuples(texts: list[list[str]]) -> None:
    sets = [{tuple(text[k : k + 4]) for k in range(len(text) - 3)} for text in texts]
    high, low, document, sizes = keyed_shingles(tokenize(read_texts(" ".join(text) for text in texts)))
    assert sizes.tolist() == [len(own) for own in sets]
    assert (high[1:] >= high[:-1]).all()
    keys = list(zip(high.tolist(), low.tolist(), document.tolist(), strict=True))
    assert keys == sorted(keys)  # and so the documents of a key rise
    for number, own in enumerate(sets):
        assert len({key[:2] for key in keys if key[2] == number}) == len(own)
    assert len({key[:2] for key in keys}) == len(set().union(*sets))
    assert document.dtype == np.uint32


def test_no_run_of_four_words() -> None:
    assert keys_of("ant bee cat", "", "ant") == []
