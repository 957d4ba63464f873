"""The pairs of documents that share text, in a corpus that need not fit in memory or on one machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis.places import whole_file
from analysis.progress import Progress
from analysis.scale import pair_common
from analysis.scale import pair_stages as stages
from analysis.scale.names import named
from analysis.scale.pair_table import PAIRS, ordered, pairs_in, rows, runs_in
from analysis.scale.pairing import PER_CHARACTER, numbered, write_pairs
from analysis.scale.resources import budget
from analysis.scale.shuffle import read_about
from analysis.scale.tables import write_rows

PER_SHINGLE = 90  # bytes at the peak of sorting a shingle's records, or of counting with its lists


class Found(NamedTuple):
    """What was found: documents, pairs, shingles put aside (in more than 200 documents), problems in reading."""

    documents: int
    pairs: int
    common: int
    problems: int


def pairs(
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    memory: int,
    threshold: float | None = None,
    client: Any = None,
    work: Path | None = None,
    progress: Progress = lambda what, done, total: None,
    **reading: Any,
) -> Found:
    """Write the pairs of documents held to be reuse, in one corpus or several, to `out` (.parquet or .csv).

    The rows are those of `document_pairs` for all documents together, in its order: ``a``, ``b``, ``shared``,
    ``containment_a``, ``containment_b``, ``jaccard``; and ``earlier`` as `directions` has it. With a `threshold` only
    those of which one document has that share of its shingles in the other. The file is the same, byte for byte,
    whatever `memory` (bytes of all processes on this machine, of each worker with a dask `client`) and the number of
    processes, and after an interruption, from which a second call goes on: see `work_folder`, to which `work` goes.
    `reading` are the parameters of `read_corpus` and `tokenize`. Beside `out` stand ``<stem>.problems.csv``, path and
    reason, where there are problems; and ``<stem>.common.csv``, the thousand most widespread of the shingles that are
    put aside, with in how many documents each is: as `common_shingles` has them.

    Shingles are compared by 128-bit keys, see `keyed_shingles` for how unlikely a false one is. The keys are cut into
    ranges, in each of which the documents that share a key are listed; then the documents are cut into spans, in each
    of which the lists are counted out. Keys in more than 200 documents are counted and never listed. On disk there are
    at the most some 20 bytes for each different shingle of each document, and 4 for each pair that shares it, until
    the table is whole.

    Raises `CorpusError` and `ValueError` as `partitions` does; the first where no document can be read, too, the other
    for a threshold that is no share above 0.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold:g}: give a share above 0 and up to 1, such as 0.8")
    target = Path(out)
    plan = budget(memory, local=client is None, per_character=PER_CHARACTER)
    limit = plan.characters * PER_CHARACTER // PER_SHINGLE
    with numbered(
        corpora,
        target,
        tables=[common_of(target)],
        plan=plan,
        task=lambda piece: piece,
        reading_stage=stages.shingled,
        listing_stage=stages.listed,
        client=client,
        work=work,
        progress=progress,
        **reading,
    ) as (corpus, run):
        cut = _plan(corpus.listing, corpus.about, limit)
        [divided] = run(stages.divided, [stages.Dividing(cut.key, cut)], what="dividing")
        buckets = [stages.Bucket(f"{cut.key}-{k:06d}", cut, str(divided), k) for k in range(cut.buckets)]
        joins = tuple(map(str, run(stages.joined, buckets, what="joining")))
        [weighed] = run(stages.weighed, [stages.Weighing(cut.key, cut, joins)], what="weighing")
        runs = runs_in(run(stages.paired, stages.spans(cut, weighed, threshold), what="pairing"))
        first = _starts(corpus.read, corpus.about["parts"])
        wordings = pair_common.wordings(corpus.pieces, first, weighed)
        words = run(pair_common.worded, wordings, what="common words")
        with whole_file(common_of(target)) as place:
            write_rows([pair_common.common_rows(weighed, words)], pair_common.COMMON, place)
        documents = stages.opened(corpus.listing, weighed)
        found = ordered(runs, limit // 4)  # a row is some times as large as the numbers it is made of
        written = write_pairs((rows(documents, own) for own in found), pairs_in(runs), PAIRS, target, progress)
        return Found(corpus.about["documents"], written, read_about(weighed)["common"], corpus.problems)


def common_of(out: Path) -> Path:
    """The table of the most common shingles beside the table `out`.

    >>> common_of(Path("pairs.parquet")).name
    'pairs.common.csv'
    """
    return out.with_name(f"{out.stem}.common.csv")


def _starts(parts: Sequence[Path], numbered: Sequence[tuple[str, int]]) -> list[int]:
    """The number of the first document of each partition; of one without documents that of the next one's."""
    first = {Path(name).parent: base for name, base in reversed(numbered)}
    found: list[int] = []
    after = 1 << 62
    for part in reversed(parts):
        after = first.get(part, after)
        found.append(after)
    return found[::-1]


def _plan(listing: Path, about: dict[str, Any], limit: int) -> stages.Plan:
    """Buckets of half of `limit` shingles, so that a round of putting aside is rare; blocks of four times as many.

    The larger a block, the fewer the lists that one shingle has, and the longer those that one block has.
    """
    pieces = max(1, -(-2 * int(about["shingles"]) // limit))
    per_block = max(1, 4 * int(about["documents"]) // pieces)
    own = named(listing.name, str(pieces), str(per_block), str(limit))
    return stages.Plan(own, str(listing), pieces, per_block, about["documents"], limit)
