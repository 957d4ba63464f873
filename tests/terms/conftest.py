"""Corpora in memory and in shards, side by side."""

import pytest

from analysis import tokenize

# A document of no word, sentences that stand again, a part in which some words are not, groups of several shards.
FILES = {
    "a.txt": "War is war. No war! The plan will be carried out. Peace is near.",
    "b.txt": "© 2024 The Daily",
    "c.txt": "The plan will be carried out. The plan will be carried out. Trade and war and trade.",
    "d.txt": "Über allem Ruh. Zeit und Äther.",
    "e.txt": "Peace is near, and war is not. The plan will be carried out.",
    "f.txt": "Near.",
    "g.txt": "War and peace and war. No war, no peace. The plan is near.",
}
METADATA = "file,source,date,language\n" + "".join(
    f"{name},{source},{date},{language}\n"
    for name, source, date, language in zip(
        FILES,
        ["Daily", "Daily", "Radio", "Radio", "", "Daily", "Radio"],
        ["2024-06-22", "", "2024-06-20", "2024-07-01", "2024-06-22", "", "2024-08-03"],
        ["en", "en", "en", "de", "en", "en", "en"],
        strict=True,
    )
)


@pytest.fixture(params=["sample", 1, 2, 3])
def both(request, make_corpus, sharded):
    """One corpus in memory and in shards: the sample, or a small one cut after so many documents."""
    if request.param == "sample":
        return request.getfixturevalue("sample_tokens"), request.getfixturevalue("sample_shards")
    tokens = tokenize(make_corpus({**FILES, "metadata.csv": METADATA}))
    return tokens, sharded(tokens, request.param)
