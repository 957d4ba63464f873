"""Findings about words: each function states in a sentence what a table shows."""

from collections.abc import Collection, Iterable

import pandas as pd

from analysis.publish.findings.wording import counted, leading, listed, percent, times
from analysis.terms.comparison import REST
from analysis.text.shards import types_of
from analysis.text.stopwords import UNDIVIDED, stop_lists
from analysis.text.tokens import Tokens

FEWEST = 5  # occurrences from which something is said of a word's spread


def stop_words_aside(stopwords: str, languages: Iterable[str]) -> str:
    """Part of a sentence: whether stop words are ranked, and in which languages.

    >>> stop_words_aside("data/stopwords", ["en", "es"]), stop_words_aside("data/stopwords", ["en", "ps"])
    ('stop words aside', 'stop words aside except in ps')
    >>> stop_words_aside("data/stopwords", ["ps"]), stop_words_aside("", ["en"])
    ('stop words included (no stop list fits ps)', 'stop words included')
    """
    lists = stop_lists(stopwords, languages)
    without = [language for language, used in lists.items() if not used]
    if len(without) < len(lists):
        return f"stop words aside except in {listed(without)}" if without else "stop words aside"
    return f"stop words included (no stop list fits {listed(without)})" if stopwords else "stop words included"


def top_terms(table: pd.DataFrame, what: str = "words", *, top: int = 3, aside: str = "stop words aside") -> str:
    """Name the first rows of a table of terms; `aside` is what `stop_words_aside` returns.

    >>> top_terms(pd.DataFrame({"term": ["plan", "unity"], "count": [9, 1], "documents": [4, 1]}))
    'The words used most, stop words aside: “plan” (9 times, in 4 documents) and “unity” (once).'
    """
    if table.empty:
        return f"There are no {what}, {aside}."
    if (table["count"] <= 1).all():
        return f"No {what} are used more than once, {aside}."
    said = [
        f"“{row['term']}” ({times(row['count'])}"
        + (f", in {row['documents']:,} documents)" if row["documents"] > 1 else ")")
        for row in leading(table, "count", top).to_dict("records")
    ]
    return f"The {what} used most, {aside}: {listed(said)}."


def what_is_counted(tokens: Tokens, stopwords: str, stops: Collection[str]) -> str:
    """State what counts as a word, which words are not ranked, and which languages have no stop list.

    >>> from analysis import read_text, tokenize
    >>> what_is_counted(tokenize(read_text("War is war.")), "my.txt", {"is"})
    'Words are counted as written; 1 of the 2 different ones, by the stop list my.txt, is counted and not ranked.'
    >>> from analysis.text.phrases import join_phrases
    >>> what_is_counted(join_phrases(tokenize(read_text("Civil war.")), ["civil war"]), "", ())
    'Words are counted as written; all of them are ranked. Phrases are joined in 1 place, each counted as one word.'
    """
    joined = tokens.options.get("phrases")
    said = "" if joined is None else f" Phrases are joined in {counted(joined, 'place')}, each counted as one word."
    return f"{_not_ranked(tokens, stopwords, stops)}{said}{_without_list(tokens, stopwords)}"


def _not_ranked(tokens: Tokens, stopwords: str, stops: Collection[str]) -> str:
    """What counts as a word, and how many are not ranked by which lists."""
    form = tokens.options.get("forms")
    said = f"Words are counted by their {form}" if form else "Words are counted as written"
    stopped = int((types_of(tokens, sorted(stops)) >= 0).sum())
    if not stopped:
        return f"{said}; all of them are ranked."
    lists = stop_lists(stopwords, tokens.languages)
    added = [language for language, used in lists.items() if used == "stopwordsiso"]
    by = f", by the stop list {stopwords}," if stopwords else ", too short,"
    if added and stopwords != "stopwordsiso":
        by = f", by the stop lists {stopwords} and stopwordsiso (for {listed(added)}),"
    verb = "is" if stopped == 1 else "are"
    said = f"{said}; {stopped:,} of the {len(tokens.vocabulary):,} different ones{by} {verb} counted and not ranked"
    said += ", whatever the language of the document." if stopwords and len(lists) > 1 else "."
    return said + " The lists of stopwordsiso hold some words of content too." * bool(added)


def _without_list(tokens: Tokens, stopwords: str) -> str:
    """Which languages have no stop list, and which are not divided into words."""
    lists = stop_lists(stopwords, tokens.languages)
    without = [language for language, used in lists.items() if stopwords and not used and language not in UNDIVIDED]
    whole = [language for language in lists if language in UNDIVIDED]
    said = ""
    if without:
        said += f" No stop list is used for {_with_share(without, tokens)}: function words are ranked like all others."
    if whole:
        said += f" Text in {_with_share(whole, tokens)} is not cut into words: what is between blanks and"
        said += " punctuation is counted as one."
    return said


def _with_share(languages: list[str], tokens: Tokens) -> str:
    """The `languages`, and how many documents are in them where that is not all."""
    own = sum(language in languages for language in tokens.languages)
    return listed(languages) + f" ({own:,} of {tokens.n_documents:,} documents)" * (own < tokens.n_documents)


def dispersion(table: pd.DataFrame, what: str, *, top: int = 3) -> str:
    """Name the most concentrated words of a dispersion table; `what` is a part, such as a document.

    They are ranked by ``count`` times the Kullback-Leibler divergence behind ``dkl``, so that five occurrences in one
    document do not outrank thirty in two.

    >>> table = pd.DataFrame({"term": ["jirga"], "count": [9], "range": [2], "range_share": [0.1], "dkl": [0.5]})
    >>> dispersion(table, "document")
    'Concentrated most: “jirga” (9 times, in 2 documents).'
    """
    often = table[table["count"] >= FEWEST]
    found = often[(often["dkl"] < 1) & (often["range_share"] < 1)]
    evidence = found["count"] * (1 / found["dkl"] - 1)
    found = found.assign(evidence=evidence.round(9)).sort_values("evidence", ascending=False, kind="stable").head(top)
    if often.empty:
        return "No ranked word appears five times, so there is no spread to speak of."
    if found.empty:
        return f"No word that appears five times is missing from any {what}."
    said = [f"“{r['term']}” ({times(r['count'])}, in {counted(r['range'], what)})" for r in found.to_dict("records")]
    return f"Concentrated most: {listed(said)}."


def key_words(
    table: pd.DataFrame,
    target: str,
    reference: str,
    documents: tuple[int, int | None],
    *,
    top: int = 3,
    significant: float = 0.05,
) -> str:
    """Name the words that stand out on either side of a keyness table, or state why none can.

    `documents`: the numbers of documents of the two sides, None for a frequency list.

    >>> table = pd.DataFrame({"term": ["jirga", "bazaar"], "key": "target", "q_documents": [0.01, 0.02]})
    >>> table = table.assign(per_million=[80.0, 9], reference_per_million=[10.0, 0], documents=[5, 4])
    >>> key_words(table, "Radio", "the others", (7, 12))
    'Radio stands out by “jirga” (8 times the rate of the others, in 5 of 7 documents) and “bazaar” (used there alone, \
in 4 of 7).'
    >>> key_words(table.assign(q_documents=0.2), "Radio", "Daily", (7, 12))
    'No word sets Radio and Daily apart by more than chance explains.'
    """
    columns = {"target": ("per_million", "reference_per_million", "documents", target, reference)}
    columns["reference"] = ("reference_per_million", "per_million", "reference_documents", reference, target)
    said = []
    for (side, (rate, other_rate, holding, name, other)), whole in zip(columns.items(), documents, strict=True):
        sure = table[(table["q_documents"] < significant) & (table["key"] == side)].head(top)
        words = [
            f"“{r['term']}” ({_ratio(r[rate], r[other_rate])}, in {r[holding]:,.0f} of {whole:,}"
            for r in sure.to_dict("records")
        ]
        if words:
            words[0] = words[0].replace(" the rate,", f" the rate of {other},") + " documents"
            verb = "stand" if name == REST else "stands"
            said.append(f"{name} {verb} out by {listed([f'{word})' for word in words])}")
    if said:
        sentence = "; ".join(said)
        return f"{sentence[0].upper()}{sentence[1:]}." if sentence.startswith(REST) else f"{sentence}."
    return _none_stands_out(table, target, reference, documents)


def _none_stands_out(table: pd.DataFrame, target: str, reference: str, documents: tuple[int, int | None]) -> str:
    """State why no word of a keyness table stands out.

    >>> table = pd.DataFrame({"q_documents": [None]})
    >>> _none_stands_out(table, "Radio", "general", (7, None))
    'Too little to tell which words stand out: the list general does not say in how many documents a word is.'
    >>> _none_stands_out(table, "Radio", "the others", (7, 1))
    'Too little to tell which words stand out: the others have 1 document, and it takes two on each side.'
    """
    unsaid = "Too little to tell which words stand out:"
    if documents[1] is None:
        return f"{unsaid} the list {reference} does not say in how many documents a word is."
    if table["q_documents"].notna().any():
        return f"No word sets {target} and {reference} apart by more than chance explains."
    for name, own in zip((target, reference), documents, strict=True):
        if own is not None and own < 2:
            verb = "have" if name == REST else "has"
            return f"{unsaid} {name} {verb} {counted(own, 'document')}, and it takes two on each side."
    return f"{unsaid} no word is in enough documents of {target} and {reference}, copies of a text being one."


def _ratio(rate: float, other: float) -> str:
    return "used there alone" if other == 0 else f"{rate / other:.3g} times the rate"


def trends(tests: pd.DataFrame, every: str) -> str:
    """Name the words that rise or fall with time, from a table of trend tests.

    >>> tests = pd.DataFrame({"term": ["war", "law"], "direction": ["rising", "unclear"], "p": [0.01, 0.5]})
    >>> trends(tests, "week")
    'From week to week, “war” rises.'
    """
    if tests["p"].isna().all():
        return f"Too few {every}s to tell a trend from chance."
    said = []
    for direction, verb in (("rising", "rise"), ("falling", "fall")):
        words = [f"“{term}”" for term in tests.loc[tests["direction"] == direction, "term"]]
        if words:
            said.append(f"{listed(words)} {verb}{'s' if len(words) == 1 else ''}")
    if not said:
        return f"No word rises or falls from {every} to {every} by more than chance explains."
    return f"From {every} to {every}, {' and '.join(said)}."


def panel_titles(tests: pd.DataFrame) -> dict[str, str]:
    """Each term with its trend test, for the head of a panel.

    >>> panel_titles(pd.DataFrame({"term": ["war", "law"], "tau": [0.5, None], "q": [0.041, None]}))
    {'war': 'war (τ = 0.50, q = 0.04)', 'law': 'law'}
    """
    rows = tests.to_dict("records")
    return {
        r["term"]: r["term"] if pd.isna(r["tau"]) else f"{r['term']} (τ = {r['tau']:.2f}, q = {r['q']:.2f})"
        for r in rows
    }


def collocations(table: pd.DataFrame, *, top: int = 4) -> str:
    """Name the most frequent pairs of different words in a table of collocations.

    >>> collocations(pd.DataFrame({"first": ["prime"], "second": ["minister"], "count": [7]}))
    'Most often together: “prime” and “minister” (7 times).'
    """
    if table.empty:
        return "No two words appear together often enough to be called a pair."
    table = table[table["first"] != table["second"]].sort_values("count", ascending=False, kind="stable")
    found = leading(table, "count", top).to_dict("records")
    said = [f"“{row['first']}” and “{row['second']}” ({times(row['count'])})" for row in found]
    return f"Most often together: {listed(said)}."


def vocabulary(table: pd.DataFrame, words: int) -> str:
    """State the number of different words, from a table of `zipf`.

    >>> vocabulary(pd.DataFrame({"rank": [1, 2, 3], "count": [3, 1, 1]}), 5)
    'The 5 running words are 3 different ones; 67% of these appear only once.'
    """
    if words < 2:
        return f"There is no {'second ' * words}word."
    types = int(table["rank"].max()) if len(table) else 0
    rare = table.loc[table["count"] == 1, "rank"]  # of many words the first and the last of them
    once = f"{percent((rare.max() - rare.min() + 1) / types)} of these appear" if len(rare) else "none of these appears"
    return f"The {words:,} running words are {types:,} different ones; {once} only once."
