"""A figure of a real report is drawn again from its files alone: the same bytes, or another size."""

import json
import re
import shutil

import pytest
from PIL import Image

from analysis.core.errors import ParameterError
from analysis.publish.redraw import figures, redraw

MM = 72 / 25.4  # points


@pytest.fixture(scope="module")
def copied(sample_run, tmp_path_factory):
    """The manifest, tables and what is said of them, without a picture but the names of the SVGs."""
    run = tmp_path_factory.mktemp("copied") / "run"
    pictures = shutil.ignore_patterns("*.png", "*.pdf", "notebooks", "index.html")
    shutil.copytree(sample_run, run, ignore=pictures)
    for path in run.rglob("*.svg"):
        path.write_text("")
    return run


def test_every_figure_comes_out_of_its_files_byte_for_byte(sample_run, copied, tmp_path):
    names = figures(copied)
    assert len(names) > 25
    for name in names:
        written = redraw(copied, name, out=tmp_path / "figure.svg")
        assert written.read_bytes() == (sample_run / f"{name}.svg").read_bytes(), name


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_the_other_formats_too(sample_run, copied, tmp_path, kind):
    for name in ("framing/together", "term_frequency/shape", "redundancy/timeline"):
        written = redraw(copied, name, out=tmp_path / f"figure.{kind}")
        assert written.read_bytes() == (sample_run / f"{name}.{kind}").read_bytes(), name


@pytest.mark.parametrize(
    ("width", "millimetres"), [("85mm", 85), ("8.5cm", 85), ("3.5in", 88.9), ("column", 85), ("page", 174)]
)
def test_a_picture_is_as_wide_as_was_asked(copied, tmp_path, width, millimetres):
    svg = redraw(copied, "frames_profile", width=width, out=tmp_path / "a.svg").read_text()
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) == pytest.approx(millimetres * MM, abs=0.01)
    pdf = redraw(copied, "frames_profile", width=width, out=tmp_path / "a.pdf").read_bytes()
    assert float(re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", pdf)[1]) == pytest.approx(millimetres * MM, abs=0.01)
    with Image.open(redraw(copied, "frames_profile", width=width, out=tmp_path / "a.png")) as picture:
        assert picture.width == pytest.approx(millimetres / 25.4 * 300, abs=1)


def letters(svg):
    """The sizes of the letters of a drawing, in points of its page: 100 units of a glyph are one point of its size."""
    page, box = (float(re.search(pattern, svg)[1]) for pattern in (r'width="([\d.]+)pt"', r'viewBox="0 0 ([\d.]+)'))
    return {round(100 * float(size) * page / box, 1) for size in re.findall(r"scale\(([\d.]+) -", svg)}


def test_letters_keep_their_size_and_are_larger_on_a_slide(copied, tmp_path):
    sizes = {}
    for width in ("column", "report", "page", "slide"):
        sizes[width] = letters(redraw(copied, "actors", width=width, out=tmp_path / "a.svg").read_text())
    assert sizes["column"] == sizes["report"] == sizes["page"] == {8.0, 8.5}
    assert sizes["slide"] == {16.0, 17.0}


@pytest.mark.parametrize("name", ["actors", "together", "dot_plot", "reuse_network"])
def test_a_slide_is_1920_pixels_wide_and_no_higher_than_16_to_9(copied, tmp_path, name):
    with Image.open(redraw(copied, name, width="slide", out=tmp_path / "a.png")) as picture:
        assert picture.width == 1920
        assert picture.height <= 1081
        assert picture.info["dpi"] == pytest.approx((192, 192), abs=0.1)
    pdf = redraw(copied, name, width="slide", out=tmp_path / "a.pdf").read_bytes()
    assert re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", pdf)[1] == b"720"  # 254 mm
    assert b"CreationDate" not in pdf


def test_without_a_place_it_is_a_pdf_in_the_working_directory(copied, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert redraw(copied, "framing/style").read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir()] == ["style.pdf"]
    assert redraw(copied, "style", format="png").name == "style.png"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("frames_profil", {}, "no figure 'frames_profil' in .* Did you mean 'frames_profile'?"),
        ("framing/profile", {}, "no figure 'framing/profile'"),  # a table without a picture
        ("style", {"width": "wide"}, "width 'wide' is no length: use report, column, page, slide, or such as 85mm"),
        ("style", {"width": "-85mm"}, "is no length"),
        ("style", {"width": "19.9mm"}, "width '19.9mm' is 19.9 mm: use one from 20 to 600 mm"),
        ("style", {"width": "601mm"}, "from 20 to 600 mm"),
        ("style", {"format": "jpg"}, "'jpg' is no format of a figure: use pdf, svg, png"),
        ("style", {"out": "a.pdf", "format": "png"}, r"a.pdf' does not end in \.png"),
        ("style", {"out": "a.tiff"}, "'tiff' is no format"),
        ("style", {"out": "none/a.svg"}, "no such folder"),
        ("style", {"out": "."}, "is a folder"),
        ("agentless", {"width": "20mm"}, "width '20mm' leaves no room"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_is_written(copied, tmp_path, name, options, said):
    options = {"out": "a.svg"} | options
    options["out"] = tmp_path / options["out"]
    with pytest.raises(ParameterError, match=said) as told:
        redraw(copied, name, **options)
    assert "\n" not in str(told.value)
    assert not list(tmp_path.iterdir())


def test_a_figure_without_a_record_is_not_drawn(copied, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(copied, run)
    path = run / "framing" / "style.json"
    about = json.loads(path.read_text())
    del about["drawing"]
    path.write_text(json.dumps(about))
    with pytest.raises(ParameterError, match="has no record of how it was drawn"):
        redraw(run, "style", out=tmp_path / "a.svg")


def test_letters_without_a_font_are_named(copied, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(copied, run)
    table = run / "framing" / "actors.csv"
    table.write_text(table.read_text().replace("Government", "日本"))
    with pytest.warns(UserWarning, match=r"a\.svg shows boxes for letters that its fonts do not have: 日本") as told:
        redraw(run, "actors", width="column", out=tmp_path / "a.svg")
    assert len(told) == 1
