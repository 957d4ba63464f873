"""What is counted in one partition of a corpus, and what each of its words weighs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from analysis.framing.lexicon import Lexicon
from analysis.scale.names import named
from analysis.scale.partitions import Partition
from analysis.scale.resources import Budget
from analysis.scale.sentence_stages import PER_SENTENCE, Tally, tallies

PER_CHARACTER = 45  # bytes at the peak of tokenizing a character with its sentences, and of looking for patterns in it


class Counting(NamedTuple):
    """That a partition is to be counted: its words, or with a `lexicon` what speaks of its frames.

    With a ``tally`` each word weighs 1/n where its sentence stands n times in the corpus.
    """

    key: str
    partition: Partition
    lexicon: Lexicon | None = None
    tally: Tally | None = None


def countings(partitions: Sequence[Partition], lexicon: Lexicon | None = None) -> list[Counting]:
    """That each of `partitions` is to be counted as its text stands."""
    known = lexicon.sha256 if lexicon else ""
    return [Counting(named(own.key, known), own, lexicon) for own in partitions]


def adjusted(tasks: Sequence[Counting], run: Callable[..., list[Path]], plan: Budget) -> list[Counting]:
    """`tasks`, of one lexicon, each with the tally of its sentences; `run` is as in `tallies`.

    What is not in the lexicon's language does not count, so that it makes no sentence weigh less either.
    """
    limit = max(1, plan.characters * PER_CHARACTER // PER_SENTENCE)
    found = tallies([task.partition for task in tasks], language(tasks[0]), run, limit)
    return [
        task._replace(key=named(task.key, tally.key), tally=tally) for task, tally in zip(tasks, found, strict=True)
    ]


def language(task: Counting) -> str | None:
    """That of the documents which are counted, None for all: a lexicon finds nothing in another than its own."""
    return task.lexicon.language if task.lexicon else None
