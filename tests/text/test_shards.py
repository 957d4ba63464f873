"""A sharded corpus says of each of its documents, words and sentences what the corpus in memory says."""

from itertools import chain, pairwise

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.text.buckets import Buckets
from analysis.text.corpus import read_texts
from analysis.text.shards import join_shards, load_documents, names, open_shards, sentence_counts, shards, types_of

SOURCE = "Local radio"
TEXTS = ["War and peace. It is.", "", "Ärger, war, Zeit. and so on.", "It is peace."]


def test_shards_have_the_words_of_the_whole_in_their_order(sample_tokens, sample_shards):
    words, word, sentence = [], 0, 0
    for shard in shards(sample_shards):
        assert (shard.word, shard.sentence, shard.document) == (word, sentence, len(words))
        local = shard.tokens.vocabulary[shard.tokens.ids]
        assert names(sample_shards, shard.types[shard.tokens.ids]).tolist() == local.tolist()
        words += [local[a:b].tolist() for a, b in pairwise(shard.tokens.document_offsets)]
        word, sentence = word + len(shard.tokens), sentence + shard.tokens.n_sentences
    bounds = sample_tokens.document_offsets
    assert words == [sample_tokens.vocabulary[sample_tokens.ids[a:b]].tolist() for a, b in pairwise(bounds)]
    assert len(sample_shards) == len(sample_tokens)
    assert sample_shards.n_sentences == sample_tokens.n_sentences
    assert sample_shards.document_offsets.tolist() == bounds.tolist()
    assert sentence_counts(sample_shards).tolist() == sentence_counts(sample_tokens).tolist()
    pd.testing.assert_frame_equal(sample_shards.corpus.documents, sample_tokens.corpus.documents)
    pd.testing.assert_frame_equal(sample_shards.corpus.problems, sample_tokens.corpus.problems)


def test_the_vocabulary_stands_in_alphabetical_order_and_is_searched(sharded):
    vocabulary = sharded(tokenize(read_texts(TEXTS)), 1).vocabulary
    found = vocabulary[np.arange(len(vocabulary))].tolist()
    assert found == sorted(found) == ["and", "is", "it", "on", "peace", "so", "war", "zeit", "ärger"]
    assert vocabulary.rows(["war", "ärger", "a", "zz", "zzz"]).tolist() == [6, 8, -1, -1, -1]


def test_chosen_documents_are_those_of_the_whole(sample_tokens, sample_shards):
    whole, cut = (tokens.where(source__not=SOURCE) for tokens in (sample_tokens, sample_shards))
    assert cut.doc_ids.tolist() == whole.doc_ids.tolist()
    assert 0 < cut.n_documents < sample_tokens.n_documents
    found = [names(cut, shard.types[shard.tokens.ids]).tolist() for shard in shards(cut)]
    assert list(chain.from_iterable(found)) == whole.vocabulary[whole.ids].tolist()
    documents = pd.concat([shard.tokens.corpus.documents for shard in shards(cut)], ignore_index=True)
    pd.testing.assert_frame_equal(documents, whole.corpus.documents)
    assert list(cut.corpus.texts) == list(whole.corpus.texts)
    rows = np.array([0, 3, 9])
    few, same = load_documents(cut, rows), whole.subset(rows)
    pd.testing.assert_frame_equal(few.to_frame(), same.to_frame())
    pd.testing.assert_frame_equal(few.corpus.segments, same.corpus.segments)
    assert few.sentence_segment.tolist() == same.sentence_segment.tolist()
    assert few.sentence_end.tolist() == same.sentence_end.tolist()


def test_who_asks_for_the_columns_of_the_whole_gets_them(sample_tokens, sample_shards):
    whole, cut = (tokens.where(source__not=SOURCE) for tokens in (sample_tokens, sample_shards))
    pd.testing.assert_frame_equal(cut.to_frame(), whole.to_frame())
    pd.testing.assert_frame_equal(cut.corpus.segments, whole.corpus.segments)
    for name in ("sentence_segment", "sentence_start", "sentence_end", "sentence_document"):
        assert getattr(cut, name).tolist() == getattr(whole, name).tolist()
    counts, _, terms = whole.document_term_matrix()
    own, doc_ids, names = cut.document_term_matrix()
    assert doc_ids.tolist() == whole.doc_ids.tolist()
    chosen = pd.Index(names.tolist()).get_indexer(terms)
    assert (own[:, chosen] != counts).nnz == 0
    assert cut.to_nltk().tokens == whole.to_nltk().tokens
    with pytest.raises(AttributeError, match="paragraphs"):
        cut.paragraphs  # noqa: B018
    with pytest.raises(AttributeError, match="titles"):
        cut.corpus.titles  # noqa: B018


def test_a_part_without_a_word_is_a_part(sharded):
    whole = tokenize(read_texts(["", "War is.", "...", "It is war."]))
    cut = sharded(whole, 1)
    found = [names(cut, shard.types[shard.tokens.ids]).tolist() for shard in shards(cut)]
    assert found == [[], ["war", "is"], [], ["it", "is", "war"]]
    assert load_documents(cut, np.array([0, 2, 3])).document_offsets.tolist() == [0, 0, 0, 3]
    empty = sharded(tokenize(read_texts(["...", ""])), 1)
    assert (len(empty), len(empty.vocabulary), empty.n_documents) == (0, 0, 2)


def test_texts_are_read_when_they_are_asked_for(sharded):
    texts = sharded(tokenize(read_texts(TEXTS)), 3).corpus.texts
    assert [texts[3], texts[0], len(texts)] == [TEXTS[3], TEXTS[0], 4]
    assert list(texts[1:3]) == TEXTS[1:3]


def test_documents_that_name_other_columns_are_one_table(make_corpus, sharded):
    corpus = make_corpus({"a.json": '{"text": "War.", "desk": "1"}', "b.json": '{"text": "Peace.", "place": "Rome"}'})
    whole = tokenize(corpus)
    rows = [whole.subset(np.array([row])) for row in range(2)]
    assert "place" in rows[0].corpus.documents  # so that the shards differ in nothing but the rows
    documents = sharded(whole, 1).corpus.documents
    pd.testing.assert_frame_equal(documents, corpus.documents)


def test_what_is_not_whole_is_not_opened(sharded, tmp_path):
    cut = sharded(tokenize(read_text("It rains.")))
    assert len(open_shards(cut.folder)) == 2
    about = (cut.folder / "shards.json").read_text(encoding="utf-8")
    for text in ("{}", '{"options": {}}', about[:-1], "", about):
        (cut.folder / "shards.json").write_text(text, encoding="utf-8")
        if text == about:
            (cut.folder / "sizes.npy").unlink()
        with pytest.raises(ValueError, match="holds no sharded corpus, or not all of it"):
            open_shards(cut.folder)
    with pytest.raises(ValueError, match="no shard has a document"):
        join_shards([], tmp_path / "none")


def test_buckets_bring_equal_keys_together_in_the_order_they_came(tmp_path):
    random = np.random.default_rng(3)
    key, value = random.integers(0, 50, 1000), np.arange(1000)
    buckets = Buckets(tmp_path, [np.int64, np.float64], number=7)
    for first in range(0, 1000, 300):
        buckets.add(key[first : first + 300], value[first : first + 300])
    found = [buckets.read(k) for k in range(len(buckets))]
    owners = [set(keys.tolist()) for keys, _ in found]
    assert sum(map(len, owners)) == len(set().union(*owners)) == 50
    assert all(map(len, owners))
    for keys, values in found:
        for one in set(keys.tolist()):
            assert values[keys == one].tolist() == value[key == one].tolist()
    del buckets
    assert not list(tmp_path.iterdir())


def test_groups_are_numbered_in_the_order_of_their_names(sharded):
    for tokens in (whole := tokenize(read_texts(TEXTS)), sharded(whole, 3)):
        for by, expected in (("doc_id", ["0", "1", "2", "3"]), ("title", ["(none)"]), (None, [""])):
            groups, number = tokens.numbered_groups(by)
            assert (groups, number.tolist()) == (expected, [0, 1, 2, 3] if by == "doc_id" else [0, 0, 0, 0])
        assert tokens.languages.tolist() == ["en"] * 4


def test_words_are_types_of_the_whole(sharded):
    for tokens in (whole := tokenize(read_texts(TEXTS)), sharded(whole, 1)):
        found = types_of(tokens, ["zeit", "rain", "war"])
        assert found[1] == -1
        assert names(tokens, found[[0, 2]]).tolist() == ["zeit", "war"]
