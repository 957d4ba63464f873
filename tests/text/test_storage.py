"""What is saved is what is opened."""

import numpy as np
import pytest

from analysis.text.storage import open_tokens, save_tokens


def test_what_is_opened_is_what_was_saved_and_stays_on_disk(sample_tokens, tmp_path, assert_same):
    save_tokens(sample_tokens, tmp_path / "saved")
    opened = open_tokens(tmp_path / "saved")
    assert isinstance(opened.ids.base, np.memmap)
    assert_same(opened, sample_tokens)
    rows = np.array([1, 3])
    assert_same(opened.subset(rows), sample_tokens.subset(rows))
    texts = opened.corpus.texts
    assert (texts[-1], list(texts[1:3])) == (sample_tokens.corpus.texts[-1], list(sample_tokens.corpus.texts[1:3]))


def test_a_folder_that_is_there_is_not_written_over(sample_tokens, tmp_path):
    (tmp_path / "saved").mkdir()
    with pytest.raises(ValueError, match=r"saved' exists: give the name of a new folder"):
        save_tokens(sample_tokens, tmp_path / "saved")
    assert list(tmp_path.iterdir()) == [tmp_path / "saved"]


@pytest.mark.parametrize("name", ["ids.npy", "texts.arrow", "segments.arrow", "tokens.json"])
def test_what_is_not_whole_is_not_opened(sample_tokens, tmp_path, name):
    save_tokens(sample_tokens, tmp_path / "saved")
    file = tmp_path / "saved" / name
    for damage in (lambda: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), file.unlink):
        damage()
        with pytest.raises(ValueError, match="holds no saved tokens, or not all of them"):
            open_tokens(tmp_path / "saved")
