"""Findings about style, actors and speakers: each function states in a sentence what a table shows."""

import re

import pandas as pd

from analysis.publish.findings.wording import counted, leading, listed, percent, times

# What a subject or speaker can be called without being named.
PRONOUNS = frozenset(
    "all another anyone both each everyone everything few he her him i it many more most nobody none nothing one "
    "others she some someone something such that them these they this those us we what which who you".split()
)
# A speaker without a name may be another each time.
_NAMELESS = re.compile(
    r"(an?|another|both|few|many|most|one|other|several|some|two|three|four|five|six|seven|eight|nine|ten|\d\S*) ", re.I
)


def firmness(table: pd.DataFrame | None) -> str:
    """State whether a text hedges or insists more, from a table of `firmness` of one row.

    >>> table = pd.DataFrame({"boosters": [2], "hedges": [10], "firmness": [-0.67]})
    >>> firmness(table.assign(ci_low=-0.9, ci_high=-0.2))
    'Hedges outnumber boosters 5 to 1 (10 hedges, 2 boosters).'
    >>> firmness(table.assign(boosters=1, ci_low=-0.9, ci_high=0.4))
    'Too few to tell which prevail: 10 hedges and 1 booster.'
    """
    if table is None:
        return "The lexicon of style has no hedges and boosters to count."
    if table["firmness"].isna().all():
        return "No hedge and no booster appears."
    row = table.iloc[0]
    said = {kind: f"{_amount(row[kind])} {kind[: -1 if row[kind] == 1 else None]}" for kind in ("hedges", "boosters")}
    if not (row["ci_low"] > 0 or row["ci_high"] < 0):
        return f"Too few to tell which prevail: {said['hedges']} and {said['boosters']}."
    more, less = ("hedges", "boosters") if row["firmness"] < 0 else ("boosters", "hedges")
    if not row[less]:
        return f"There are {said[more]} and no {less}."
    return f"{more.capitalize()} outnumber {less} {row[more] / row[less]:.2g} to 1 ({said[more]}, {said[less]})."


def _amount(hits: float) -> str:
    """A count as a finding prints it: 3, 0.6667, 118,622."""
    return f"{hits:,.0f}" if hits >= 1000 else f"{hits:.4g}"


def naming(table: pd.DataFrame | None, labels: dict[str, str], *, top: int = 3) -> str:
    """State how the armed opponent is named, from a table of `naming`.

    >>> table = pd.DataFrame({"naming": ["naming_militant"], "hits": [4], "share": [1.0]})
    >>> naming(table, {"naming_militant": "Opponent: militant"})
    'The armed opponent is named 4 times: always as militant.'
    >>> table = pd.DataFrame({"naming": ["naming_militant", "naming_rebel"], "hits": [4, 1], "share": [0.8, 0.2]})
    >>> naming(table, {"naming_militant": "Opponent: militant", "naming_rebel": "Opponent: rebel"})
    'The armed opponent is named 5 times: 4 times as militant and once as rebel.'
    """
    if table is None or not table["hits"].sum():
        return "No word of the list names the armed opponent."
    found = table[table["hits"] > 0].sort_values("hits", ascending=False, kind="stable")
    own = leading(found, "hits", top).to_dict("records")
    names = [f"as {labels[row['naming']].split(': ')[-1].lower()}" for row in own]
    said = [f"{times(row['hits'])} {name}" for name, row in zip(names, own, strict=True)]
    if len(own) == 1:
        total = float(table["hits"].sum())
        said = [("" if total <= 1 else "both times " if total == 2 else "always ") + names[0]]
    return f"The armed opponent is named {times(table['hits'].sum())}: {listed(said)}."


def actors(table: pd.DataFrame, labels: dict[str, str], *, fewest: int = 5) -> str:
    """Name who acts most and who least often, from a table of `role_shares`.

    >>> table = pd.DataFrame({"actor": ["army", "us"], "acts": [8, 2], "acted_upon": [2, 6]})
    >>> actors(table.assign(active_share=[0.8, 0.25]), {"army": "Army", "us": "Us"})
    'Most often acting: army (8 of the 10 times that they are subject or object); least often: us (2 of 8).'
    """
    known = table[table["acts"] + table["acted_upon"] >= fewest]
    known = known.sort_values("active_share", ascending=False, kind="stable")
    if known.empty:
        return f"No actor is subject or object {fewest} times: too few to say who acts."
    rows = known.to_dict("records")
    names = [labels[row["actor"]].lower() for row in rows]
    counts = [f"{row['acts']:,} of {row['acts'] + row['acted_upon']:,}" for row in rows]
    if len(rows) == 1:
        first = f"{names[0][0].upper()}{names[0][1:]}"
        return f"{first} alone is subject or object {fewest} times or more, and acts in {counts[0]}."
    most, least = (
        [(name, count) for name, count, row in zip(names, counts, rows, strict=True) if row["active_share"] == share]
        for share in (rows[0]["active_share"], rows[-1]["active_share"])
    )
    if len(most) == len(rows):
        return f"No actor acts more often than another: {listed([f'{name} ({count})' for name, count in most])}."
    (name, count), *others = most
    acted, whole = count.split(" of ")
    often = f"{name} ({acted} of the {whole} times that they are subject or object)"
    most_often = listed([often, *(f"{other} ({times})" for other, times in others)])
    return f"Most often acting: {most_often}; least often: {listed([f'{name} ({count})' for name, count in least])}."


def passives(found: pd.DataFrame, *, top: int = 3, fewest: int = 3) -> str:
    """State how many passives say who acts, and name what is acted upon most, at least `fewest` times.

    >>> table = pd.DataFrame({"agent": ["the house", None, None], "patient": ["The bill", "the bill", "the bill"]})
    >>> passives(table)
    '1 of the 3 passives says who acts. Acted upon most: “the bill” (3 times).'
    """
    if not len(found):
        return "There is no passive."
    told = int(found["agent"].notna().sum())
    if len(found) == 1:
        said = f"The one passive {'says' if told else 'does not say'} who acts."
    else:
        count = f"{told:,}" if told else "None"
        said = f"{count} of the {len(found):,} passives {'say' if told > 1 else 'says'} who acts."
    patients = found["patient"].dropna().astype(object).str.lower()
    counts = patients[~patients.isin(PRONOUNS)].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    often = leading(counts[counts >= fewest].reset_index(name="count"), "count", top)
    named = [f"“{patient}” ({times(count)})" for patient, count in often.itertuples(index=False)]
    return f"{said} Acted upon most: {listed(named)}." if named else said


def entities(table: pd.DataFrame, *, top: int = 4) -> str:
    """Name the most frequent entities, from a table of `entities`.

    >>> entities(pd.DataFrame({"entity": ["Imran Khan", "Lahore"], "count": [12, 3], "documents": [5, 1]}))
    'Named most: Imran Khan (12 times, in 5 documents) and Lahore (3 times, in 1 document).'
    """
    own = leading(table, "count", top)
    said = [
        f"{name} ({times(count)}, in {counted(documents, 'document')})"
        for name, count, documents in own[["entity", "count", "documents"]].itertuples(index=False)
    ]
    return f"Named most: {listed(said)}." if said else "No name is found."


def speakers(shares: pd.DataFrame, *, top: int = 3) -> str:
    """Name who is quoted most, from a table of speaker shares.

    Left out are speakers with a single statement, and those without a name, such as "an official".

    >>> table = pd.DataFrame({"speaker": ["Khan", None], "statements": [3, 1], "quoted_words": [30, 10]})
    >>> speakers(table.assign(share=[0.75, 0.25]))
    'Of those named, Khan is quoted most (75% of the quoted words); 25% have no speaker.'
    """
    quoted = shares[shares["quoted_words"] > 0]
    if quoted.empty:
        return "Nothing between quotation marks is anyone's speech."
    known = quoted.dropna(subset="speaker")
    if quoted["statements"].sum() == 1:
        return f"The one quotation {'has no speaker' if known.empty else f'is of {_named(known)[0]}'}."
    pronoun = known["speaker"].str.lower().isin(PRONOUNS)
    nameless = known["speaker"].str.match(_NAMELESS)
    often = known[~pronoun & ~nameless & (known["statements"] > 1)].head(top)
    unnamed = float(quoted.loc[quoted["speaker"].isna(), "share"].sum())
    rest = [f"{percent(known.loc[nameless, 'share'].sum())} have a speaker without a name"] if nameless.any() else []
    rest += [f"{percent(known.loc[pronoun, 'share'].sum())} have a pronoun only"] if pronoun.any() else []
    rest += [f"{percent(unnamed)} have no speaker"] if unnamed else []
    last = f"; {listed(rest)}" if rest else ""
    if often.empty:
        return f"No speaker is named more than once{last.replace(' have', ' of the quoted words have', 1)}."
    shared = [f"({percent(share)})" for share in often["share"]]
    shared[0] = shared[0].replace(")", " of the quoted words)")
    said = [f"{name} {share}" for name, share in zip(_named(often), shared, strict=True)]
    most = f"{_named(often)[0]} is quoted most {shared[0]}" if len(often) == 1 else f"{listed(said)} are quoted most"
    return f"Of those named, {most}{last}."


def _named(known: pd.DataFrame) -> list[str]:
    """The speakers as they appear within a sentence."""
    return [re.sub(r"^(An?|The) ", lambda article: article[0].lower(), speaker) for speaker in known["speaker"]]
