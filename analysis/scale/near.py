"""What is repeated almost verbatim, in a corpus that need not fit in memory or on one machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis.core.jobs import named
from analysis.core.progress import Progress
from analysis.core.resources import budget
from analysis.engine.pairing import PER_CHARACTER, numbered, write_pairs
from analysis.engine.shuffle import read_about
from analysis.scale import near_stages, near_units
from analysis.scale.near_table import NEAR, Settling, ordered, rows, runs_in, settled
from analysis.text.units import UNITS

PER_RECORD = 100  # bytes at the peak of sorting a word of a set, or a pair of places, with what it is told by


class Found(NamedTuple):
    """What was found: documents, sentences or paragraphs in them, pairs listed and omitted, problems in reading."""

    documents: int
    units: int
    pairs: int
    omitted: int
    problems: int


def near(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    threshold: float = 0.8,
    unit: str = "sentence",
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Found:
    """Write the pairs of sentences or paragraphs that are nearly the same, in one corpus or several, to `out`.

    The rows are those of `near_repeats` for all documents together, in its order: ``a_doc``, ``a_start``, ``a_end``,
    ``b_doc``, ``b_start``, ``b_end``, ``similarity``, ``omitted``; `out` ends in .parquet or .csv. The file is the
    same, byte for byte, whatever `memory` (bytes of all processes on this machine, of each worker with a dask `client`)
    and the number of processes, and after an interruption, from which a second call goes on: see `work_folder`, to
    which `work` goes.
    `reading` are the parameters of `read_corpus` and `tokenize`. Beside `out` stands ``<stem>.problems.csv``, path and
    reason, where there are problems.

    No pair is missed: the search is that of `near_repeats`. The sets of words are put in the order of their sizes and
    cut into blocks; each block is compared with itself and with later ones, as far as sets of their sizes can be alike
    (prefixes of the rarest words, Bayardo, Ma and Srikant 2007, Scaling up all pairs similarity search). Contents are
    told apart by 128-bit keys. On disk there are a few bytes for each character, and 16 for each row, until the table
    is whole.

    Raises `CorpusError` and `ValueError` as `partitions` does; the first where no document can be read, too, the other
    for a threshold that is no share above 0, for another `unit`, and where more comparisons would be needed than
    `near_stages.MOST`.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}: use {' or '.join(map(repr, UNITS))}")
    target = Path(out)
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    limit = plan.characters * PER_CHARACTER // PER_RECORD
    with numbered(
        corpora,
        target,
        plan=plan,
        task=lambda piece: near_units.Reading(named(piece.key, unit), piece, unit),
        reading_stage=near_units.units_read,
        listing_stage=near_units.listed,
        client=client,
        work=work,
        progress=progress,
        **reading,
    ) as (corpus, run):
        listing = corpus.listing
        words = run(near_units.counted, near_units.key_ranges(listing, "word_high", limit), what="counting")
        apart = run(near_units.told_apart, near_units.key_ranges(listing, "high", limit), what="telling apart")
        parts = near_units.parts_of(listing)
        given = str(listing), tuple(map(str, words)), tuple(map(str, apart)), float(threshold), limit
        key = named(*map(str, given))
        tasks = [near_stages.Setting(f"{key}-{k:06d}", given[0], k, *given[1:]) for k in range(len(parts))]
        settings = run(near_stages.ordered_sets, tasks, what="ordering")
        blocks = run(near_stages.gathered, near_stages.blocks(settings, key, limit), what="gathering")
        meetings = near_stages.meetings(blocks, str(listing), settings, float(threshold), limit, unit)
        folders = [*settings, *run(near_stages.met, meetings, what="comparing")]
        settling = Settling(key, tuple(map(str, folders)), corpus.about["units"])
        [counts] = run(settled, [settling], what="settling")
        told = read_about(counts)
        pairs = ordered(runs_in(folders), counts, limit // 4)  # a row is some times as large as its numbers
        written = write_pairs((rows(parts, *own) for own in pairs), told["pairs"], NEAR, target, progress)
        return Found(corpus.about["documents"], corpus.about["units"], written, told["omitted"], corpus.problems)
