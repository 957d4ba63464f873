"""A figure is written in every format, with its data and its words, and the same twice."""

import json
import os
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from IPython.utils.capture import capture_output
from PIL import Image

from analysis.publish import plots
from analysis.publish.figures import save_figure

TABLE = pd.DataFrame({"term": ["plan", "$5", "عزم", "a\\b_c^d"], "rate": [3.0, 2.0, 1.0, 0.5]})
TABLE = TABLE.assign(ci_low=TABLE["rate"] - 0.4, ci_high=TABLE["rate"] + 0.4)


def draw():
    return plots.interval_dots(TABLE, label="term", value="rate", xlabel="Rate")


def test_a_figure_comes_in_every_format_with_its_data_and_words(folder):
    with capture_output() as captured:
        save_figure(draw(), "dots", data=TABLE, caption="A <caption>", alt='An "alt"')
    assert {path.name for path in folder.iterdir()} == {f"dots.{kind}" for kind in ("png", "svg", "pdf", "csv", "json")}
    about = json.loads((folder / "dots.json").read_text())
    told = "Dots in 4 rows: rate. Highest: plan (3), $5 (2) and عزم (1); lowest: a\\b_c^d (0.50); "
    told += "2 of 4 reach half of the highest."
    assert (about["caption"], about["alt"], about["rows"]) == ("A <caption>", f'{told} An "alt"', 4)
    with Image.open(folder / "dots.png") as picture:
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert picture.width == pytest.approx(3.8 * 300, abs=1)
    shown = captured.outputs[0].data["text/html"]
    assert 'An &quot;alt&quot;"' in shown
    assert "A &lt;caption&gt;" in shown


def numbers(text):
    """The numbers in a text as they are written, those in per cent as shares."""
    for found, percent in re.findall(r"(\d[\d,]*(?:\.\d+)?)(%?)", text):
        digits = len(found.partition(".")[2])
        scale = 100 if percent else 1
        yield float(found.replace(",", "")) / scale, 0.5 * 10**-digits / scale


def test_an_alt_text_is_that_of_one_figure_and_names_values_of_its_table(sample_run):
    told = {}
    for path in sorted(sample_run.glob("*/*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        if "drawing" in about:
            told[path] = about["alt"]
            table = pd.read_csv(path.with_suffix(".csv"))
            if path.stem == "repeat_map":
                table["share"] = (table["end"] - table["start"]).groupby(table["doc_id"]).transform("sum") / table[
                    "n_chars"
                ]
            cells = table.select_dtypes("number").to_numpy().ravel()
            counts = table.groupby(table.columns[0]).size().to_numpy()  # of marks and of places
            values = np.concatenate([cells[np.isfinite(cells) & (cells != 0)], counts[counts > 1]])
            assert any(abs(values - number).min() <= near * 1.01 for number, near in numbers(about["alt"])), path.name
    assert len(told) > 25
    assert len(set(told.values())) == len(told)


def test_two_drawings_are_the_same_bytes_whatever_the_user_settings(folder):
    with capture_output():
        save_figure(draw(), "first", data=TABLE, caption="c", alt="a")
        with mpl.rc_context({"font.size": 20, "svg.hashsalt": "other", "text.usetex": False, "axes.grid": True}):
            save_figure(draw(), "second", data=TABLE, caption="c", alt="a")
    for kind in ("png", "svg", "pdf", "csv"):
        assert (folder / f"first.{kind}").read_bytes() == (folder / f"second.{kind}").read_bytes(), kind


def test_no_format_says_when_or_with_what_it_was_made(folder):
    with capture_output():
        save_figure(draw(), "dots", data=TABLE, caption="c", alt="a")
    for kind, marks in {
        "svg": [b"<dc:date", b"Matplotlib v"],
        "pdf": [b"CreationDate", b"Producer"],
        "png": [b"Software"],
    }.items():
        content = (folder / f"dots.{kind}").read_bytes()
        assert not [mark for mark in marks if mark in content], kind


@pytest.mark.parametrize(("caption", "alt"), [("", "a"), ("c", "  ")])
def test_a_figure_without_words_is_refused(folder, caption, alt):
    with pytest.raises(ValueError, match="needs a caption and an alt text"):
        save_figure(draw(), "dots", data=TABLE, caption=caption, alt=alt)
    assert not list(folder.iterdir())


def test_letters_without_a_font_are_named_and_no_warning_is_left(folder, recwarn):
    table = TABLE.head(1).assign(term="日本 war")
    figure = plots.interval_dots(table, label="term", value="rate", xlabel="Rate")
    with capture_output() as captured:
        save_figure(figure, "figure", data=table, caption="One.", alt="One.")
    said = [output.data["text/plain"] for output in captured.outputs]
    assert any("letters that its fonts do not have: 日本. Its table" in text for text in said)
    assert not [str(w.message) for w in recwarn if "Glyph" in str(w.message)]


@pytest.mark.parametrize(("first", "told"), [("from analysis.publish import plots", False), ("pass", True)])
def test_what_matplotlib_says_of_the_machine_is_no_output_of_a_notebook(tmp_path, first, told):
    # A slow scan of the fonts tells of itself after five seconds: here at once, whatever the machine.
    code = f"import threading\nthreading.Timer.start = lambda self: self.function()\n{first}\n"
    code += "import matplotlib.font_manager"
    (tmp_path / "file").touch()
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path / "file" / "folder")}  # which can't be made
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ("Matplotlib is building the font cache" in done.stderr) == told
    assert ("Matplotlib created a temporary cache directory" in done.stderr) == told
    assert bool(done.stderr) == told
