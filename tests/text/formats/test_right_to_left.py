"""Words that run from right to left come out as they are read, in whatever order a file lists them."""

import io

import pytest
from matplotlib.figure import Figure

from analysis.publish.figures import style
from analysis.text.formats.pdf import read_pdf
from analysis.text.formats.right_to_left import reading_order


def places(*parts: tuple[str, float, int]) -> tuple[str, list[float]]:
    """A line of (text, place of its first character, step to the next)."""
    text = " ".join(part for part, _, _ in parts)
    at = []
    for part, first, step in parts:
        at += [first + step * n for n in range(len(part))] + [first + step * len(part)]
    return text, at[:-1]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (places(("وزیر", 90, -1), ("اعظم", 80, -1)), "وزیر اعظم"),  # as it is read
        (places(("ریزو", 86, 1), ("مظعا", 76, 1)), "وزیر اعظم"),  # letters as they are seen
        (places(("ریزو", 86, 1), ("اعظم", 80, -1)), "وزیر اعظم"),  # one word so, one so
        (places(("مظعا", 76, 1), ("ریزو", 86, 1)), "وزیر اعظم"),  # the words too
        (places(("22", 10, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "وزیر اعظم 22"),
        (places(("ensuing", 1, 1), ("debate", 9, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "ensuing debate وزیر اعظم"),
        (places(("PM", 1, 1), ("مظعا", 20, 1), ("ریزو", 30, 1)), "وزیر اعظم PM"),  # mostly Urdu: read from the right
        (places(("عزمِ", 90, -1)), "عزمِ"),
        (places(("مِزع", 90, 1)), "عزمِ"),  # a mark stays behind its letter
        (places(("The", 1, 1), ("council", 9, 1)), "The council"),
        (places(("Café", 9, -1)), "Café"),  # nothing runs from right to left here
    ],
)
def test_a_line_is_read_as_it_is_seen(line: tuple[str, list[float]], read: str) -> None:
    assert reading_order(*line) == read


def test_an_urdu_page_is_read_as_it_was_written() -> None:
    figure, file = Figure(), io.BytesIO()
    lines = ["وزیر اعظم نے کہا کہ مہم جاری رہے گی", "اور تمام صوبے مل کر کام کریں گے۔", "حزب اختلاف نے سوال اٹھایا۔"]
    with style():
        for line, y in zip(lines, (0.8, 0.75, 0.6), strict=True):
            figure.text(0.9, y, line, ha="right", size=14)
        figure.savefig(file, format="pdf")
    assert read_pdf(file.getvalue()).text == f"{lines[0]} {lines[1]}\n\n{lines[2]}"
