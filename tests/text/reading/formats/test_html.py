"""Pages become their article; what was on the page beside it is counted, and nothing is ever fetched."""

import re
import socket

import pytest

from analysis.text.reading.formats.html import read_html
from analysis.text.reading.records import ReadError

pytest.importorskip("trafilatura")

PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="{charset}">
<title>Council rises - The Daily Star</title>
<meta property="og:site_name" content="The Daily Star"><meta name="author" content="Amna Khan">
<meta property="article:published_time" content="2024-06-22T10:00:00Z"><script>var words = "of no page";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport pages</a></li></ul></nav>
<article><h1>Council rises at noon</h1>
<p>The council met on <b>Mon</b>day   morning to discuss the budget of the café, and
members spoke for two hours on the road.<!-- a comment --></p>
<h2>The vote</h2>
<p>It rose at noon after a vote of ten to three, and the <a href="x">mayor</a> said that she was pleased with it.</p>
<ul><li>First item of the agreed list</li><li>Second item of the agreed list</li></ul>
<table><tr><td>Road</td><td>Cost</td></tr><tr><td>North</td><td>5</td></tr></table>
</article><footer>Copyright 2019 The Daily Star. All rights reserved.</footer></body></html>"""
ARTICLE = [
    "Council rises at noon",
    "The council met on Monday morning to discuss the budget of the café, and members spoke for two hours on the road.",
    "The vote",
    "It rose at noon after a vote of ten to three, and the mayor said that she was pleased with it.",
    "First item of the agreed list",
    "Second item of the agreed list",
    "Road\tCost",
    "North\t5",
]


def test_the_article_of_a_page():
    record = read_html(PAGE.format(charset="utf-8").encode())
    assert record.text.split("\n\n") == ARTICLE
    assert record.metadata == {
        "title": "Council rises at noon",
        "author": "Amna Khan",
        "date": "2024-06-22",
        "source": "The Daily Star",
        "language": "en",
    }
    [problem] = record.problems  # Home, Sport pages, and the eight words of the footer
    beside = "11 words in 3 blocks of the page: Home / Sport pages / "
    assert problem.startswith(f"left out as no part of the article: {beside}")


def test_a_date_is_never_guessed_from_the_text():
    page = re.sub("<meta property=.article:.*?>", "", PAGE.format(charset="utf-8"))
    assert "date" not in read_html(page.encode()).metadata


@pytest.mark.parametrize(
    ("declared", "written", "encoding"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", "utf-16", "utf-16"),  # the byte order mark has the last word
        ("iso-8859-1", "cp1252", "cp1252"),
        ("iso-8859-2", "iso-8859-2", "iso8859-2"),
        ("utf-16", "utf-8", "utf-8"),
        ("utf-8", "cp1252", "cp1252"),  # declared wrongly
        ("nonsense", "utf-8", "utf-8"),
    ],
)
def test_the_encoding(declared, written, encoding):
    page = PAGE.format(charset=declared)
    for text in (page, f'<?xml version="1.0" encoding="{declared}"?>{page}'):
        record = read_html(text.encode(written))
        assert (record.text.split("\n\n"), record.encoding) == (ARTICLE, encoding)


def test_a_headline_outside_the_article_comes_first():
    page = "<header><h1>Council rises</h1></header><main><p>The council met, and it rose at noon.</p></main>"
    assert read_html(page.encode()).text == "Council rises\n\nThe council met, and it rose at noon."


@pytest.mark.parametrize(
    "page",
    ["<html><body><nav>Home</nav></body></html>", "<html><body></body></html>", "<!-- nothing -->", "<div>" * 5000],
)
def test_a_page_without_an_article(page):
    with pytest.raises(ReadError, match=r"no article was found|is not a web page|not all of the page is read"):
        read_html(page.encode())


def test_an_article_with_a_headline_of_its_own_gets_no_other():
    page = PAGE.format(charset="utf-8").replace("<title>", '<meta property="og:title" content="What to know"><title>')
    record = read_html(page.encode())
    assert record.metadata["title"] == "What to know"
    assert record.text.split("\n\n") == ARTICLE


def test_a_stray_nul():
    record = read_html(PAGE.format(charset="utf-8").encode() + b"\0")
    assert record.text.split("\n\n")[-len(ARTICLE) :] == ARTICLE
    assert record.problems[0] == "holds 1 NUL character: read as U+FFFD"


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = PAGE.format(charset="utf-8").replace("<head>", '<!DOCTYPE html SYSTEM "http://a.example/x.dtd"><head>')
    page = page.replace(
        "<article>", '<iframe src="http://a.example/"></iframe><article><img src="http://a.example/x.png">'
    )
    assert read_html(page.encode()).text.split("\n\n") == ARTICLE
    with pytest.raises(ReadError):
        read_html(b"<a href='http://a.example/'></a>")
