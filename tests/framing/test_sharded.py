"""Every measure gives the same table of a corpus in one shard and in several, to the last bit."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.paths import LEXICONS
from analysis.framing.attribution import attributions, speaker_shares
from analysis.framing.axes import axes
from analysis.framing.contrasts import headline_body, shifts
from analysis.framing.cooccurrence import cooccurrence, frame_words
from analysis.framing.counting import count_documents, counted_shards, fit, stack, term_counts
from analysis.framing.embedding import expand
from analysis.framing.frames import coverage, evidence, matches, over_time, profile, sentence_frames
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import role_shares, roles
from analysis.framing.style import firmness, naming, reporting, reports
from analysis.framing.voice import passive_rates, passives
from analysis.text.corpus import read_texts
from analysis.text.units import UNITS

FRAMES = "  war: {definition: A fight., terms: [war]}\n  law: {definition: Courts., terms: [court]}\n"
STYLE, ACTORS = (read_lexicon(LEXICONS / f"{name}.yml") for name in ("style", "actors"))
ALIASES = {"Khan": "A. Khan"}
POLES = {"safety": (["safe", "secure"], ["dangerous", "risky"])}


def table_of(counts):
    columns = np.column_stack([counts.words, counts.hits.toarray(), counts.scores.toarray()])
    return pd.DataFrame(columns)


# Each takes tokens, a lexicon, weights or None, and a column of groups or None.
MEASURES = {
    "matches": lambda t, x, w, by: matches(t, x),
    "sentences": lambda t, x, w, by: table_of(stack(counts for _, counts in counted_shards(t, x, w))),
    "documents": lambda t, x, w, by: table_of(count_documents(t, x, w)),
    "terms": lambda t, x, w, by: term_counts(t, x),
    "evidence": lambda t, x, w, by: evidence(t, matches(t, x)),
    "sentence_frames": lambda t, x, w, by: sentence_frames(t, x, margin=0.5),
    "coverage": lambda t, x, w, by: coverage(t, x, by, margin=0.5),
    "profile": lambda t, x, w, by: profile(t, x, by, w),
    "shifts": lambda t, x, w, by: shifts(t, x, by or "source", weights=w, permutations=33, seed=2),
    "headlines": lambda t, x, w, by: headline_body(t, x, permutations=33, seed=2),
    "weeks": lambda t, x, w, by: over_time(t, x, "week", weights=w),
    "years": lambda t, x, w, by: over_time(t, x, "year", weights=w),
    **{unit: lambda t, x, w, by, unit=unit: cooccurrence(t, x, unit=unit) for unit in UNITS},
    "fit": lambda t, x, w, by: pd.DataFrame([fit(t, x)]),
    "words": lambda t, x, w, by: frame_words(t, x, x.frames["frame"].iloc[0], min_count=2),
    "firmness": lambda t, x, w, by: firmness(t, STYLE, by, w),
    "naming": lambda t, x, w, by: naming(t, STYLE, by, w),
    "speech": lambda t, x, w, by: attributions(t, aliases=ALIASES),
    "speakers": lambda t, x, w, by: speaker_shares(attributions(t, aliases=ALIASES), t, by),
    "passives": lambda t, x, w, by: passives(t),
    "voice": lambda t, x, w, by: passive_rates(passives(t), t, by),
    "roles": lambda t, x, w, by: roles(t, ACTORS),
    "actors": lambda t, x, w, by: role_shares(roles(t, ACTORS), t, by),
    "reports": lambda t, x, w, by: reports(t, STYLE),
    "reporting": lambda t, x, w, by: reporting(reports(t, STYLE), t, STYLE, by),
    "reporting_by_speaker": lambda t, x, w, by: reporting(reports(t, STYLE), t, STYLE, "speaker"),
    "expand": lambda t, x, w, by: expand(t, x, min_count=1),
    "axes": lambda t, x, w, by: axes(t, POLES, by),
}
GROUPED = {*"coverage profile shifts firmness naming speakers voice actors reporting axes".split()}
WEIGHTED = {*"sentences documents profile shifts weeks years firmness naming".split()}
CASES = [
    pytest.param(measure, weighted, by, id=f"{name}{'-weighted' * weighted}{f'-by {by}' * bool(by)}")
    for name, measure in MEASURES.items()
    for weighted in ([False, True] if name in WEIGHTED else [False])
    for by in ([None, "source", "doc_id", "date"] if name in GROUPED else [None])
    if (name, by) != ("reporting", "doc_id")  # a column of the table itself
]


def found_in(tokens, measure, *options):
    """The table, or the error in its place."""
    try:
        return measure(tokens, *options)
    except ValueError as error:
        return pd.DataFrame({"error": [str(error)]})


@pytest.mark.parametrize(("measure", "weighted", "by"), CASES)
def test_as_in_one_part(measure, weighted, by, cut):
    if measure in (MEASURES["expand"], MEASURES["axes"]):
        pytest.importorskip("wordllama")
    weights = cut.weights if weighted else None
    tables = (found_in(tokens, measure, cut.lexicon, weights, by) for tokens in (cut.shards, cut.whole))
    pd.testing.assert_frame_equal(*tables, check_exact=True)


@pytest.mark.parametrize("name", MEASURES)
def test_nothing_found(name, sharded, lexicon):
    if name in ("expand", "axes"):
        pytest.importorskip("wordllama")
    whole = tokenize(read_texts(["It rains.", "", "It snows."]))
    tables = (found_in(tokens, MEASURES[name], lexicon, None, None) for tokens in (sharded(whole, 1), whole))
    pd.testing.assert_frame_equal(*tables, check_exact=True)


FOUND = {
    "speech": (attributions, speaker_shares),
    "passives": (passives, passive_rates),
    "roles": (lambda tokens: roles(tokens, ACTORS), role_shares),
    "reports": (lambda tokens: reports(tokens, STYLE), lambda *args, **by: reporting(*args, STYLE, **by)),
    "matches": (lambda tokens: matches(tokens, ACTORS), lambda table, tokens, by=None: evidence(tokens, table)),
}


@pytest.mark.parametrize(("find", "shares"), FOUND.values(), ids=FOUND)
def test_a_table_of_other_documents(find, shares, sample_tokens, sample_shards):
    found = find(tokenize(read_text("Troops were killed, Khan said that day. Khan said that it fell.")))
    for tokens in (sample_tokens, sample_shards):
        with pytest.raises(ValueError, match="the table is about document 'text', which is not in the tokens"):
            shares(found, tokens)


OPTIONS = [(name, None, "planet", "no metadata column 'planet'") for name in sorted(GROUPED)]
OPTIONS += [(name, np.ones(2), None, r"2 weights for \d+ tokens") for name in sorted(WEIGHTED)]


@pytest.mark.parametrize(("name", "weights", "by", "message"), OPTIONS)
def test_an_unknown_column_or_too_few_weights(name, weights, by, message, sample_tokens, security):
    if name == "axes":
        pytest.importorskip("wordllama")
    with pytest.raises(ValueError, match=message):
        MEASURES[name](sample_tokens, security, weights, by)


@pytest.mark.parametrize("most", [0, 1, 7, 10_000])
def test_the_first_rows_of_a_table_are_those_of_the_whole(most, cut):
    for tokens in (cut.whole, cut.shards):
        found = matches(tokens, cut.lexicon)
        for measure, of in ((evidence, found), (sentence_frames, cut.lexicon), (matches, cut.lexicon)):
            pd.testing.assert_frame_equal(measure(tokens, of, most=most), measure(tokens, of).head(most))
