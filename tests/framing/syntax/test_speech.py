"""What stands in quotation marks of every kind, and what only looks as if it did."""

import pytest

from analysis.framing.syntax.speech import quotations


def found(text: str) -> list[str]:
    paragraphs, start = [], 0
    for line in text.split("\n"):
        paragraphs.append((start, start + len(line)))
        start += len(line) + 1
    return [text[q.start : q.end] for q in quotations(text, paragraphs)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('"No," he said. "Go."', ["No,", "Go."]),
        ("“No,” he said.", ["No,"]),
        ("„Nein“, sagte er.", ["Nein"]),
        ("«Non», dit-il.", ["Non"]),
        ("‘No,’ he said, ‘it isn’t.’", ["No,", "it isn’t."]),
        ("'No,' he said, 'it isn't.'", ["No,", "it isn't."]),
        ("“He said ‘no’ to me,” she said.", ["He said ‘no’ to me,"]),
        ("\"He said 'no' to me,\" she said.", ["He said 'no' to me,"]),
        ("‘He said “no” to me,’ she said.", ["He said “no” to me,"]),
        ("‘The soldiers’ camp is lost,’ he said.", ["The soldiers’ camp is lost,"]),
        ("The soldiers’ camp and Khan's house.", []),
        ("In the '90s 'tis said of the boys' club.", []),
        ('a 12" pipe', []),
        ("“One. Two.\nThree.", ["One. Two."]),
        ('He said "no\nand "yes" too.', ["no", "yes"]),
        ("", []),
    ],
)
def test_quotations(text: str, quoted: list[str]) -> None:
    assert found(text) == quoted


def test_a_quotation_goes_on_in_the_next_paragraph() -> None:
    text = "“One.\n“Two.”\n“Three.”"
    spans = quotations(text, [(0, 5), (6, 12), (13, 21)])
    assert [(text[q.start : q.end], q.continues) for q in spans] == [("One.", False), ("Two.", True), ("Three.", False)]
