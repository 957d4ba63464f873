"""Corpora in memory and in shards, whose tables are to be the same."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from analysis import Tokens, tokenize
from analysis.framing.frames import in_language
from analysis.framing.lexicon import Lexicon
from analysis.text.corpus import read_texts
from analysis.text.shards import ShardedTokens

NEGATION = 'negation: {window: 3, words: ["no"]}\n'
FRAMES = """\
  war:
    definition: A fight.
    terms: [war*, {pattern: fight*, weight: 0.3}, {pattern: "root* out", weight: 0.7}]
    excludes: ["trade war"]
  law:
    definition: Courts.
    terms: [court*, {pattern: "rule of law", weight: 1.1}, {pattern: trial, weight: 0.1}]
  aid: {definition: Help., terms: [aid]}
"""

FILES = {
    "a.txt": "War At Last\n\nIt rained all day. The court met at noon. They fight. It was no war at court.",
    "b.txt": "© 2024 The Daily",  # no words
    "c.txt": "La war. Il pleut.",
    "d.txt": "It rained. It was late.",  # no hits
    "e.txt": "It rained all day. They fight. They fight.",
    "f.txt": "War Ends\n\nThe court met at noon. They fight. They root it out, a trade war, wars, a trial.\n\nA trial.",
    "g.txt": "Aid Is Here\n\nThey fight. Warfare and the rule of law, and the court: they fight, and go to trial.",
    "h.txt": "© 2025 The Daily",
    "i.txt": "It rained all day. They fight. Some court. Some trial, some trial, some aid.",
    "metadata.csv": (
        "file,date,source,language\na,2024-01-30,Radio,en\nb,2024-01-30,Radio,en\nc,2024-01-30,Radio,fr\n"
        "d,2024-03-01,Post,en\ne,2024-03-01,Post,en\nf,,Daily,en\ng,2024-01-02,Post,en\nh,2024-04-02,Post,en\n"
        "i,2024-04-02,Daily,en\n"
    ),
}


ODD = (
    "Troops killed ten men. The men were buried by villagers. “We won the day,” said Khan.",
    "",
    "It rains. Two terrorists and a gunman fled. It may rain.",
    "The bill was passed. The bill was passed. It was clearly late, Khan said.",
    "...",
    "Khan claimed that it fell. Perhaps it was sold by the army. Terrorists fled. They met in court.",
    "Militants were held in a war. An army officer said it was “very good for all of us”.",
)


KINDS = {"A war": (60, "war"), "War, no": (40, "none"), "Rain": (30, "war"), "Snow": (400, "none")}
TRUTH = {f"{kind} {number}.": code for kind, (count, code) in KINDS.items() for number in range(count)}


def by_truth(sheet: pd.DataFrame) -> pd.DataFrame:
    """A drawn sheet of the sentences in `TRUTH`, coded as they are."""
    return sheet.assign(coder="1", frame=sheet["sentence"].map(TRUTH))


class Cut(NamedTuple):
    """A corpus in memory and in shards, a lexicon for it, and one weight a sentence."""

    whole: Tokens
    shards: ShardedTokens
    lexicon: Lexicon
    weights: NDArray[np.float64]


@pytest.fixture(scope="session")
def sample_cut(security: Lexicon, sample_tokens: Tokens, sample_shards: ShardedTokens) -> Cut:
    """The English documents of the sample, which are searched for a lexicon once."""
    return as_cut(sample_tokens, sample_shards, security)


@pytest.fixture(params=["made up, in five", "made up, in two", "odd", "sample"])
def cut(request, make_corpus, make_lexicon, sharded) -> Cut:
    if request.param == "sample":
        return request.getfixturevalue("sample_cut")
    if request.param == "odd":
        corpus = read_texts(ODD)
        corpus.documents["source"] = ["a", "a", "b", "b", "c", "c", "c"]
        corpus.documents["date"] = pd.to_datetime(["2024-02-03", None, *["2024-02-12"] * 5])
        whole = tokenize(corpus)
    else:
        whole = tokenize(make_corpus(FILES))
    shards = sharded(whole, 5 if request.param.endswith("two") else 2)
    return as_cut(whole, shards, make_lexicon(FRAMES, NEGATION))


def as_cut(whole: Tokens, shards: ShardedTokens, lexicon: Lexicon) -> Cut:
    whole, shards = in_language(whole, lexicon), in_language(shards, lexicon)
    return Cut(whole, shards, lexicon, np.random.default_rng(5).random(whole.n_sentences))
