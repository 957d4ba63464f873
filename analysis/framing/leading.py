"""Which frame leads in a sentence, and how clearly."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.framing.counting import DIGITS
from analysis.framing.lexicon import Lexicon
from analysis.text.tokens import Tokens

BLOCK = 10_000  # sentences that are held as strings of their own at a time


def leading_frames(tokens: Tokens, scores: sparse.csr_array, lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The rows of `sentence_frames` for the `scores`, (sentences, frames)."""
    blocks = (scores[first : first + BLOCK].toarray() for first in range(0, max(tokens.n_sentences, 1), BLOCK))
    document = tokens.sentence_document
    first_sentence = np.searchsorted(document, document)
    places = pd.DataFrame(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": np.arange(tokens.n_sentences) - first_sentence,
            "start": tokens.sentence_start,
            "end": tokens.sentence_end,
        }
    )
    leads = pd.concat([lead(block, lexicon, margin) for block in blocks], ignore_index=True)
    return pd.concat([places, leads], axis=1).assign(text=_sentence_texts(tokens))


def _sentence_texts(tokens: Tokens) -> pd.Series:
    """The sentences on one line each; of the many short strings that they are cut from few are there at a time."""
    columns = (tokens.sentence_document, tokens.sentence_start, tokens.sentence_end)
    texts, blocks = tokens.corpus.texts, []
    for first in range(0, max(tokens.n_sentences, 1), BLOCK):
        spans = zip(*(column[first : first + BLOCK].tolist() for column in columns), strict=True)
        blocks.append(pd.Series([" ".join(texts[d][start:end].split()) for d, start, end in spans]))
    return pd.concat(blocks, ignore_index=True)


def lead(scores: NDArray[np.float64], lexicon: Lexicon, margin: float) -> pd.DataFrame:
    """The columns status, frame, leading, second, score and margin of `sentence_frames`, from (sentences, frames)."""
    if not margin >= 0:
        raise ValueError(f"margin is {margin}: use 0 or a weight above it")
    frames = lexicon.frames["frame"].to_numpy(dtype=object)
    scores = scores.round(DIGITS)
    best = scores.max(axis=1, initial=0.0)
    lower = np.where(scores < best[:, None], scores, 0.0)
    runner_up = lower.max(axis=1, initial=0.0)
    highest = (scores == best[:, None]) & (best > 0)[:, None]
    tied = highest.sum(axis=1) > 1
    ahead = np.where(tied, 0.0, best - runner_up).round(DIGITS)
    status = np.select([best == 0, tied, ahead < margin], ["no term", "tie", "below margin"], "framed").astype(object)
    leading = np.full(len(scores), None, dtype=object)
    leading[best > 0] = frames[scores.argmax(axis=1)[best > 0]]
    second = np.full(len(scores), None, dtype=object)
    second[runner_up > 0] = frames[lower.argmax(axis=1)[runner_up > 0]]
    leading[tied] = [" · ".join(frames[row]) for row in highest[tied]]
    frame = leading.copy()
    frame[status != "framed"] = None
    names = pd.DataFrame({"status": status, "frame": frame, "leading": leading, "second": second}, dtype=object)
    return names.assign(score=best, margin=ahead)
