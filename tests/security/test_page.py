"""Texts, metadata, lexicons and parameters that try to act are shown as texts, wherever a report shows them."""

import json
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis.core.csv_files import guarded, restored
from analysis.core.paths import FIGURES
from analysis.publish.comparing.compare import compare
from analysis.publish.comparing.compare_page import write_comparison
from analysis.publish.comparing.sweep import write_sweep_page
from analysis.publish.export import export
from analysis.publish.loading import load_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIOLATION = "addEventListener('securitypolicyviolation', found => console.error('refused: ' + found.blockedURI))"


class Elements(HTMLParser):
    """The elements of a page: their tags, their attributes, and the texts of its scripts and styles."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.pairs, self.code = set(), set(), [], []
        self.inside = None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.pairs += [(tag, name, value or "") for name, value in attrs]
        self.inside = tag

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside in ("script", "style"):
            self.code.append(data)


def elements(*markup):
    found = Elements()
    for one in markup:
        found.feed(one)
    found.close()
    return found


def unlike(found, known):
    """What a page on hostile texts has that the sample's has not."""
    acting = {value for _, name, value in found.pairs if re.match(r"\s*(javascript|vbscript|data:text)", value, re.I)}
    addresses = {
        value
        for tag, name, value in found.pairs
        if name in ("href", "src", "action", "srcdoc", "xlink:href", "formaction", "poster", "data")
        and not value.startswith(("#", "data:image/svg+xml;base64,"))
        and re.match(r"[a-z]+:|//|\\", value, re.I)
    }
    handlers = {name for name in found.attributes if name.startswith("on")}
    return (found.tags - known.tags) | (found.attributes - known.attributes) | acting | addresses | handlers


def read(run, name="index.html"):
    return (run / name).read_text(encoding="utf-8")


def notebooks(run):
    """The outputs of a run's notebooks."""
    for path in sorted((run / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                yield {kind: "".join(text) for kind, text in output.get("data", {}).items()}


# --- the page


def test_the_page_has_no_element_or_attribute_that_a_harmless_one_has_not(hostile_run):
    here, known = elements(read(hostile_run)), elements(read(FIGURES / "sample"))
    assert unlike(here, known) <= {"colspan", "rowspan"}
    own = [text for text in here.code if not text.startswith(("{", "["))]
    harmless = [text for text in known.code if not text.startswith(("{", "["))]
    assert own[-1] == harmless[-1]  # the page's script
    assert len(own) == len(harmless)
    assert not re.search(r"owned|127\.0\.0\.2", own[0] + own[-1])


def test_no_template_and_no_escape_has_done_anything(hostile_run):
    page = read(hostile_run)
    assert "{{7*7}} {% raw %} {# 8 #} {%- endraw %} ${7*7}" in page
    assert "&amp;lt;script&amp;gt;owned=13" in page
    assert page.count("@POLICY@") > 1
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src \'none\'', page)


@pytest.fixture
def opened(page, hostile_run):
    page.on("dialog", lambda box: pytest.fail(box.message))
    page.on("popup", lambda other: pytest.fail(other.url))
    page.add_init_script(VIOLATION)
    page.goto((hostile_run / "index.html").as_uri())
    return page


def test_nothing_acts_whatever_is_opened_sorted_or_searched(opened, hostile_run):
    expect = pytest.importorskip("playwright.sync_api").expect
    here = opened.url
    opened.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true })")
    for name in opened.locator("figure.table").evaluate_all("figures => figures.map(figure => figure.dataset.name)"):
        figure = opened.locator(f'figure[data-name="{name}"]')
        figure.scroll_into_view_if_needed()
        heads = figure.locator("thead th button:visible")
        if heads.count():
            heads.first.click()
        if figure.locator("tbody .key:visible").count():
            figure.locator("tbody .key:visible").first.click()
            expect(opened.get_by_role("dialog")).to_be_visible()
            opened.get_by_role("dialog").get_by_role("button", name="Close").click()
    reader = opened.locator("#reader")
    reader.scroll_into_view_if_needed()
    for box in opened.get_by_role("searchbox").all():
        box.fill("<script>owned=1")
    reader.get_by_role("button", name="in the text").first.click()
    choice = reader.get_by_role("combobox")
    for place in range(choice.locator("option").count()):
        choice.select_option(index=place)
    assert opened.evaluate("typeof owned") == "undefined"
    assert opened.url.partition("#")[0] == here.partition("#")[0]
    assert opened.locator("iframe, object, embed, base, form, svg, math mglyph, img[onerror], [onload]").count() == 0
    assert opened.locator("img:not([src^='data:image/svg+xml;base64,'])").count() == 0
    addresses = opened.locator("[href]").evaluate_all("all => all.map(one => one.protocol)")
    assert set(addresses) == {"file:"}


def test_a_text_is_shown_letter_by_letter(opened, hostile_run):
    reader = opened.locator("#reader")
    reader.scroll_into_view_if_needed()
    choice = reader.get_by_role("combobox")
    documents = pd.DataFrame(load_run(hostile_run)["corpus/documents"])
    option = choice.locator("option", has_text="</title><img src=x onerror=owned=4>").first
    choice.select_option(value=option.get_attribute("value"))
    shown = reader.inner_text()
    assert "</title><img src=x onerror=owned=4>" in shown
    assert len(documents) == choice.locator("option").count()


# --- what else a run holds


def test_the_outputs_of_the_notebooks_are_texts(hostile_run):
    here, known = ([*notebooks(run)] for run in (hostile_run, FIGURES / "sample"))
    assert {kind for output in here for kind in output} <= {"text/html", "text/plain"}
    markup = [[output["text/html"] for output in outputs if "text/html" in output] for outputs in (here, known)]
    found = elements(*markup[0])
    assert unlike(found, elements(*markup[1])) <= {"colspan", "rowspan"}
    assert "script" not in found.tags
    assert not re.search(r"owned=|127\.0\.0\.2|url\(|@import|expression", "".join(found.code))


def test_the_pictures_hold_no_code(hostile_run):
    pictures = [*hostile_run.rglob("*.svg")]
    assert len(pictures) > 10
    for path in pictures:
        for element in ElementTree.parse(path).iter():
            assert element.tag.rpartition("}")[2] not in ("script", "foreignObject", "a", "animate", "set")
            for name, value in element.attrib.items():
                assert not name.lower().startswith("on"), path
                assert not name.endswith("href") or value.startswith(("#", "data:image/png;base64,")), path


def test_no_cell_of_a_table_is_a_formula(hostile_run):
    run = load_run(hostile_run)
    texts = 0
    for name in run:
        written = pd.read_csv(hostile_run / f"{name}.csv", dtype=str, keep_default_na=False, header=None)
        kinds = [column["type"] for column in run.about(name)["columns"]]
        for place, kind in enumerate(kinds):
            own = written[place] if kind == "string" else written[place].head(1)
            assert all(guarded(restored(cell)) == cell for cell in own), name
            texts += sum(restored(cell) != cell for cell in own)
    assert texts > 10
    assert "=1+1" in run["corpus/documents"].columns
    assert "'=1+1" in read(hostile_run, "corpus/documents.csv").partition("\n")[0]


def test_a_name_of_a_text_makes_no_file(hostile_run):
    """The names of all files of a run are the package's own."""
    here, known = (
        {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
        for run in (hostile_run, FIGURES / "sample")
    )
    assert all(re.fullmatch(r"[\w./-]+", name) for name in here)
    assert not {name for name in here - known if name.count("/") != 1 and name != "run-log.json"}


# --- what is made of a run


def test_a_word_file_of_it_has_no_field_and_leads_nowhere(hostile_run, tmp_path):
    docx = pytest.importorskip("docx")
    export(hostile_run, tmp_path / "out.docx")
    with zipfile.ZipFile(tmp_path / "out.docx") as word:
        parts = {name: word.read(name).decode("utf-8", "replace") for name in word.namelist() if "media" not in name}
    assert not [name for name, text in parts.items() if "TargetMode" in text]
    codes = re.findall(r"<w:instrText[^>]*>(.*?)</w:instrText>", parts["word/document.xml"])
    codes += re.findall(r'w:instr="([^"]*)"', parts["word/document.xml"])
    assert {code.split()[0] for code in codes} <= {"SEQ", "TOC", "PAGE"}
    assert "w:hyperlink r:id" not in parts["word/document.xml"]
    assert not [name for name in parts if re.search("vba|macro|embed|activeX|altChunk", name, re.I)]
    text = "\n".join(paragraph.text for paragraph in docx.Document(tmp_path / "out.docx").paragraphs)
    assert "owned=" in text


@pytest.mark.filterwarnings("ignore:Some of these letters")
def test_a_pdf_of_it_has_no_script_and_leads_nowhere(hostile_run, tmp_path):
    pdfium = pytest.importorskip("pypdfium2")
    export(hostile_run, tmp_path / "out.pdf")
    made = (tmp_path / "out.pdf").read_bytes()
    for word in (b"/JavaScript", b"/JS ", b"/URI", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/AA ", b"/GoToR"):
        assert word not in made
    with pdfium.PdfDocument(tmp_path / "out.pdf") as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "root:" not in text
    assert "owned=" in text


def test_the_page_of_a_comparison_is_text(hostile_run, tmp_path, page):
    found = write_comparison(compare(hostile_run, FIGURES / "sample"), tmp_path / "made")
    assert "script" not in elements(found.read_text(encoding="utf-8")).tags
    visit(page, found)


def test_the_page_of_a_sweep_is_text(hostile_run, tmp_path, page):
    name = "group_by=<script>owned=1</script>"
    runs = {name: load_run(hostile_run), "b": load_run(FIGURES / "sample")}
    values = {name: {"group_by": "<script>owned=1</script>"}, "b": {"group_by": "javascript:owned=1"}}
    found = write_sweep_page(runs, values, tmp_path, ["<img src=x onerror=owned=1>: failed"])
    assert "script" not in elements(found.read_text(encoding="utf-8")).tags
    visit(page, found)


def visit(page, path):
    """Open a page whose sizes and links are its own."""
    page.add_init_script(VIOLATION)
    page.goto(path.as_uri())
    assert page.evaluate("typeof owned") == "undefined"
    assert page.locator("script, iframe, [onerror], [onload], [href^='javascript']").count() == 0
    assert "<script>owned=1</script>" in page.locator("body").inner_text()
