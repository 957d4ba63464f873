"""A corpus in parts is searched once for a lexicon, and what was found goes with it."""

import gc

import pandas as pd

from analysis.framing import search
from analysis.framing.frames import in_language
from analysis.framing.search import kept, kept_parts


def test_the_matches_of_the_parts_are_those_of_the_whole(cut):
    whole = kept(cut.whole, cut.lexicon)
    found = [own.assign(first=own["first"] + p.word, last=own["last"] + p.word) for p, own in kept_parts(*cut[1:3])]
    pd.testing.assert_frame_equal(pd.concat(found, ignore_index=True), whole)


def test_a_lexicon_is_looked_for_once(cut, monkeypatch):
    monkeypatch.setattr(search, "_searches", [])
    asked = []
    monkeypatch.setattr(
        search, "find", lambda tokens, patterns, find=search.find: (asked.append(1), find(tokens, patterns))[1]
    )
    many = [len(list(kept_parts(cut.parts, cut.lexicon))) for _ in range(3)]
    assert len(asked) == many[0]
    other = cut.parts.subset(range(1, cut.parts.n_documents))
    assert len(list(kept_parts(other, cut.lexicon))) == len(asked) - many[0]


def test_what_was_found_goes_with_the_corpus(cut, monkeypatch):
    monkeypatch.setattr(search, "_searches", [])
    before = set(cut.parts.folder.glob("table-*"))
    own = cut.parts.where(source__not="Radio")
    list(kept_parts(own, cut.lexicon))
    assert len(set(cut.parts.folder.glob("table-*")) - before) == 1
    del own
    gc.collect()
    list(kept_parts(cut.parts, cut.lexicon))
    assert len(search._searches) == 1
    monkeypatch.setattr(search, "KEPT", 2)
    others = [cut.parts.where(doc_id__not=name) for name in cut.parts.doc_ids[:3]]
    for other in others:
        list(kept_parts(other, cut.lexicon))
    assert [known[0]() for known in search._searches] == others[1:]
    assert in_language(cut.parts, cut.lexicon) is cut.parts
