"""Export a finished report as a Word file or a PDF.

Pandoc reads the report as plain HTML, and writes the Word file, or the source that typst sets as a PDF.
"""

import base64
import io
import json
import re
import shutil
import tempfile
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import fontpkg_noto_sans_arabic
import matplotlib as mpl
import pandas as pd
from markupsafe import Markup
from matplotlib.ft2font import FT2Font

from analysis.core.errors import ParameterError
from analysis.core.files import whole_file
from analysis.publish.cells import table_html
from analysis.publish.corpus_tables import CAPTIONS, FOLDER, summary_of, title_of
from analysis.publish.inside import read_inside
from analysis.publish.loading import Run, load_run
from analysis.publish.markup import rendered
from analysis.publish.page import MARKDOWN, NOTHING, Block, Section, questions_of, read_sections
from analysis.publish.pandoc import FINDING, Tree, pandoc, read_html, text_of, with_pictures, without_shorthands
from analysis.publish.records import refuse_malformed

ROWS = 20  # of a table of the corpus
SHOWN = 40  # letters without a font that a warning names
TECHNICAL = ["path", "encoding", "sha256"]  # columns of the table of documents, shown in the annex alone
MOST = 10_000_000  # characters of a report as HTML, for which pandoc takes some minutes

_TYPST = Path(__file__).with_name("web") / "export.typ"
_FONTS = (  # besides those of typst
    Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf",
    fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf",
)
_KINDS = ("finding", "figure", "table", "reading")
_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Zs")  # controls and blanks


def export(run: Path, out: Path, *, annex: bool = False) -> Path:
    """Write the report in the folder `run` to `out`, a ``.docx`` or a ``.pdf`` by its ending, and return `out`.

    It has what the page shows at once: each question with its findings and its first figure, or its first table where
    it has none, the marked texts, and the documents. With `annex` it also has each notebook's prose and all of its
    figures and tables (the rows that the notebook shows, and the columns that fit), the corpus, parameters and
    versions. Figures have alt texts, tables a repeated heading; the PDF is tagged (PDF/UA-1) and embeds its fonts. Text
    of documents is never interpreted, and the same run gives the same bytes. Letters that the fonts of the package lack
    are set in a font of the machine; where there is none either, they show as boxes, and a `UserWarning` and a line in
    the PDF say so.

    Raises `ParameterError` for another ending, or where `run` holds no valid report, and `ModuleNotFoundError` without
    the extra "export".

    >>> export(Path("figures/sample"), Path("sample.odt"))
    Traceback (most recent call last):
    analysis.core.errors.ParameterError: cannot export to 'sample.odt': give a name that ends in .docx or .pdf
    """
    writers: dict[str, Callable[[Run, bool], bytes]] = {".docx": _docx, ".pdf": _pdf}
    write = writers.get(out.suffix.lower())
    if write is None:
        raise ParameterError(f"cannot export to {str(out)!r}: give a name that ends in {' or '.join(writers)}")
    if any(find_spec(package) is None for package in ("docx", "pypandoc", "typst")):
        raise ModuleNotFoundError("an export needs the extra 'export': pip install 'lafz[export]'")
    with refuse_malformed(repr(str(run))):
        data = write(load_run(run), annex)
    with whole_file(out) as place:
        place.write_bytes(data)
    return out


def _docx(report: Run, annex: bool) -> bytes:
    """The report as pandoc writes it for Word, with our own page size, fonts and tables."""
    import docx

    document, figures = _document(report, annex)
    pictures = {name: base64.b64encode(read_inside(report.folder, f"{name}.png")).decode("ascii") for name in figures}
    document = with_pictures(document, {name: f"data:image/png;base64,{data}" for name, data in pictures.items()})
    word = docx.Document(io.BytesIO(pandoc(json.dumps(document), "--from=json", "--to=docx+native_numbering")))
    _style(word)
    for shape in word.inline_shapes:  # pandoc puts the picture's source here
        shape._inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("descr", shape._inline.docPr.get("descr"))
    properties = word.core_properties._element
    for date in properties.xpath("dcterms:created | dcterms:modified"):
        properties.remove(date)
    written = io.BytesIO()
    word.save(written)
    return _undated(written)


def _style(word: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Cm, Inches, Pt

    for section in word.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    for name, size in {"Normal": 10.5, "Table Caption": 9, "Image Caption": 9, "Title": 20}.items():
        word.styles[name].font.size = Pt(size)
    cells = word.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    cells.base_style, cells.font.name, cells.font.size = word.styles["Normal"], "Calibri", Pt(8)
    cells.paragraph_format.space_before = cells.paragraph_format.space_after = Pt(1)
    heads = word.styles.add_style("Table Heading", WD_STYLE_TYPE.PARAGRAPH)
    heads.base_style, heads.font.bold = cells, True
    # Arabic and Hebrew letters have a size of their own.
    cells.element.get_or_add_rPr().append(parse_xml(f'<w:szCs {nsdecls("w")} w:val="16"/>'))
    if FINDING in word.styles:
        word.styles[FINDING].paragraph_format.keep_with_next = True
    lines = parse_xml(
        f'<w:tblBorders {nsdecls("w")}><w:insideH w:val="single" w:sz="2" w:color="C8C8C8"/></w:tblBorders>'
    )
    margins = parse_xml(f'<w:tblCellMar {nsdecls("w")}><w:left w:w="80"/><w:right w:w="80"/></w:tblCellMar>')
    for table in word.element.body.iter(qn("w:tbl")):
        layout = table.tblPr.find(qn("w:tblLayout"))
        layout.addprevious(deepcopy(lines))
        layout.addnext(deepcopy(margins))
        for column in table.tblGrid.gridCol_lst:  # pandoc takes the page to be 5.5 inches across
            column.w = round(column.w * Cm(17) / Inches(5.5))
        for number, row in enumerate(table.tr_lst):
            row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for paragraph in row.iter(qn("w:p")):
                paragraph.style = (cells if number else heads).style_id


def _undated(written: io.BytesIO) -> bytes:
    """A zip file with the earliest possible date on each of its files."""
    undated = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(undated, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return undated.getvalue()


def _pdf(report: Run, annex: bool) -> bytes:
    """The report as typst sets it."""
    import typst

    document, figures = _document(report, annex)
    pictures = {f"{name}.svg": read_inside(report.folder, f"{name}.svg") for name in figures}
    document = with_pictures(document, {name: f"{name}.svg" for name in figures})
    foreign = _foreign(document)

    def compiled(standard: Literal["ua-1"] | None) -> bytes:
        tree = json.dumps(without_shorthands(document))
        source = pandoc(tree, "--from=json", "--to=typst-smart", f"--template={_TYPST}")
        alt = {f"{name}.svg": text for name, text in figures.items()}
        # Typst opens files itself: give it copies of those that it may read. It uses all fonts of a folder.
        with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as folder:
            for name, picture in pictures.items():
                place = Path(root, name)
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(picture)
            for font in _FONTS:
                shutil.copy(font, folder)
            fonts = typst.Fonts(include_system_fonts=bool(foreign), font_paths=[folder])
            compiler = typst.Compiler(source, root, fonts, sys_inputs={"alt": json.dumps(alt)})
            made = compiler.compile(format="pdf", pdf_standards=standard)
        assert isinstance(made, bytes)
        return made

    try:
        return compiled("ua-1")
    except typst.TypstError as error:
        if not foreign or "could not be displayed" not in str(error):
            raise
    letters = foreign[:SHOWN] + "…" * (len(foreign) > SHOWN)
    note = f"Some of these letters have no font on the machine that made this file, and show as boxes: {letters}"
    warnings.warn(f"{note} (install a font that has them, or export to .docx)", stacklevel=3)
    document["blocks"].insert(0, {"t": "Para", "c": [{"t": "Str", "c": note}]})
    return compiled(None)  # PDF/UA does not allow boxes


def _foreign(tree: Tree) -> str:
    """The letters of `tree` that the package's fonts lack, sorted."""
    known = set().union(*(FT2Font(font).get_charmap() for font in _FONTS))
    unknown = sorted(letter for letter in set(text_of(tree)) if ord(letter) not in known)
    return "".join(letter for letter in unknown if unicodedata.category(letter) not in _UNSEEN)


def _document(report: Run, annex: bool) -> tuple[Tree, dict[str, str]]:
    """The report as pandoc's syntax tree, and the alt text of each figure by its name ("framing/profile")."""
    names = [path.stem.partition("_")[2] for path in sorted(report.folder.glob("notebooks/*.ipynb"))]
    if not names or not set(names) <= set(report.parameters):
        raise ParameterError(f"{str(report.folder)!r} has no notebook of its manifest, or others: make the report anew")
    whole = read_sections(report.folder, names)
    sections = whole if annex else [section._replace(blocks=_at_once(section)) for section in whole]
    first = report.parameters[names[0]]
    about = report.manifest
    versions = {"lafz": f"{about['lafz']}, source {about['source']}", **about["versions"]}
    settings = {f"Parameters: {section.title}": report.parameters[section.name] for section in sections}
    settings["Versions of the software"] = {name: value or "not installed" for name, value in versions.items()}
    documents = report.get(f"{FOLDER}/documents")
    source = rendered(
        "export.html.j2",
        title=title_of(pd.DataFrame() if documents is None else documents, first["corpus"]),
        summary="" if documents is None else summary_of(documents),
        sections=[
            {
                "title": section.title,
                "findings": read.findings,
                "blocks": [_block(block, section.name) for block in section.blocks],
            }
            for section, read in zip(sections, whole, strict=True)
        ],
        corpus=[]
        if documents is None
        else [
            (name.capitalize(), _corpus_table(report, name, annex)) for name in CAPTIONS if annex or name == "documents"
        ],
        annex=annex,
        settings=[(name, _settings(values)) for name, values in settings.items()],
        path=first["corpus"],
        version=about["lafz"],
        source=about["source"],
    )
    figures = {
        f"{section.name}/{block.name}": block.about["alt"]
        for section in sections
        for block in section.blocks
        if block.kind == "figure"
    }
    if len(source) > MOST:
        raise ParameterError(
            f"the report in {str(report.folder)!r} has {len(source):,} characters, more than {MOST:,}: "
            f"export one of fewer notebooks"
        )
    return read_html(source, language=first["language"]), figures


def _at_once(section: Section) -> list[Block]:
    """The blocks that the page shows at once, below the headings of the questions that found something."""
    blocks = [Block("prose", f"# {section.title}")]
    for heading, own in questions_of(section):
        kinds: dict[str, list[Block]] = {kind: [block for block in own if block.kind == kind] for kind in _KINDS}
        found = [block for block in kinds["finding"] if not block.text.startswith(NOTHING)]
        shown = kinds["figure"][:1] or kinds["table"][: len(found)][:1]
        if kinds["reading"] or found:
            blocks += [Block("prose", f"## {heading}"), *found, *shown, *kinds["reading"]]
    return blocks


def _marked(view: str) -> str:
    """The texts of a reading view as plain HTML: hits bold, with the codes of their frames, and repeats underlined."""
    view = re.sub("<style>.*?</style>", "", view, flags=re.DOTALL)
    legend, _, texts = view.partition("</fieldset>")
    codes = dict(re.findall(r'<b class="f f(\d+)">(.*?)</b>', legend))
    names = re.findall(r'<b class="f f\d+">(.*?)</b> <bdi>(.*?)</bdi> ([\d,]+)', legend)
    key = "; ".join(f"<strong>{code}</strong> {name}, {count}" for code, name, count in names)
    texts = re.sub(
        r'<mark class="f f(\d+)( n)?( c)?" title="[^"]*">(.*?)</mark>',
        lambda hit: f"{'¬' * bool(hit[2])}<strong>{hit[4]}</strong>" + f"<sup>{codes[hit[1]]}</sup>" * (not hit[3]),
        texts,
        flags=re.DOTALL,
    )
    texts = re.sub(r'<span class="r[^"]*"[^>]*>(.*?)</span>', r"<u>\1</u>", texts, flags=re.DOTALL)
    texts = re.sub(r"<details open><summary>(.*?)</summary>", r"<p><strong>\1</strong></p>", texts)
    texts = re.sub(r"</?(?:details|div|figure|figcaption|span|bdi|summary)\b[^>]*>", "", texts)
    return f"<p>{key}. Underlined: repeated verbatim.</p>{texts}"


def _block(block: Block, section: str) -> dict[str, Any]:
    """A block as the template expects it."""
    ready: dict[str, Any] = {"kind": block.kind, "text": block.text}
    if block.kind == "prose":
        ready["html"] = Markup(str(MARKDOWN(block.text)))
    if block.kind == "reading":
        ready["html"] = Markup(_marked(block.html))
    if block.kind in ("figure", "table"):
        ready |= {"name": f"{section}/{block.name}", "caption": block.about["caption"]}
        ready["file"] = next(file for file in block.files if file.endswith(".csv"))
    if block.kind == "figure":
        ready["alt"] = block.about["alt"]
    if block.kind == "table":
        found = re.search("<table.*</table>", block.html, re.DOTALL)
        if found is None:
            raise ParameterError(f"the notebook of {section!r} shows no table {block.name!r}: make the report anew")
        shown = re.sub("<style>.*?</style>", "", found[0], flags=re.DOTALL)
        ready |= {"html": Markup(shown), "rows": block.rows, "of": block.about["rows"]}
        ready["left"] = 0 if block.drawn else len(block.about["columns"]) + 1 - shown.count("<th")
    return ready


def _corpus_table(report: Run, name: str, annex: bool) -> dict[str, Any]:
    """A table of the corpus, without its technical columns outside the annex."""
    table = report[f"{FOLDER}/{name}"].drop(columns=[] if annex else TECHNICAL)
    return {
        "html": Markup(table_html(table.head(ROWS).dropna(axis="columns", how="all"))),
        "caption": CAPTIONS[name],
        "rows": ROWS,
        "of": len(table),
        "left": 0,
        "file": f"{FOLDER}/{name}.csv",
    }


def _settings(values: Mapping[str, Any]) -> Markup:
    return Markup(table_html(pd.DataFrame({"name": values.keys(), "value": [str(value) for value in values.values()]})))
