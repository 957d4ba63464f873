"""What is to be counted in one partition of a corpus, and what each of its words weighs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from analysis.core.jobs import named
from analysis.core.resources import Budget
from analysis.engine.partitions import Partition
from analysis.framing.lexicon import Lexicon
from analysis.scale.sentence_stages import PER_SENTENCE, Tally, tallies

PER_CHARACTER = 45  # bytes at the peak of tokenizing a character with its sentences, and of looking for patterns in it


class WordCounting(NamedTuple):
    """That the words of a partition are to be counted.

    With a ``tally`` each weighs 1/n where its sentence stands n times in the corpus.
    """

    key: str
    partition: Partition
    tally: Tally | None = None


class FrameCounting(NamedTuple):
    """That what speaks of the frames of a lexicon is to be counted in a partition; ``tally``: as in `WordCounting`."""

    key: str
    partition: Partition
    lexicon: Lexicon
    tally: Tally | None = None


Task = TypeVar("Task", WordCounting, FrameCounting)


def adjusted(
    tasks: Sequence[Task], run: Callable[..., list[Path]], plan: Budget, *, language: str | None = None
) -> list[Task]:
    """`tasks`, each with the tally of its sentences: of documents in a language, or of all; `run` is as in `tallies`.

    What is not in the language of a lexicon does not count, so that it makes no sentence weigh less either.
    """
    limit = max(1, plan.characters * PER_CHARACTER // PER_SENTENCE)
    found = tallies([task.partition for task in tasks], language, run, limit)
    return [
        task._replace(key=named(task.key, tally.key), tally=tally) for task, tally in zip(tasks, found, strict=True)
    ]
