"""The report's page as its reader has it: opened from disk, sorted, searched, printed, by pointer and by keyboard."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from analysis import tokenize
from analysis.core.paths import ROOT
from analysis.publish.corpus_tables import write_corpus_tables
from analysis.publish.page import write_page

pytestmark = pytest.mark.browser

playwright = pytest.importorskip("playwright.sync_api")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def report(page, sample_run):
    """The sample's page, as wide as a window."""
    page.set_viewport_size(WIDE)
    page.goto((sample_run / "index.html").as_uri())
    return page


def table(page, name):
    """A table of the page, with its tools, which it gets when it comes near."""
    figure = page.locator(f'figure[data-name="{name}"]')
    page.locator("main details", has=figure).evaluate_all("parts => parts.forEach(part => { part.open = true })")
    figure.scroll_into_view_if_needed()
    playwright.expect(figure.get_by_role("button").first).to_be_attached()
    return figure


def grown(page, name):
    """A table of the page with all of its rows."""
    figure = table(page, name)
    more = figure.get_by_role("button", name=re.compile("more rows?$"))
    while more.count():
        more.click()
    return figure


def column(figure, place):
    return [row.split("\t")[place] for row in figure.locator("tbody tr").all_inner_texts()]


def whole(page):
    """The page with all its parts unfolded and all its tables ready."""
    page.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true })")
    for name in page.locator("figure.table").evaluate_all("figures => figures.map(figure => figure.dataset.name)"):
        page.locator(f'figure[data-name="{name}"]').scroll_into_view_if_needed()
    page.locator("#reader").scroll_into_view_if_needed()
    page.locator("#reader").get_by_role("searchbox").wait_for()


# --- the browser of these tests


def test_what_a_page_may_not_do_is_seen_and_refused(profile):
    complaints = []
    context = profile(complaints)
    page = context.new_page()
    page.set_content("<img src='https://example.org/a.png'><script>console.error('no'); missing()</script>")
    page.evaluate("() => { new WebSocket('wss://example.org/') }")
    wanted = ("another machine: https://example.org/a.png", "another machine: wss:", "console: no", "uncaught: ")
    for _ in range(6000):  # they come when the browser sends them
        text = "\n".join(complaints)
        if all(said in text for said in wanted):
            break
        page.wait_for_timeout(100)
    assert [said for said in wanted if said not in text] == []
    context.close()


# --- tables


def test_control_characters_in_names_and_texts_are_seen(page, make_corpus, tmp_path):
    names = [f"{number:02}\x01\n\x7fa" for number in range(22)]
    corpus = make_corpus({f"{name}.txt": f"Rain\x1b[31m {name[:2]}\n\nThe coun\0cil met.\n" for name in names})
    tokens = tokenize(corpus)
    run = tmp_path / "run"
    run.mkdir()
    write_corpus_tables(run, tokens)
    write_page(run, [], {"none": {"corpus": "na\x7fmes"}}, tokens)
    source = (run / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]", source)
    page.goto((run / "index.html").as_uri())
    figure = grown(page, "corpus/documents")  # five are written in the page, the others by its script
    assert column(figure, 0) == [f"{number:02}\\x01\\n\\x7fa" for number in range(22)]
    assert column(figure, 1) == [f"Rain\\x1b[31m {number:02}" for number in range(22)]
    page.locator("#reader").scroll_into_view_if_needed()
    playwright.expect(page.locator("#reader .x")).to_have_text("Rain\\x1b[31m 00The coun\\x00cil met.")
    playwright.expect(page.locator("#reader .from")).to_have_text("Rain\\x1b[31m 00")
    page.get_by_role("searchbox", name="Search all texts").fill("met")
    playwright.expect(page.locator("#reader .results li").first).to_contain_text("coun\\x00cil met")


def test_a_table_is_sorted_by_pointer_and_by_keyboard(report, sample_run):
    profile = pd.read_csv(sample_run / "framing" / "profile.csv")
    figure = grown(report, "framing/profile")
    heading = figure.get_by_role("columnheader", name="hits", exact=True)
    heading.get_by_role("button").click()
    assert column(figure, 1) == [str(hits) for hits in sorted(profile["hits"], reverse=True)]
    assert heading.get_attribute("aria-sort") == "descending"
    heading.get_by_role("button").click()
    assert column(figure, 1) == [str(hits) for hits in sorted(profile["hits"])]
    names = figure.get_by_role("columnheader", name="frame", exact=True)
    names.get_by_role("button").press("Enter")
    labels = sorted(pd.read_csv(sample_run / "framing" / "frames_profile.csv")["label"])
    assert column(figure, 0) == labels
    assert (names.get_attribute("aria-sort"), heading.get_attribute("aria-sort")) == ("ascending", None)
    names.get_by_role("button").press("Space")
    assert column(figure, 0) == labels[::-1]


def test_a_table_is_filtered_and_grows(report, sample_run):
    words = pd.read_csv(sample_run / "term_frequency" / "all_words.csv", keep_default_na=False)
    figure = table(report, "term_frequency/all_words")
    rows = figure.locator("tbody tr")
    playwright.expect(rows).to_have_count(5)
    figure.get_by_role("button", name="50 more rows").click()
    playwright.expect(rows).to_have_count(55)
    assert column(figure, 0) == words["term"].head(55).tolist()
    box = figure.get_by_role("searchbox")
    box.press_sequentially("terroris")
    assert set(column(figure, 0)) <= {term for term in words["term"] if "terroris" in term} > set()
    playwright.expect(rows.first).to_contain_text("terrorism")
    box.fill("<b>")
    playwright.expect(rows).to_have_count(0)
    playwright.expect(figure.get_by_role("status")).to_contain_text("0 of 0 that match")
    box.fill("")
    assert column(figure, 0)[:55] == words["term"].head(len(column(figure, 0)))[:55].tolist()


def test_columns_that_are_folded_are_shown_when_asked_for(report):
    figure = table(report, "term_frequency/all_keyness")
    heading = figure.locator("thead th", has_text="odds ratio")
    playwright.expect(heading).to_be_hidden()
    figure.get_by_role("button", name=re.compile("more columns$")).click()
    playwright.expect(heading).to_be_visible()
    figure.get_by_role("button", name="50 more rows").click()
    playwright.expect(figure.locator("tbody tr").last.locator("td")).to_have_count(28)
    playwright.expect(figure.locator("tbody tr").last.locator("td").last).to_be_visible()


def test_documents_have_titles_and_rows_that_a_script_writes_look_like_those_of_the_page(report, sample_run):
    documents = pd.read_csv(sample_run / "corpus" / "documents.csv")
    figure = grown(report, "term_frequency/diversity")
    assert column(figure, 0) == documents["title"].tolist()
    shares = column(figure, figure.locator("thead th:not(.fold)").count() - 1)
    told = pd.read_csv(sample_run / "term_frequency" / "diversity.csv")["hapax_share"]
    assert shares == [f"{100 * share:.0f}%" for share in told]


# --- the first screen, and how long the page is


@pytest.fixture
def article(page, article_run):
    """The page of one article."""
    page.set_viewport_size(WIDE)
    page.goto((article_run / "index.html").as_uri())
    return page


WORDS_SEEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const { parentElement: parent, textContent: text } = walker.currentNode;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const { top, bottom, height } = range.getBoundingClientRect();
    const seen = height && top < innerHeight && bottom > 0 && parent.checkVisibility();
    if (seen) words += (text.match(/\\S+/g) ?? []).length;
  }
  return words;
}"""


@pytest.mark.parametrize(("which", "screens"), [("report", 25), ("article", 6)])
def test_the_first_screen_says_little_and_the_page_is_short(request, which, screens):
    opened = request.getfixturevalue(which)
    assert 40 < opened.evaluate(WORDS_SEEN) <= 150
    opened.locator("img").evaluate_all("images => images.forEach(image => { image.loading = 'eager' })")
    opened.locator("img").evaluate_all("images => Promise.allSettled(images.map(image => image.decode()))")
    assert opened.evaluate("document.documentElement.scrollHeight") <= screens * WIDE["height"]
    opened.set_viewport_size(NARROW)
    assert opened.locator(".card").count() == 3
    assert opened.locator(".cards").evaluate("cards => cards.getBoundingClientRect().bottom") <= 2 * NARROW["height"]


def test_a_concordance_on_a_phone_has_a_line_a_place(report):
    report.set_viewport_size(NARROW)
    figure = table(report, "term_frequency/contexts")
    places = figure.locator("tbody tr")
    assert places.count() == 30
    assert max(places.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")) < 40
    boxes = [mark.bounding_box() for mark in figure.locator("mark").all()]
    middles = [box["x"] + box["width"] / 2 for box in boxes]
    assert max(middles) - min(middles) <= 2
    assert abs(middles[0] - NARROW["width"] / 2) < 20
    figure.get_by_role("button", name="campaign").first.click()
    playwright.expect(report.get_by_role("dialog")).to_contain_text("1 place in 1 sentence")


# --- from a number to its sentences


def test_every_frames_hits_lead_to_as_many_places(report, sample_run):
    figure = grown(report, "framing/profile")
    labels = pd.read_csv(sample_run / "framing" / "frames_profile.csv")[["label", "hits"]]
    for frame, hits in labels.itertuples(index=False):
        row = figure.get_by_role("row").filter(has=report.get_by_role("cell", name=frame, exact=True))
        row.get_by_role("cell", name=str(hits), exact=True).click()
        behind = report.get_by_role("dialog")
        playwright.expect(behind).to_contain_text(f"{hits} places in ")
        report.keyboard.press("Escape")
        playwright.expect(behind).to_be_hidden()


def test_the_sentences_behind_a_word_by_keyboard(report):
    figure = table(report, "term_frequency/all_words")
    key = figure.get_by_role("button", name="campaign", exact=True)
    key.press("Enter")
    behind = report.get_by_role("dialog", name="campaign")
    playwright.expect(behind).to_contain_text("45 places in ")
    playwright.expect(behind).to_contain_text("of 21 documents")
    assert {mark.lower() for mark in behind.locator("mark").all_inner_texts()} == {"campaign"}
    playwright.expect(behind.locator("mark")).to_have_count(45)
    behind.get_by_role("searchbox").fill("wire agency")
    sentences = behind.get_by_role("listitem")
    playwright.expect(sentences.first).to_contain_text("Wire agency")
    assert all("Wire agency" in sentence for sentence in sentences.all_inner_texts())
    report.keyboard.press("Escape")  # empties the box
    report.keyboard.press("Escape")
    playwright.expect(behind).to_be_hidden()
    playwright.expect(key).to_be_focused()
    key.press("Enter")
    behind.get_by_role("button", name="in the text").first.click()
    playwright.expect(behind).to_be_hidden()
    playwright.expect(report.locator("#reader .sought").first).to_be_in_viewport()
    report.go_back()
    playwright.expect(key).to_be_focused()
    playwright.expect(key).to_be_in_viewport()


MORE, DATA = ".card >> nth={} >> role=link", ".question:has(:target) >> text=Data and method"
IN_CONTENTS = "nav >> role=link[name=/^{}/]"
FRAMING, REPEATING = (IN_CONTENTS.format(title) for title in ("How does the language", "How much of it only"))
# The questions of docs/guide.md in order: what is clicked or, after "=", written; where the answer is; what it is.
ANSWERS = [
    ([], ".card >> nth=0", "“campaign” is used most"),
    ([MORE.format(0), DATA, ".question:has(:target) >> role=button[name=campaign]"], "dialog", "45 places in 44"),
    ([], ".card >> nth=1", "Law and prosecution is the frame used most"),
    ([MORE.format(1), DATA, "[data-name='framing/profile'] tr:has-text('Threat') .n"], "dialog", " places in "),
    ([], ".card >> nth=2", "The Committee examined"),
    (
        ["nav >> text=The texts", "#reader input = root out", "#reader >> text=in the text"],
        ".sought",
        "root",
    ),
    (
        [REPEATING, IN_CONTENTS.format("Who had it first")],
        ".question:has(:target) .finding",
        "Borrowed most: “Steering",
    ),
    ([".findings li:has-text('Repeated most') a", DATA], "[data-name$=repeated_shares] tbody tr", "Apex Committee"),
    (
        [FRAMING, IN_CONTENTS.format("Who is heard"), ".question:has(:target) >> role=button[name='An official']"],
        "dialog",
        "7 places in ",
    ),
    ([FRAMING, IN_CONTENTS.format("Is the lexicon right")], ".question:has(:target) .finding", "Human coders"),
]


@pytest.mark.parametrize("place", range(10))
def test_a_question_takes_three_clicks_at_most(report, place):
    guide = (ROOT / "docs" / "guide.md").read_text().partition("### Ten questions")[2]
    clicks = re.findall(r"^\| .*\? \| (.*) \|$", guide, re.MULTILINE)[place]
    steps, where, said = ANSWERS[place]
    assert len(steps) == (0 if clicks.startswith("none:") else clicks.count(", ") + 1) <= 3
    for step in steps:
        selector, _, text = step.partition(" = ")
        target = report.locator(selector).first
        target.fill(text) if text else target.click()
    playwright.expect(report.locator(where).first).to_contain_text(said)
    playwright.expect(report.locator(where).first).to_be_in_viewport()


def test_the_contents_stay_in_view_and_say_where_one_is(report):
    current = report.locator("nav [aria-current]")
    for heading in ("Which phrases?", "Who acts, and who is acted upon?", "The texts themselves"):
        report.get_by_role("heading", name=heading, exact=True).evaluate("heading => heading.scrollIntoView()")
        playwright.expect(current.last).to_have_text(heading)
        playwright.expect(current.last).to_be_in_viewport()


# --- the texts


def test_the_texts_are_searched(report):
    report.locator("#reader").scroll_into_view_if_needed()
    report.locator("#reader").get_by_role("searchbox").press_sequentially("terrorism")
    status = report.locator("#reader").get_by_role("status")
    playwright.expect(status).to_have_text("“terrorism”: 22 places in 11 documents")
    playwright.expect(report.locator("#reader .results mark")).to_have_count(22)
    report.locator("#reader").get_by_role("searchbox").fill("(.*")
    playwright.expect(status).to_have_text("“(.*”: 0 places in 0 documents")


def test_frames_and_repeats_are_switched_off_and_on(report):
    reader = report.locator("#reader")
    reader.scroll_into_view_if_needed()
    choice = reader.get_by_role("combobox")
    choice.select_option(value=choice.get_by_role("option", name="Apex Committee Approves").get_attribute("value"))
    hit = reader.locator(".x mark.f", has_text="united answer").first
    repeat = reader.locator(".x .r").first
    colour, line = "mark => getComputedStyle(mark).backgroundColor", "part => getComputedStyle(part).textDecorationLine"
    shown = hit.evaluate(colour)
    reader.get_by_role("checkbox", name="National unity").uncheck()
    assert hit.evaluate(colour) == "rgba(0, 0, 0, 0)" != shown
    reader.get_by_role("checkbox", name="National unity").check()
    assert hit.evaluate(colour) == shown
    assert repeat.evaluate(line) == "underline"
    reader.get_by_role("checkbox", name="repeats").uncheck()
    assert repeat.evaluate(line) == "none"


# --- paper, dark, narrow, no script


def test_the_page_prints(report, tmp_path):
    pdfium = pytest.importorskip("pypdfium2")
    whole(report)
    report.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    document = pdfium.PdfDocument(tmp_path / "page.pdf")
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    assert 10 <= len(document) <= 120
    for said in ("“campaign” (45 times", "How this was made", "top_n"):
        assert said in text
    for control in ("more rows", "Filter", "Search all texts"):
        assert control not in text


def test_an_article_prints_its_findings_though_what_is_behind_them_is_folded(article):
    article.emulate_media(media="print")
    for section in ("term_frequency", "framing", "redundancy"):
        playwright.expect(article.locator(f"#{section} .question .finding").first).to_be_visible()
    playwright.expect(article.locator("details:not([open])").first).to_be_hidden()


@pytest.mark.parametrize("width", [360, 320])
def test_a_narrow_screen_scrolls_one_way_only(report, width):
    report.set_viewport_size(NARROW | {"width": width})
    whole(report)
    assert report.evaluate("document.documentElement.scrollWidth") <= width


def test_in_the_dark_figures_have_the_pages_ground_and_bright_letters(report):
    report.emulate_media(color_scheme="dark")
    figure = report.locator("#term_frequency-words img")
    figure.evaluate("image => { image.loading = 'eager'; return image.decode() }")
    pixels = np.asarray(Image.open(io.BytesIO(figure.screenshot())).convert("RGB")).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    paper = report.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colours[counts.argmax()].tolist() == [int(part) for part in re.findall(r"\d+", paper)] == [22, 24, 26]
    assert (pixels.min(axis=1) >= 220).mean() > 0.005  # letters: the darkest of their three colours is bright
    assert (pixels[:, 2].astype(int) - pixels[:, 0] > 100).any()  # blue stays blue


def test_without_scripts_all_is_there_but_the_tools(profile, complaints, sample_run):
    context = profile(complaints, java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((sample_run / "index.html").as_uri())
    playwright.expect(page.get_by_role("rowheader", name="campaign", exact=True).first).to_be_visible()
    assert page.get_by_role("searchbox").count() == 0
    playwright.expect(page.locator("#texts")).to_be_hidden()
    context.close()
    assert not complaints


CONTRAST = "color-contrast"  # takes most of the time, and does not depend on the width


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "size", "rules"),
    [
        pytest.param("light", WIDE, {}, id="light"),
        pytest.param("dark", WIDE, {"runOnly": [CONTRAST]}, id="dark"),
        pytest.param("light", NARROW, {"rules": {CONTRAST: {"enabled": False}}}, id="narrow"),
    ],
)
def test_no_serious_barrier(report, scheme, size, rules):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = rules | {"resultTypes": ["violations"]}
    report.emulate_media(color_scheme=scheme)
    report.set_viewport_size(size)
    whole(report)
    paper = report.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 3 * 64) == (scheme == "dark")
    report.get_by_role("button", name="campaign", exact=True).first.click()
    behind = axe.run(report, context="dialog", options=options)
    report.keyboard.press("Escape")
    found = axe.run(report, options=options)
    serious = [
        (violation["id"], node["html"][:200])
        for violation in behind.response["violations"] + found.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert serious == []
