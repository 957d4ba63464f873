"""Shingles that are put aside: which are, and which words are taken for one."""

import json

import numpy as np

from analysis.redundancy.shingles import distinct_shingles
from analysis.scale.pair_common import Wording, common_rows, worded, write_common, write_widest
from analysis.scale.pair_join import Records
from analysis.scale.pair_keys import keys_at
from analysis.scale.partitions import partitions, read_tokens


def test_in_more_than_two_hundred_documents_and_only_the_very_key(make_folder, tmp_path):
    [piece] = partitions([make_folder({"a.txt": "the forum met in rain again today"})], characters=1000)
    [tokens] = read_tokens(piece)
    _, first = distinct_shingles(tokens, 4)
    high, low = keys_at(tokens, first)
    text = [" ".join(tokens.vocabulary[tokens.ids[token : token + 4]]) for token in first.tolist()]
    documents = np.array([200, 201, 300, 250])  # the last one's other half is another: it stands elsewhere
    low = low ^ np.array([0, 0, 0, 1], dtype=np.uint64)
    folders = join, widest, place = [tmp_path / name for name in ("join", "widest", "place")]
    for folder in folders:
        folder.mkdir()
    write_common(join, Records(high, low, np.zeros(4, dtype=np.uint32), documents))
    assert write_widest(widest, [join]) == 3
    worded(Wording("k", piece, str(widest)), place)
    assert json.loads((place / "words.json").read_text()) == {"0": text[2], "2": text[1]}
    (place / "words.json").write_text(json.dumps({"0": text[2], "1": "b", "2": text[1]}))
    rows = common_rows(widest, [place]).to_pylist()
    assert [(row["shingle"], row["documents"]) for row in rows] == [(text[2], 300), ("b", 250), (text[1], 201)]
