"""Parts of a corpus, each saved by itself, made one `Parted` whole."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.text.corpus import MOST_COLUMNS, fill_columns
from analysis.text.parted import ABOUT, Parted, open_parts, part_folder, sentence_counts
from analysis.text.storage import open_tokens, read_arrow, write_arrow


def join_parts(saved: Sequence[Path], folder: Path, problems: pd.DataFrame | None = None) -> Parted:
    """Make of folders of saved tokens, the parts of one corpus in its order, one whole in the new folder `folder`.

    The folders are moved there. `problems` are those of the whole corpus, by default those of the parts. Raises
    `ValueError` where there is no part.
    """
    if not saved:
        raise ValueError("no part has a document: there is nothing to join")
    folder.mkdir(parents=True)
    tables, told, vocabularies, counts = [], [], [], []
    for number, place in enumerate(saved):
        place.rename(part_folder(folder, number))
        tokens = open_tokens(part_folder(folder, number))
        tables.append(tokens.corpus.documents)
        told.append(tokens.corpus.problems)
        vocabularies.append(read_arrow(part_folder(folder, number), "vocabulary").column(0).combine_chunks())
        counts.append(np.column_stack([np.diff(tokens.document_offsets), sentence_counts(tokens)]))
        options = dict(tokens.options)
    unite(vocabularies, folder, folder / "types")
    del vocabularies
    pa.default_memory_pool().release_unused()  # which Arrow would keep for itself
    documents = fill_columns(pd.concat(tables, ignore_index=True).iloc[:, :MOST_COLUMNS])
    problems = pd.concat(told, ignore_index=True) if problems is None else problems
    for name, table in (("documents", documents), ("problems", problems)):
        write_arrow(pa.Table.from_pandas(table, preserve_index=False), folder, name)
    np.save(folder / "sizes.npy", np.concatenate(counts))
    about = {"documents": [len(table) for table in tables], "options": options}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return open_parts(folder)


def unite(vocabularies: Sequence[pa.Array], folder: Path, types: Path) -> None:
    """Write the words of all `vocabularies`, in alphabetical order, into `folder`, and to `types` where each stands."""
    encoded = pa.chunked_array(vocabularies, pa.large_string()).dictionary_encode()
    found = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.large_string())
    order = pc.sort_indices(found)  # of UTF-8 bytes, which is that of code points
    rank = np.empty(len(found), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(found), dtype=np.int32)
    folder.mkdir(parents=True, exist_ok=True)
    types.mkdir(parents=True, exist_ok=True)
    write_arrow(pa.table({"vocabulary": found.take(order)}), folder, "vocabulary")
    chunks = iter(encoded.chunks)  # one for each vocabulary but the empty ones, which Arrow leaves out
    for number, words in enumerate(vocabularies):
        own = rank[next(chunks).indices.to_numpy()] if len(words) else rank[:0]
        np.save(types / f"{number:05}.npy", own)
