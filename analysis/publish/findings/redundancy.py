"""Findings about repetition: each function states in a sentence what a table shows."""

import pandas as pd

from analysis.publish.findings.wording import amount, counted, leading, listed, percent, shortened, times
from analysis.redundancy.near_places import MANY
from analysis.text.shards import LISTED

KINDS = {"verbatim": "verbatim", "near": "edited", "reworded": "reworded"}  # of shared passages, in words
LONGEST = 70  # characters of a passage that are quoted
SEVERAL = 2  # occurrences that a word must lose for a sentence to say so
FALL, HITS = 0.1, 3  # of a frame's rate, and of its hits, from which a fall is one
ROUNDING = 1e-9  # sums of weights are off by less
LEAST = 0.01  # of the words of a group, from which a sentence says how much it repeats


def repeated_shares(shares: pd.DataFrame, min_words: int = 1) -> str:
    """State how much is repeated verbatim, from a table of `repeats.shares` with the same `min_words`.

    >>> repeated_shares(pd.DataFrame({"words": [100, 50], "within": [20, 0], "across": [0, 10], "repeated": [20, 10]}))
    '20% of the words are in sentences repeated verbatim: 13% in the same document, 7% in another.'
    """
    long = f" of {min_words:,} words or more" if min_words > 1 else ""
    words = max(int(shares["words"].sum()), 1)
    share = {name: shares[name].sum() / words for name in ("repeated", "within", "across")}
    if not share["repeated"]:
        return f"No sentence{long} is repeated verbatim."
    said = f"{percent(share['repeated']).capitalize()} of the words are in sentences{long} repeated verbatim"
    if len(shares) == 1:
        return f"{said}."
    if not share["within"] or not share["across"]:
        return f"{said}, all of them {'in the same document' if share['within'] else 'in another document'}."
    both = ", some in both" if share["within"] + share["across"] > share["repeated"] + 1e-9 else ""
    return f"{said}: {percent(share['within'])} in the same document, {percent(share['across'])} in another{both}."


def repeats_by_group(shares: pd.DataFrame, groups: pd.Series, *, top: int = 3) -> str:
    """Name the groups of documents that repeat most, from `repeats.shares` and the group of each row.

    >>> shares = pd.DataFrame({"words": [90, 10, 50], "repeated": [20, 10, 0]})
    >>> repeats_by_group(shares, pd.Series(["Radio", "Radio", "Daily"]))
    'Repeated most: Radio (30% of its words); least: Daily (0%).'
    """
    total = shares.groupby(groups.to_numpy())[["words", "repeated"]].sum()
    share = (total["repeated"] / total["words"].clip(lower=1)).sort_values(ascending=False, kind="stable")
    if not share.iloc[0]:
        return "No group of documents repeats a sentence verbatim."
    if share.iloc[0] < LEAST:
        return f"No group of documents repeats as much as {percent(LEAST)} of its words verbatim."
    last = share[share == share.iloc[-1]]
    most = leading(share[share > share.iloc[-1]].to_frame("share"), "share", top)["share"]
    if most.empty:
        return f"All groups repeat the same share of their words ({percent(share.iloc[0])})."
    said = [f"{name} ({percent(own)})" for name, own in most.items()]
    said[0] = said[0].replace("%)", "% of its words)")
    least = listed([str(name) for name in last.index]) if len(last) <= top else f"{len(last):,} groups"
    return f"Repeated most: {listed(said)}; least: {least} ({percent(last.iloc[0])})."


def repeated_paragraphs(groups: pd.DataFrame) -> str:
    """Quote the most repeated paragraph, from a table of `repeats.repeat_groups`.

    >>> groups = pd.DataFrame({"text": ["The forum met. It rose."], "words": [5], "count": [2], "documents": [1]})
    >>> repeated_paragraphs(groups.assign(first="statement", again="statement"))
    'One paragraph is printed twice in statement: “The forum met. It rose.” (5 words).'
    """
    row = groups.iloc[0]
    quoted = f"“{shortened(row['text'], LONGEST)}” ({counted(row['words'], 'word')})"
    where = f"in {row['first']}" if row["documents"] == 1 else f"in {row['documents']:,} documents"
    if len(groups) == 1:
        return f"One paragraph is printed {times(row['count'])} {where}: {quoted}."
    return (
        f"{len(groups):,} paragraphs are printed more than once; most of all, {times(row['count'])} {where}, {quoted}."
    )


def words_counted_once(table: pd.DataFrame, *, top: int = 3) -> str:
    """Name the words that lose most when each sentence counts once, from `before_and_after`.

    >>> table = pd.DataFrame({"term": ["plan", "law"], "count": [6, 4], "adjusted": [3.5, 2.0], "lost": [2.5, 2.0]})
    >>> words_counted_once(table)
    'Count each sentence once, and “plan” falls from 6 to 3.5 occurrences and “law” from 4 to 2.'
    """
    if table.empty:
        return "No ranked word appears in a repeated sentence."
    found = table[table["lost"] >= SEVERAL].head(top).to_dict("records")
    if not found:
        return f"No ranked word loses {SEVERAL} occurrences or more when each sentence counts once."
    said = [f"“{row['term']}” from {row['count']:,} to {amount(row['adjusted'])}" for row in found]
    said[0] = said[0].replace(" from ", " falls from ") + " occurrences"
    return f"Count each sentence once, and {listed(said)}."


def near_repeats(table: pd.DataFrame, threshold: float, found: pd.DataFrame | None = None) -> str:
    """State the number of nearly equal sentences, from a table of `near_texts`.

    A table of `LISTED` rows was cut there. With the table of `near_repeats` as `found`, pairs that it counts without
    listing them are mentioned too.

    >>> near_repeats(pd.DataFrame({"similarity": [0.9, 0.7], "times": [2, 1]}), 0.6)
    '2 pairs of different sentences share at least 60% of their words.'
    """
    share = f"{100 * threshold:.4g}%"
    omitted = 0 if found is None else int(found["omitted"].sum())
    one = len(table) == 1 and not omitted
    more = " or more" * (len(table) == LISTED or omitted > 0)
    said = f"{'1 pair' if len(table) == 1 else f'{len(table):,} pairs'}{more} of different sentences"
    said = f"{said} share{'s' * one} at least {share} of their words."
    if table.empty:
        said = f"No two different sentences of five words or more share as much as {share} of their words."
    if omitted:
        said += (
            f" A sentence that is nearly the same as more than {MANY} earlier ones is listed with the first of them "
        )
        said += f"alone: {omitted:,} more pairs of places, copies among them, are counted and not listed."
    return said


def doublets(table: pd.DataFrame, *, top: int = 4) -> str:
    """Name the most frequent doublets.

    >>> doublets(pd.DataFrame({"first": ["firm", "firm", "full"], "second": ["resolute", "resolute", "complete"]}))
    'Two words for one thing: “firm” and “resolute” (twice), of 2 different pairs.'
    >>> doublets(pd.DataFrame({"first": ["firm"], "second": ["resolute"]}))
    'Two words for one thing: 1 pair, “firm” and “resolute”, which appears once.'
    """
    if not len(table):
        return "No two words joined by “and” or “or” are found to say one thing twice."
    counts = table.groupby(["first", "second"]).size().reset_index(name="count")
    counts = counts.sort_values(["count", "first", "second"], ascending=[False, True, True])
    often = leading(counts[counts["count"] > 1], "count", top)
    if often.empty:
        examples = counts.head(2)[["first", "second"]].to_numpy()
        pairs = listed([f"“{first}” and “{second}”" for first, second in examples])
        if len(counts) == 1:
            return f"Two words for one thing: 1 pair, {pairs}, which appears once."
        return f"Two words for one thing: {len(counts):,} pairs, such as {pairs}, each of which appears once."
    said = [f"“{first}” and “{second}” ({times(count)})" for first, second, count in often.itertuples(index=False)]
    more = f", of {len(counts):,} different pairs" * (len(counts) > len(often))
    return f"Two words for one thing: {', '.join(said)}{more}."


def passages(found: pd.DataFrame, common: pd.DataFrame | None = None) -> str:
    """State how many passages documents share, from tables of `passages` and `common_shingles`.

    >>> table = pd.DataFrame({"a_doc": ["a", "a"], "b_doc": ["b", "b"], "kind": ["verbatim", "near"]})
    >>> passages(table)
    '1 pair of documents shares 2 passages: 1 verbatim and 1 edited.'
    """
    aside = ""
    if common is not None and len(common):
        verb = "is 1 run" if len(common) == 1 else f"are {len(common):,} runs"
        aside = f" Not looked at {verb} of four words that appear{'s' * (len(common) == 1)} in more than 200 documents."
    if found.empty:
        return f"No two documents share a passage.{aside}"
    pairs = len(found[["a_doc", "b_doc"]].drop_duplicates())
    kinds = found["kind"].value_counts()
    said = f"{pairs:,} pairs of documents share" if pairs > 1 else "1 pair of documents shares"
    of_kinds = [f"{kinds[kind]:,} {name}" for kind, name in KINDS.items() if kind in kinds]
    if len(found) > 1 and len(of_kinds) == 1:
        of_kinds = [of_kinds[0].replace(f"{len(found):,}", "both" if len(found) == 2 else "all")]
    return f"{said} {counted(len(found), 'passage')}: {listed(of_kinds)}.{aside}"


def candidate_pairs(candidates: pd.DataFrame, pairs: pd.DataFrame, most: int) -> str:
    """State how many pairs of documents were searched for passages, and whether there are more than `most`.

    >>> candidate_pairs(pd.DataFrame(index=range(9)), pd.DataFrame(index=range(1)), 300)
    '9 pairs of documents share runs of four words and were searched for passages; 1 of them is reuse.'
    """
    if len(candidates) == 1:
        said = "1 pair of documents shares runs of four words and was searched for passages; "
        said += "it is reuse." if len(pairs) else "it is no reuse."
    else:
        said = f"{len(candidates):,} pairs of documents share runs of four words and were searched for passages; "
        said += f"{len(pairs):,} of them {'is' if len(pairs) == 1 else 'are'} reuse."
    return said + f" There are more: these {most:,} share most." * (len(candidates) == most)


def dot_matches(strokes: pd.DataFrame, doc_id: str) -> str:
    """State how much a document repeats of itself, from a table of `dot_matches`.

    >>> dot_matches(pd.DataFrame({"words": [52, 6], "a_word": [30, 9], "b_word": [112, 400]}), "statement")
    'In statement, 2 pairs of places share a run of words; the longest is 52 words long (words 31 and 113).'
    """
    longest = strokes.sort_values("words", ascending=False, kind="stable").iloc[0]
    pairs = "1 pair of places shares" if len(strokes) == 1 else f"{len(strokes):,} pairs of places share"
    said = f"the longest is {longest['words']:,} words long"
    return (
        f"In {doc_id}, {pairs} a run of words; {said} (words {longest['a_word'] + 1:,} and {longest['b_word'] + 1:,})."
    )


def too_common(common: pd.DataFrame, doc_id: str) -> str:
    """State that a document repeats too many runs of words to draw, from a table of `dots.too_common`.

    >>> too_common(pd.DataFrame({"ngram": ["war war war war"], "count": [99_997]}), "slogan")
    'In slogan, “war war war war” appears 99,997 times: too often to draw each place beside each other.'
    """
    ngram, count = common[["ngram", "count"]].iloc[0]
    return f"In {doc_id}, “{ngram}” appears {times(count)}: too often to draw each place beside each other."


def borrowed(table: pd.DataFrame, dates: pd.Series, *, top: int = 2) -> str:
    """Name the documents with most borrowed words, from a table of `borrowed`.

    >>> table = pd.DataFrame({"doc_id": ["b"], "words": [10], "borrowed": [4], "borrowed_share": [0.4]})
    >>> borrowed(table.assign(origin="a"), pd.Series(pd.to_datetime(["2024-06-22", "2024-06-23"])))
    '40% of the words appeared in a document of an earlier day. Borrowed most: b (40%, mostly from a).'
    """
    if dates.nunique() < 2:
        return "No two documents have different dates, so none can be said to have had a passage first."
    some = table[table["borrowed"] > 0].sort_values("borrowed_share", ascending=False, kind="stable").head(top)
    if some.empty:
        return "No document has a passage, copied or edited, that one of an earlier day has."
    share = table["borrowed"].sum() / max(table["words"].sum(), 1)
    rows = some.to_dict("records")
    said = [f"{row['doc_id']} ({percent(row['borrowed_share'])}, mostly from {row['origin']})" for row in rows]
    first = f"{percent(share).capitalize()} of the words appeared in a document of an earlier day"
    return f"{first}. Borrowed most: {listed(said)}."


def borrowed_between(links: pd.DataFrame, *, top: int = 2) -> str:
    """Name who has most words from whom, from a table of `borrowed_between`.

    >>> borrowed_between(pd.DataFrame({"taker": ["Agency"], "origin": ["Ministry"], "borrowed": [90], "share": [0.3]}))
    'Most words go from Ministry to Agency (90 words, 30% of what Agency wrote).'
    """
    others = links[links["taker"] != links["origin"]].head(top).to_dict("records")
    if not others:
        return "No group has words of another's earlier documents."
    said = [f"from {r['origin']} to {r['taker']} ({r['borrowed']:,} words, {percent(r['share'])})" for r in others]
    said[0] = said[0][:-1] + f" of what {others[0]['taker']} wrote)"
    return f"Most words go {listed(said)}."


def families(ways: pd.DataFrame) -> str:
    """State how far the first passage of a table of `families` has spread.

    >>> ways = pd.DataFrame({"family": [0, 0], "doc_id": ["a", "b"], "source": ["A", "B"], "words": [30, 28]})
    >>> families(ways.assign(date=pd.to_datetime(["2024-06-22", "2024-06-25"]), text=["War is near now", ""]))
    'The passage with the most copied words, “War is near now”, appears in 2 documents of 2 sources, over 4 days.'
    """
    if ways.empty:
        return "No passage appears in two documents."
    own = ways[ways["family"] == 0]
    first = shortened(" ".join(own["text"].iloc[0].split()[:8]), LONGEST)
    said = f"The passage with the most copied words, “{first}”, appears in {own['doc_id'].nunique():,} documents"
    if (sources := own["source"].nunique()) > 1:
        said += f" of {sources:,} sources"
    days = (own["date"].max() - own["date"].min()).days + 1 if own["date"].notna().any() else 0
    return f"{said}, over {days:,} days." if days > 1 else f"{said}."


def clusters(table: pd.DataFrame, min_link: float = 0.1) -> str:
    """State how many documents shared text connects, from a table of `clusters` with the same `min_link`.

    >>> clusters(pd.DataFrame({"cluster": [0, 0], "documents": [2, 2], "weakest": [0.3, 0.3]}), 0.1)
    'Shared text of 10% or more connects 2 documents, in 1 cluster; its weakest link is 30%.'
    """
    least = f"{100 * min_link:.4g}% or more"
    if table.empty:
        return f"No two documents share {least} of the text of either."
    clusters = table["cluster"].nunique()
    weakest = percent(float(table["weakest"].iloc[0]))
    said = f"Shared text of {least} connects {len(table):,} documents, in {counted(clusters, 'cluster')}"
    if clusters == 1:
        return f"{said}; its weakest link is {weakest}."
    return f"{said}; the largest has {table['documents'].iloc[0]:,} documents, and its weakest link is {weakest}."


def novelty(course: pd.DataFrame, unit: str) -> str:
    """State how much of the text is new, from a table of `curve`.

    >>> novelty(pd.DataFrame({"new": [1.0, 0.5], "ngrams": [4, 4], "so_far": [1.0, 0.75]}), "sentence")
    '75% of all runs of four words are new, found nowhere before; in the last half of the sentences 50% are.'
    """
    known = course[course["new"].notna()]
    if known.empty:
        return "There are no runs of four words to compare."
    if known["so_far"].iloc[-1] == 1:
        return "No run of four words appears twice."
    new = percent(float(known["so_far"].iloc[-1])).capitalize()
    said = f"{new} of all runs of four words are new, found nowhere before"
    if len(known) == 1:
        return f"{said}."
    half = known.iloc[len(known) // 2 :]
    late = float((half["new"] * half["ngrams"]).sum() / max(half["ngrams"].sum(), 1))
    return f"{said}; in the last half of the {unit}s {percent(late)} are."


def frames_counted_once(effect: pd.DataFrame, *, top: int = 3) -> str:
    """Name the frames that lose most, a tenth and three hits at least, when each sentence counts once.

    >>> effect = pd.DataFrame({"label": ["War"], "hits": [40], "as it stands": [4.0], "counted once": [3.0]})
    >>> frames_counted_once(effect.assign(lost=0.25))
    'Count each sentence once, and war falls most, by 25% (from 4 to 3 hits per 1,000 words).'
    """
    if not effect["as it stands"].any():
        return "No term of the lexicon occurs in the text."
    less = effect[(effect["lost"] >= FALL) & (effect["lost"] * effect["hits"] > HITS - ROUNDING)]
    moved = less.sort_values("lost", ascending=False, kind="stable").head(top).to_dict("records")
    if not moved:
        return "No frame falls by a tenth when each sentence counts once."
    said = [f"{r['label'].lower()} by {percent(r['lost'])}" for r in moved[1:]]
    first = moved[0]
    rates = f"(from {first['as it stands']:.3g} to {first['counted once']:.3g} hits per 1,000 words)"
    also = f", {listed(said)}" if said else ""
    return (
        f"Count each sentence once, and {first['label'].lower()} falls most, by {percent(first['lost'])} {rates}{also}."
    )


def known_reuse(scores: pd.DataFrame) -> str:
    """State how much of the labelled reuse was found, from `scores_by_kind`.

    >>> scores = pd.DataFrame({"kind": ["all", "edited"], "precision": [0.9, None], "recall": [0.6, 0.7]})
    >>> known_reuse(scores.assign(found=[8, None]))
    'Of what was found, 90% is labelled reuse; of the labelled reuse 60% was found (edited 70%).'
    """
    rows = scores.to_dict("records")
    kinds = ", ".join(f"{row['kind']} {percent(row['recall'])}" for row in rows[1:])
    if not rows[0]["found"]:
        return "None of the labelled reuse was found, nor any other."
    said = f"Of what was found, {percent(rows[0]['precision'])} is labelled reuse; of the labelled reuse "
    return f"{said}{percent(rows[0]['recall'])} was found ({kinds})."
