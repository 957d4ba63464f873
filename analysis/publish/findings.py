"""Findings in plain sentences, each made from the table that bears it out."""

from collections.abc import Collection, Sequence

import pandas as pd

from analysis.text.tokens import Tokens

KINDS = {"verbatim": "word for word", "near": "edited", "reworded": "reworded"}  # of shared passages, in words
PRONOUNS = frozenset("he her him i it one she that them these they this those us we what which who you".split())


def most_used(table: pd.DataFrame, what: str = "words", *, top: int = 3) -> str:
    """The first rows of a table of terms as a sentence.

    >>> most_used(pd.DataFrame({"term": ["plan", "unity"], "count": [9, 1], "documents": [4, 1]}))
    'The words used most, stop words aside: “plan” (9 times, in 4 documents) and “unity” (once).'
    """
    if table.empty:
        return f"Stop words aside, there are no {what}."
    said = [
        f"“{row['term']}” ({times(row['count'])}"
        + (f", in {row['documents']:,} documents)" if row["documents"] > 1 else ")")
        for row in table.head(top).to_dict("records")
    ]
    return f"The {what} used most, stop words aside: {listed(said)}."


def framed_as(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """The frames spoken of most, from a frame profile, as a sentence.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> framed_as(profile, {"war": "War", "law": "Law"})
    'The text speaks most of law (6.0 hits per 1,000 words) and war (2.0).'
    """
    found = table[table["hits"] > 0].sort_values("per_1000_words", ascending=False, kind="stable").head(top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    said = [f"{labels[row['frame']].lower()} ({row['per_1000_words']:.1f})" for row in found.to_dict("records")]
    said[0] = said[0].replace(")", " hits per 1,000 words)")
    return f"The text speaks most of {listed(said)}."


def unspoken(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """The frames without a single hit as a sentence, None where every frame has one."""
    names = [labels[frame].lower() for frame in table.loc[table["hits"] == 0, "frame"]]
    return f"No term speaks of {listed(names, 'or')}." if names else None


def repeated(shares: pd.DataFrame) -> str:
    """How much stands again word for word, from a table of shares, as a sentence.

    >>> repeated(pd.DataFrame({"words": [100, 50], "within": [20, 0], "across": [0, 10], "repeated": [20, 10]}))
    '20% of the words stand in sentences that occur again word for word: 13% in the same document, 7% in another.'
    """
    words = max(int(shares["words"].sum()), 1)
    share = {name: shares[name].sum() / words for name in ("repeated", "within", "across")}
    if not share["repeated"]:
        return "No sentence occurs a second time word for word."
    said = f"{percent(share['repeated']).capitalize()} of the words stand in sentences that occur again word for word"
    if len(shares) == 1:
        return f"{said}."
    both = ", some in both" if share["within"] + share["across"] > share["repeated"] + 1e-9 else ""
    return f"{said}: {percent(share['within'])} in the same document, {percent(share['across'])} in another{both}."


def percent(share: float) -> str:
    """
    >>> percent(0.131), percent(0.004), percent(0)
    ('13%', 'under 1%', '0%')
    """
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def times(count: float) -> str:
    """
    >>> times(1), times(2), times(1200)
    ('once', 'twice', '1,200 times')
    """
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,.0f} times"


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def moved_most(table: pd.DataFrame, *, top: int = 3) -> str:
    """The words that lose most when each sentence counts once, from `before_and_after`, as a sentence.

    >>> moved_most(pd.DataFrame({"term": ["plan", "law"], "count": [4, 2], "adjusted": [2.5, 1.0], "lost": [1.5, 1.0]}))
    'Counted once a sentence, “plan” falls from 4 to 2.5 occurrences and “law” from 2 to 1.'
    """
    if table.empty:
        return "No sentence occurs twice, so no count changes."
    found = table.head(top).to_dict("records")
    said = [f"“{row['term']}” from {row['count']:,} to {row['adjusted']:,.3g}" for row in found]
    said[0] = said[0].replace(" from ", " falls from ") + " occurrences"
    return f"Counted once a sentence, {listed(said)}."


def left_out(group_by: str | None) -> str:
    """Why a comparison of groups is not there.

    >>> left_out("source")
    "Left out: the documents do not differ in 'source', so there is nothing to compare."
    """
    if not group_by:
        return "Left out: no metadata column is named in group_by, so there is nothing to compare."
    return f"Left out: the documents do not differ in {group_by!r}, so there is nothing to compare."


def of_all(grid: pd.DataFrame, groups: pd.Series) -> str:
    """That a grid shows the largest groups only, where it does.

    >>> of_all(pd.DataFrame(columns=["a", "b"]), pd.Series(["a", "b", "b", "c"]))
    ' (the largest 2 of 3)'
    """
    shown, total = grid.shape[1], groups.nunique()
    return f" (the largest {shown:,} of {total:,})" if shown < total else ""


def kept_to(table: pd.DataFrame, what: str, *, top: int = 3) -> str:
    """The words of a dispersion table that are most unevenly spread for how often they occur, as a sentence.

    >>> kept_to(pd.DataFrame({"term": ["jirga"], "count": [9], "range": [2], "dp_adjusted": [0.9]}), "documents")
    'Most bunched for their frequency: “jirga” (9 times, in 2 documents).'
    """
    found = table[table["count"] >= 5].dropna(subset="dp_adjusted")
    found = found.sort_values(["dp_adjusted", "count", "term"], ascending=[False, False, True]).head(top)
    if found.empty:
        return "No word that is ranked occurs five times, so there is no spread to speak of."
    said = [f"“{r['term']}” ({times(r['count'])}, in {r['range']:,} {what})" for r in found.to_dict("records")]
    said = [text.replace(f"in 1 {what}", f"in 1 {what[:-1]}") for text in said]
    return f"Most bunched for their frequency: {listed(said)}."


def key_words(table: pd.DataFrame, target: str, reference: str, *, top: int = 3, significant: float = 0.05) -> str:
    """The key words of both sides that are beyond chance, from a keyness table, as a sentence.

    >>> table = pd.DataFrame({"term": ["jirga", "we"], "key": ["target", "reference"], "q": [0.01, 0.2]})
    >>> key_words(table.assign(per_million=[80.0, 1], reference_per_million=[10.0, 2]), "Radio", "the others")
    'Radio stands out by “jirga” (8 times the rate of the others).'
    """
    sure = table[table["q"] < significant]
    own, others = (sure[sure["key"] == side].head(top) for side in ("target", "reference"))
    said = []
    if len(own):
        words = [_ratio(r["term"], r["per_million"], r["reference_per_million"]) for r in own.to_dict("records")]
        words[0] = words[0].replace(" the rate", f" the rate of {reference}").replace("in it", f"in {reference}")
        said.append(f"{target} stands out by {listed(words)}")
    if len(others):
        words = [f"“{term}”" for term in others["term"]]
        said.append(f"{'it' if said else target} uses {listed(words)} less than {reference} do")
    if not said:
        return f"No word sets {target} apart from {reference} beyond what chance would do."
    return f"{'; '.join(said)}."


def _ratio(term: str, rate: float, other: float) -> str:
    return f"“{term}” (not in it)" if other == 0 else f"“{term}” ({rate / other:.3g} times the rate)"


def trending(tests: pd.DataFrame, every: str) -> str:
    """Which words rise or fall with time, from a table of trend tests, as a sentence.

    >>> tests = pd.DataFrame({"term": ["war", "law"], "direction": ["rising", "unclear"], "p": [0.01, 0.5]})
    >>> trending(tests, "week")
    'From week to week, “war” rises.'
    """
    if tests["p"].isna().all():
        return f"There are too few {every}s to tell a trend from chance."
    said = []
    for direction, verb in (("rising", "rise"), ("falling", "fall")):
        words = [f"“{term}”" for term in tests.loc[tests["direction"] == direction, "term"]]
        if words:
            said.append(f"{listed(words)} {verb}{'s' if len(words) == 1 else ''}")
    if not said:
        return f"No word rises or falls from {every} to {every} beyond what chance would do."
    return f"From {every} to {every}, {' and '.join(said)}."


def tied(table: pd.DataFrame, *, top: int = 4) -> str:
    """The pairs at the head of a table of collocations, as a sentence; a word beside itself is none.

    >>> tied(pd.DataFrame({"first": ["prime"], "second": ["minister"], "count": [7]}))
    'The words most closely tied: “prime” and “minister” (7 times).'
    """
    if table.empty:
        return "No two words stand together often enough to be called a pair."
    found = table[table["first"] != table["second"]].head(top).to_dict("records")
    said = [f"“{row['first']}” and “{row['second']}” ({times(row['count'])})" for row in found]
    return f"The words most closely tied: {', '.join(said)}."


def varied(table: pd.DataFrame, words: int) -> str:
    """How many different words there are, from a table of terms and counts, as a sentence.

    >>> varied(pd.DataFrame({"count": [3, 1, 1]}), 5)
    'The 5 running words are 3 different ones; 67% of these occur only once.'
    """
    once = percent(float((table["count"] == 1).mean())) if len(table) else "0%"
    return f"The {words:,} running words are {len(table):,} different ones; {once} of these occur only once."


def counted_as(tokens: Tokens, stopwords: str, stops: Collection[str]) -> str:
    """What a word is taken to be and which words are not ranked, as a sentence.

    >>> from analysis import read_text, tokenize
    >>> counted_as(tokenize(read_text("War is war.")), "my.txt", {"is"})
    'Words are counted as they stand; 1 of the 2 different ones, by the stop list my.txt, is counted and not ranked.'
    """
    form = tokens.options.get("forms")
    said = f"Words are counted by their {form}" if form else "Words are counted as they stand"
    stopped = sum(word in stops for word in tokens.vocabulary)
    if not stopped:
        return f"{said}; all of them are ranked."
    by = f", by the stop list {stopwords}," if stopwords else ", too short,"
    verb = "is" if stopped == 1 else "are"
    return f"{said}; {stopped:,} of the {len(tokens.vocabulary):,} different ones{by} {verb} counted and not ranked."


def with_tests(tests: pd.DataFrame) -> dict[str, str]:
    """Each term with its trend test, for the head of a panel.

    >>> with_tests(pd.DataFrame({"term": ["war", "law"], "tau": [0.5, None], "q": [0.041, None]}))
    {'war': 'war (τ = 0.50, q = 0.04)', 'law': 'law'}
    """
    rows = tests.to_dict("records")
    return {
        r["term"]: r["term"] if pd.isna(r["tau"]) else f"{r['term']} (τ = {r['tau']:.2f}, q = {r['q']:.2f})"
        for r in rows
    }


def done_by_whom(found: pd.DataFrame, *, top: int = 3) -> str:
    """How many passives say who acts and what is acted upon most, from a table of passives, as a sentence.

    >>> table = pd.DataFrame({"agent": ["the house", None], "actor": ["The bill", "the bill"]})
    >>> done_by_whom(table)
    '1 of the 2 passives says who acts. Acted upon most: “the bill” (twice).'
    """
    if found.empty:
        return "There is no passive."
    named = int(found["agent"].notna().sum())
    verb = "says" if named == 1 else "say"
    said = f"{named or 'None'} of the {len(found):,} passives {verb} who acts."
    actors = found["actor"].dropna().str.lower()
    counts = actors[~actors.isin(PRONOUNS)].value_counts().rename_axis("actor").reset_index(name="count")
    often = counts[counts["count"] > 1].sort_values(["count", "actor"], ascending=[False, True]).head(top)
    if often.empty:
        return said
    return f"{said} Acted upon most: {listed([f'“{a}” ({times(n)})' for a, n in often.itertuples(index=False)])}."


def heard(shares: pd.DataFrame, *, top: int = 3) -> str:
    """Who is given most words between quotation marks, from a table of speaker shares, as a sentence.

    >>> heard(pd.DataFrame({"speaker": ["Khan", None], "quoted_words": [30, 10], "share": [0.75, 0.25]}))
    'Most is quoted of Khan (75% of the quoted words); 25% have no speaker.'
    """
    quoted = shares[shares["quoted_words"] > 0]
    if quoted.empty:
        return "Nothing stands between quotation marks as anyone's speech."
    named = quoted.dropna(subset="speaker").head(top)
    unnamed = float(quoted.loc[quoted["speaker"].isna(), "share"].sum())
    rest = f"{percent(unnamed)} have no speaker" if unnamed else "all of them have a speaker"
    if named.empty:
        return f"Of the quoted words, {rest}."
    said = [f"{row['speaker']} ({percent(row['share'])})" for row in named.to_dict("records")]
    said[0] = said[0].replace("%)", "% of the quoted words)")
    return f"Most is quoted of {listed(said)}; {rest}."


def nearly_repeated(table: pd.DataFrame, threshold: float) -> str:
    """How many sentences are nearly the same, from a table of `near_texts`, as a sentence.

    >>> nearly_repeated(pd.DataFrame({"similarity": [0.9, 0.7], "times": [2, 1]}), 0.6)
    '2 pairs of different sentences share at least 60% of their words.'
    """
    if table.empty:
        return f"No two different sentences share as much as {percent(threshold)} of their words."
    pairs = "1 pair" if len(table) == 1 else f"{len(table):,} pairs"
    return (
        f"{pairs} of different sentences share{'s' * (len(table) == 1)} at least {percent(threshold)} of their words."
    )


def said_twice(table: pd.DataFrame, *, top: int = 4) -> str:
    """The doublets that stand most often, from a table of doublets, as a sentence.

    >>> said_twice(pd.DataFrame({"first": ["firm"], "second": ["resolute"]}))
    'One thing said by two words: “firm” and “resolute” (once).'
    """
    if table.empty:
        return "No two words joined by “and” or “or” are found to say one thing twice."
    counts = table.groupby(["first", "second"]).size().reset_index(name="count")
    counts = counts.sort_values(["count", "first", "second"], ascending=[False, True, True]).head(top)
    said = [f"“{first}” and “{second}” ({times(count)})" for first, second, count in counts.itertuples(index=False)]
    return f"One thing said by two words: {', '.join(said)}."


def shared_text(found: pd.DataFrame) -> str:
    """How many passages documents share, from a table of passages, as a sentence.

    >>> table = pd.DataFrame({"a_doc": ["a", "a"], "b_doc": ["b", "b"], "kind": ["verbatim", "near"]})
    >>> shared_text(table)
    '1 pair of documents shares passages: 2 in all, 1 word for word, 1 edited and 0 reworded.'
    """
    if found.empty:
        return "No two documents are found to share a passage."
    pairs = len(found[["a_doc", "b_doc"]].drop_duplicates())
    kinds = found["kind"].value_counts()
    said = f"{pairs:,} pairs of documents share" if pairs > 1 else "1 pair of documents shares"
    counted = [f"{kinds.get(kind, 0):,} {name}" for kind, name in KINDS.items()]
    return f"{said} passages: {len(found):,} in all, {listed(counted)}."
