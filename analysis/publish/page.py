"""The report's page: what the executed notebooks say and show, as one file that opens without a network."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import latex2mathml.converter
import mistune
from markupsafe import Markup

from analysis import __version__
from analysis.core.errors import ParameterError
from analysis.publish.corpus_tables import CAPTIONS, FOLDER, summary_of, title_of
from analysis.publish.dictionary import Method, methods
from analysis.publish.markup import page_of, svg_source
from analysis.publish.page_data import embedded, table_rows, texts
from analysis.publish.reading import style_sheet
from analysis.publish.tables import read_table, table_html
from analysis.text.tokens import Tokens

MARKDOWN = mistune.create_markdown(escape=True, plugins=["table"])
SCRIPTS = ("tables.js", "texts.js", "evidence.js", "reader.js")
ROWS = 20  # of a table of the corpus
_WEB = Path(__file__).with_name("web")


class Block(NamedTuple):
    """A piece of a section.

    `kind` is prose (`text` is Markdown), finding, note, figure, table or reading (`text` in plain words, `html` as the
    notebook showed it). Of a figure and a table: its `name`, what the file beside it says (`about`), how many `rows` of
    a table are shown, and the paths of its `files`, from the run's folder.
    """

    kind: str
    text: str
    html: str = ""
    name: str = ""
    about: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    rows: int = 0
    files: tuple[str, ...] = ()


class Section(NamedTuple):
    """A notebook: its name ("framing"), its title and its blocks in order."""

    name: str
    title: str
    blocks: list[Block]

    @property
    def findings(self) -> list[str]:
        return [block.text for block in self.blocks if block.kind == "finding"]


def write_page(run: Path, sections: Sequence[str], parameters: Mapping[str, dict[str, Any]], tokens: Tokens) -> None:
    """Write ``index.html`` into the folder `run` from the notebooks, figures and tables in it.

    `tokens` are those of the corpus, as the notebooks read it: the page holds the texts, so that each number leads to
    its sentences. All that comes from a document is escaped, no script is run but the page's own, and nothing is
    asked for from outside.
    """
    documents = tokens.corpus.documents
    corpus = next(iter(parameters.values()))["corpus"]
    read = read_sections(run, sections)
    held = texts(tokens, run, parameters)
    page = page_of(
        "page.html.j2",
        mathml=_mathml,
        title=title_of(documents, corpus),
        summary=summary_of(documents),
        sections=[_titled(section, run) for section in read],
        corpus=[(name.capitalize(), text, _corpus_table(run, name)) for name, text in CAPTIONS.items()],
        methods=_methods(run, read, parameters),
        parameters={section.title: parameters[section.name] for section in read},
        corpus_path=corpus,
        version=__version__,
        texts=embedded(held),
        group_by=held["group_by"],
        frame_style=Markup(style_sheet([label for _, label, _ in held["frames"]])),
        script=Markup("\n".join((_WEB / name).read_text(encoding="utf-8") for name in SCRIPTS)),
    )
    (run / "index.html").write_text(page, encoding="utf-8", newline="\n")


def _titled(section: Section, run: Path) -> dict[str, Any]:
    """A section as the template wants it: its blocks ready to print, its questions and findings with their places."""
    blocks: list[dict[str, Any]] = []
    questions: list[tuple[str, str]] = []
    findings: list[tuple[str, str]] = []
    for block in section.blocks:
        ready: dict[str, Any] = {"kind": block.kind, "text": block.text}
        if block.kind == "prose":
            ready["html"] = Markup(_prose(block.text, section.name, questions))
        elif block.kind == "finding":
            ready["id"] = f"{section.name}-finding-{len(findings) + 1}"
            findings.append((ready["id"], block.text))
        elif block.kind == "reading":
            ready["html"] = Markup(block.html.replace('aria-level="5"', 'aria-level="4"'))  # here no cell is above it
        elif block.kind == "figure":
            files = [(path.partition(f"{block.name}.")[2], path) for path in block.files]
            source = svg_source(run / section.name / f"{block.name}.svg")
            ready |= {"id": f"{section.name}-{block.name}", "about": block.about, "files": files, "source": source}
        elif block.kind == "table":
            ready |= _table(block, section.name, run)
        blocks.append(ready)
    return {
        "name": section.name,
        "title": section.title,
        "blocks": blocks,
        "questions": questions,
        "findings": findings,
    }


def _prose(source: str, section: str, questions: list[tuple[str, str]]) -> str:
    """Markdown as HTML, its headings one level lower, since the page has one above them; questions are noted."""
    markup = str(MARKDOWN(re.sub(r"^#", "##", source, flags=re.MULTILINE)))

    def heading(found: re.Match[str]) -> str:
        place = f"{section}-question-{len(questions) + 1}"
        questions.append((place, html.unescape(re.sub("<[^>]*>", "", found[1]))))
        return f'<h3 id="{place}">{found[1]}</h3>'

    return re.sub(r"<h3>(.*?)</h3>", heading, markup)


def _table(block: Block, section: str, run: Path) -> dict[str, Any]:
    """A table of a notebook: the rows that it showed, and more of them as data where there is more to sort."""
    shown = block.html[block.html.index("<table") : block.html.rindex("</table>") + 8]
    path = run / section / f"{block.name}.csv"
    return _with_rows(f"{section}/{block.name}", shown, path, block.about, min(block.rows, block.about["rows"]))


def _corpus_table(run: Path, name: str) -> dict[str, Any] | None:
    """A table of the corpus; None where it has no rows."""
    path = run / FOLDER / f"{name}.csv"
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if not about["rows"]:
        return None
    table = read_table(path, about["columns"]).head(ROWS)
    return _with_rows(f"{FOLDER}/{name}", table_html(table), path, about, len(table))


def _with_rows(name: str, shown: str, path: Path, about: Mapping[str, Any], rows: int) -> dict[str, Any]:
    # A table that is drawn in another way than a column for each column can't be drawn again by a script.
    own = shown.count("<th", 0, shown.index("</thead>")) - 1 == len(about["columns"])
    data = {
        "columns": about["columns"],
        "own": own,
        "total": about["rows"],
        "rows": table_rows(path, about["columns"]),
    }
    folder = path.parent.name
    return {
        "id": name.replace("/", "-"),
        "name": name,
        "row": about.get("row", ""),
        "columns": _meanings(about["columns"]),
        "html": Markup(shown),
        "about": about,
        "rows": rows,
        "data": embedded(data),
        "files": [("csv", f"{folder}/{path.name}")],
    }


def _meanings(columns: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Names of columns and what they mean; those that follow one another and mean the same share an entry."""
    known = [column for column in columns if "meaning" in column]
    runs = groupby(known, key=lambda column: column["meaning"])
    return [(", ".join(column["name"] for column in own), meaning) for meaning, own in runs]


def _methods(
    run: Path, read: Sequence[Section], parameters: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, list[tuple[Method, dict[str, Any]]]]]:
    """The methods behind the tables of this run, section by section, each with the parameters that bear on it."""
    found = []
    titles = {"text": "Texts, sentences and words"} | {section.name: section.title for section in read}
    for name, title in titles.items():
        own = parameters.get(name) or {key: value for values in parameters.values() for key, value in values.items()}
        entries = [method for method in methods() if method.section == name and _is_used(method, run)]
        found.append((title, [(entry, {k: own[k] for k in entry.parameters if k in own}) for entry in entries]))
    return found


def _is_used(method: Method, run: Path) -> bool:
    return not method.tables or any((run / f"{table}.csv").is_file() for table in method.tables)


def _mathml(formula: str) -> Markup:
    """A formula in LaTeX as MathML, which browsers draw."""
    return Markup(latex2mathml.converter.convert(formula, display="block"))


if TYPE_CHECKING:
    from analysis.publish.records import Shown


def read_sections(run: Path, names: Sequence[str]) -> list[Section]:
    """The sections of the folder `run`, in the order of `names`.

    Taken over are the notebooks' prose and what `save_figure`, `save_table`, `show_reading`, `finding` and `note`
    showed, and nothing else of their outputs.
    """
    return [_section(run, name) for name in names]


def _section(run: Path, name: str) -> Section:
    from analysis.publish.records import read_notebook  # it takes its time to import, and a report needs it last

    paths = (path for path in sorted((run / "notebooks").glob("*.ipynb")) if path.stem.partition("_")[2] == name)
    path = next(paths, None)
    if path is None:
        raise ParameterError(f"{str(run)!r} has no notebook {name!r}: make the report anew")
    blocks = []
    for cell in read_notebook(run, f"notebooks/{path.name}"):
        if "notebook-only" in cell.metadata.tags:
            continue
        if cell.cell_type == "markdown":
            blocks.append(Block("prose", cell.source))
        for output in cell.outputs:
            if shown := output.metadata.lafz:
                blocks.append(_block(run, name, shown, output.data.plain, output.data.html))
    title = re.match(r"#\s+(.*)", blocks[0].text) if blocks else None
    return Section(name, title[1] if title else name, blocks)


def _block(run: Path, section: str, shown: "Shown", text: str, html: str) -> Block:
    from analysis.publish.records import read_about

    if shown.kind not in ("figure", "table"):
        return Block(shown.kind, text, html)
    name = shown.name
    if "/" in name:
        raise ParameterError(f"{str(run / section)!r} shows {name!r}, which is no name of a figure or table")
    about = read_about(run, f"{section}/{name}", figure=shown.kind == "figure")
    folder = run / section
    paths = sorted(path for path in folder.iterdir() if path.name.startswith(f"{name}.") and path.suffix != ".json")
    files = tuple(f"{section}/{path.name}" for path in paths)
    return Block(shown.kind, text, html, name, about, shown.rows, files)
