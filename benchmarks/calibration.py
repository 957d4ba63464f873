"""How often each claim of a report is made where there is nothing to be found.

A finding that calls something more than chance names the shuffling under which it would be false. Here documents,
dates, titles or words are dealt at random again and again, so that whatever is claimed then is false, and the share of
runs in which it is claimed is printed beside what is claimed of the corpus as it is.

    python benchmarks/calibration.py [CORPUS ...] [--runs 100] [--lexicon FILE] [--only NAME,NAME]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import Corpus, Tokens, read_corpus, tokenize
from analysis.core.paths import LEXICONS, SAMPLE
from analysis.framing.contrasts import headline_body, shifts
from analysis.framing.cooccurrence import cooccurrence, frame_words
from analysis.framing.frames import profile
from analysis.framing.lexicon import Lexicon, read_lexicon
from analysis.publish.findings import framing, redundancy, terms
from analysis.redundancy.near import copies
from analysis.redundancy.reuse import document_pairs, passages
from analysis.terms import comparison
from analysis.terms.frequency import terms as frequencies
from analysis.terms.keyness import keyness, keyness_by_group
from analysis.terms.trends import trend_tests, trends
from analysis.text.corpus import read_texts
from analysis.text.periods import longest_period
from analysis.text.stopwords import stop_words

ALLOWED = 0.07  # of runs: at a level of 5%, one hundred runs leave as much to chance
TITLE = 8  # words of a random headline
STOPS = "data/stopwords"

Random = np.random.Generator


class Claim(NamedTuple):
    """A finding that says "more than chance explains".

    ``finding``: the function that words it; ``deal``: makes of a corpus one in which it is false; ``say``: what the
    finding says of such a corpus; ``nothing``: how the sentences begin that claim nothing.
    """

    finding: Callable[..., str]
    deal: Callable[[Corpus, Random], Corpus]
    say: Callable[[Tokens, Lexicon], str]
    nothing: tuple[str, ...]


def sides(corpus: Corpus, random: Random) -> Corpus:
    """The documents dealt to two sides, of equal sizes or of one and ten."""
    documents = corpus.documents
    own = max(2, len(documents) // (2 if random.random() < 0.5 else 11))
    side = np.where(random.permutation(len(documents)) < own, "one", "other")
    return replace(corpus, documents=documents.assign(source=side))


def dates(corpus: Corpus, random: Random) -> Corpus:
    """The dates dealt to the documents; where there are none, two documents a week."""
    documents = corpus.documents
    date = documents["date"]
    if date.nunique() < 2:
        date = pd.Series(pd.date_range("2024-01-01", periods=len(documents), freq="84h"))
    return replace(corpus, documents=documents.assign(date=random.permutation(date.to_numpy())))


def titles(corpus: Corpus, random: Random) -> Corpus:
    """Each title replaced by so many words in a row from anywhere in the document."""
    written = []
    for lines in _lines(corpus):
        words = [word for line in lines[1:] for word in line]
        if len(words) < 2 * TITLE:
            continue
        first = random.integers(len(words) - TITLE)
        written.append(_text([words[first : first + TITLE], *lines[1:]]))
    return read_texts(written)


def words(corpus: Corpus, random: Random) -> Corpus:
    """The words of each document dealt to its places, so that no word knows of its neighbours."""
    written = []
    for lines in _lines(corpus):
        dealt = iter(random.permutation([word for line in lines for word in line]).tolist())
        written.append(_text([[next(dealt) for _ in line] for line in lines]))
    return read_texts(written)


def _lines(corpus: Corpus) -> Iterator[list[list[str]]]:
    """The words of each document, sentence by sentence, the title first (an empty line where there is none)."""
    tokens = tokenize(corpus)
    kinds = tokens.corpus.segments["kind"].to_numpy()[tokens.sentence_segment]
    for document in range(tokens.n_documents):
        own = np.flatnonzero(tokens.sentence_document == document)
        lines = [tokens.ids[slice(*tokens.sentence_offsets[row : row + 2])] for row in own]
        lines = [tokens.vocabulary[line].tolist() for line in lines]
        yield lines if len(own) and kinds[own[0]] == "title" else [[], *lines]


def _text(lines: list[list[str]]) -> str:
    """A document of a title and sentences, each a paragraph."""
    title = " ".join(lines[0]).title() or "Untitled"
    return "\n\n".join([title, *(f"{' '.join(line).capitalize()}." for line in lines[1:] if line)])


def key_words(tokens: Tokens, lexicon: Lexicon) -> str:
    """What the term notebook says of key words."""
    options = {"stopwords": stop_words(STOPS, tokens.languages), "min_count": 2}
    alike = copies(tokens)
    each = keyness_by_group(tokens, "source", copies=alike, **options)
    own = comparison.most_distinct(each, "source") or "one"
    found = comparison.sides(tokens, "source", own, copies=alike)
    documents = found.target.n_documents, found.reference.n_documents
    table = keyness(found.target, found.reference, copies=found.copies, **options)
    return terms.key_words(table, own, found.reference_name, documents)


def trending(tokens: Tokens, lexicon: Lexicon) -> str:
    """What it says of trends."""
    stops = stop_words(STOPS, tokens.languages)
    often = frequencies(tokens, stopwords=stops)["term"].head(25)
    period = longest_period(tokens) or "week"
    return terms.trends(trend_tests(trends(tokens, often, every=period)), period)


def labels(lexicon: Lexicon) -> dict[str, str]:
    """What the frames are called."""
    return dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True))


def shifted(tokens: Tokens, lexicon: Lexicon) -> str:
    """What the framing notebook says of frames by group."""
    return framing.shifts(shifts(tokens, lexicon, "source", permutations=1999), "source", labels(lexicon))


def in_headlines(tokens: Tokens, lexicon: Lexicon) -> str:
    """What it says of headlines."""
    return framing.headlines(headline_body(tokens, lexicon, permutations=1999), labels(lexicon))


def together(tokens: Tokens, lexicon: Lexicon) -> str:
    """What it says of frames in one sentence."""
    return framing.cooccurrence(cooccurrence(tokens, lexicon), labels(lexicon))


def words_with(tokens: Tokens, lexicon: Lexicon) -> str:
    """What it says of the words beside the strongest frame."""
    frames = profile(tokens, lexicon).sort_values("hits", ascending=False, kind="stable")
    strongest = frames["frame"].iloc[0]
    stops = stop_words(STOPS, tokens.languages)
    return framing.frame_words(frame_words(tokens, lexicon, strongest, stopwords=stops), labels(lexicon)[strongest])


def shared_text(tokens: Tokens, lexicon: Lexicon) -> str:
    """What the redundancy notebook says of passages."""
    return redundancy.passages(passages(tokens, document_pairs(tokens)))


CLAIMS = {
    "key words": Claim(terms.key_words, sides, key_words, ("No word", "Which words")),
    "trends": Claim(terms.trends, dates, trending, ("No word", "Too few")),
    "frames by group": Claim(framing.shifts, sides, shifted, ("No source", "Whether")),
    "headlines": Claim(framing.headlines, titles, in_headlines, ("Headlines speak of no",)),
    "frames together": Claim(framing.cooccurrence, words, together, ("No two", "Too few")),
    "words of a frame": Claim(framing.frame_words, words, words_with, ("No other", "Too few")),
    "shared passages": Claim(redundancy.passages, words, shared_text, ("No two",)),
}


def share_made(claim: Claim, corpus: Corpus, lexicon: Lexicon, runs: int) -> float:
    """In which share of so many runs the claim is made of what is dealt."""
    dealt = (claim.deal(corpus, np.random.default_rng(run)) for run in range(runs))
    return float(np.mean([not claim.say(tokenize(own), lexicon).startswith(claim.nothing) for own in dealt]))


def main() -> None:
    """Print a line for each claim and corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--lexicon", type=Path, default=LEXICONS / "security_communication.yml")
    parser.add_argument("--only", default=",".join(CLAIMS))
    chosen = parser.parse_args()
    lexicon = read_lexicon(chosen.lexicon)
    above = 0
    for path in chosen.corpora:
        corpus = read_corpus(path)
        print(f"{path.name}: {len(corpus.documents):,} documents, lexicon {lexicon.name}, {chosen.runs} runs")
        for name in chosen.only.split(","):
            begun, claim = time.perf_counter(), CLAIMS[name]
            share = share_made(claim, corpus, lexicon, chosen.runs)
            above += share > ALLOWED
            null = str(claim.deal.__doc__).partition(";")[0].rstrip(".")
            taken = f"{time.perf_counter() - begun:.0f} s"
            print(f"  {name:16} {share:6.1%}  {'above' if share > ALLOWED else 'holds'}  {null} ({taken})", flush=True)
    if above:
        raise SystemExit(f"{above} of the claims are made in more than {ALLOWED:.0%} of the runs")


if __name__ == "__main__":
    main()
