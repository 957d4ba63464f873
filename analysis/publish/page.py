"""The report's page: what the executed notebooks say and show, as one file that opens without a network."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import latex2mathml.converter
import mistune
from markupsafe import Markup

from analysis import __version__
from analysis.core.errors import ParameterError
from analysis.publish.cards import cards, repeated_share
from analysis.publish.cells import looks, rows_html, titled
from analysis.publish.corpus_tables import CAPTIONS, FOLDER, summary_of, title_of
from analysis.publish.dictionary import Method, methods
from analysis.publish.markup import page_of, svg_source
from analysis.publish.page_data import embedded, table_rows, texts
from analysis.publish.reading import style_sheet
from analysis.publish.worth import rank
from analysis.text.tokens import Tokens

MARKDOWN = mistune.create_markdown(escape=True, plugins=["table"])
SCRIPTS = ("tables.js", "texts.js", "evidence.js", "reader.js")
LOADED = "What was loaded?"  # a question that each notebook asks
LIMITS = "What this shows"  # begins the heading of what a notebook does not show
FIRST_ROWS = 5  # of a table, before more are asked for
OPEN = 9  # findings that are listed before the others
# How a finding begins that says that nothing was found.
NOTHING = tuple("No |None |Nothing |Too few |Too little |There is no |There are no |Headlines speak of no ".split("|"))
_FROM_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # letters of Hebrew, Arabic and Urdu
_WEB = Path(__file__).with_name("web")


class Block(NamedTuple):
    """A piece of a section.

    `kind` is prose (`text` is Markdown), finding, note, figure, table or reading (`text` in plain words, `html` as the
    notebook showed it). A figure or table has a `name`, what the file beside it says (`about`), the number of `rows`
    shown, the paths of its `files` within the run, and whether it is `drawn` in a way of its own.
    """

    kind: str
    text: str
    html: str = ""
    name: str = ""
    about: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    rows: int = 0
    files: tuple[str, ...] = ()
    drawn: bool = False


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
    its sentences. Everything from a document is escaped, no script runs but the page's own, and nothing is requested
    from outside.
    """
    documents = tokens.corpus.documents
    corpus = next(iter(parameters.values()))["corpus"]
    read = read_sections(run, sections)
    held = texts(tokens, run, parameters)
    called = {"titles": titled(documents), "keys": {frame: label for frame, label, _ in held["frames"]}}
    ready = [_section_data(section, run, called, first=section is read[0]) for section in read]
    corpus_tables = []
    for name, text in CAPTIONS.items():
        about = json.loads((run / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        table = _table_data(run, f"{FOLDER}/{name}", about, called) if about["rows"] else None
        corpus_tables.append((name.capitalize(), text, table))
    page = page_of(
        "page.html.j2",
        mathml=lambda formula: Markup(latex2mathml.converter.convert(formula, display="block")),
        title=title_of(documents, corpus),
        summary=summary_of(documents),
        sections=ready,
        cards=cards(run, ready),
        findings=_ranked(ready, repeated_share(run)),
        corpus=corpus_tables,
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


def answers(run: Path, sections: Sequence[str]) -> list[str]:
    """What a finished run says first: the sentences on its cards, and which sections are left out."""
    called: dict[str, Any] = {"titles": {}, "keys": {}}
    ready = [_section_data(section, run, called, first=False) for section in read_sections(run, sections)]
    return [card.text for card in cards(run, ready)] + [section["why"] for section in ready if section["why"]]


def _section_data(section: Section, run: Path, called: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
    """A section for the template: its questions, each with what it shows at once and what lies behind it.

    Only the `first` section tells what was loaded. A question that was left out has a line, one that found nothing is
    folded, and what the section does not show comes last.
    """
    every = [_question(heading, blocks, section.name, run, called) for heading, blocks in questions_of(section)]
    asked = [question for question in every if question["asks"] and (first or question["heading"] != LOADED)]
    asked = [{**question, "id": f"{section.name}-question-{n}"} for n, question in enumerate(asked, 1)]
    unasked = [question for question in every if not question["asks"]]
    return {
        "name": section.name,
        "title": section.title,
        "prose": "" if every[0]["asks"] else every[0]["prose"],
        "questions": [question for question in asked if not question["vain"]],
        "vain": [question for question in asked if question["vain"]],
        "why": "" if asked else " ".join(every[0]["notes"]),
        "left_out": [(question["heading"], question["notes"]) for question in unasked if question["notes"] and asked],
        "limits": [question for question in unasked if question["heading"].startswith(LIMITS)],
        "findings": [
            (question["id"], block["text"], {name.removeprefix(f"{section.name}-") for name in question["ids"]})
            for question in asked
            for block in question["blocks"]
            if block["kind"] == "finding"
        ],
    }


def _ranked(sections: Sequence[Mapping[str, Any]], repeated: float) -> dict[str, list[tuple[str, str]]]:
    """The findings with their places, the most telling first: those ``open``, ``more``, and those of ``nothing``."""
    every = [found for section in sections for found in section["findings"]]
    every.sort(key=lambda found: rank(found[2], repeated))
    told = [(place, text) for place, text, _ in every]
    some = [own for own in told if not own[1].startswith(NOTHING)]
    return {"open": some[:OPEN], "more": some[OPEN:], "nothing": [own for own in told if own not in some]}


def questions_of(section: Section) -> list[tuple[str, list[Block]]]:
    """The questions of a section, each a heading and the blocks up to the next one; first what has no heading."""
    found: list[tuple[str, list[Block]]] = [(section.title, [])]
    for block in section.blocks:
        for text in re.split(r"^(?=## )", block.text, flags=re.MULTILINE) if block.kind == "prose" else [block.text]:
            begun = re.match(r"##\s+(.*)", text) if block.kind == "prose" else None
            if begun:
                found.append((begun[1], []))
            found[-1][1].append(block._replace(text=text[begun.end() :] if begun else text))
    return found


def _question(
    heading: str, blocks: Sequence[Block], section: str, run: Path, called: Mapping[str, Any]
) -> dict[str, Any]:
    """A question for the template: the ``blocks`` that it shows at once, those ``behind`` them, ``prose``, ``notes``.

    Shown at once are the findings, the first figure and the marked text, or without a figure the first table; of one
    document, whose text says more than figures do, the findings and the marked text. A question is ``vain`` if all
    that it shows is that nothing was found, or tables without a row.
    """
    ready = [_block_data(block, section, run, called) for block in blocks if block.kind not in ("prose", "note")]
    figures = len(called["titles"]) > 1
    findings, drawn, marked, tables = (
        [block for block in ready if block["kind"] == kind] for kind in ("finding", "figure", "reading", "table")
    )
    told = any(not block["text"].startswith(NOTHING) for block in findings)
    shown = findings + drawn[: 1 if figures else 0] + marked
    if figures and told and not drawn:
        shown += tables[:1]
    behind = [block for block in drawn + tables if block not in shown]
    empty = all(
        block["kind"] == "finding" or (block["kind"] == "table" and not block["about"]["rows"])
        for block in shown or behind
    )
    title = str(MARKDOWN(heading)).strip().removeprefix("<p>").removesuffix("</p>")
    return {
        "heading": html.unescape(re.sub("<[^>]*>", "", title)),
        "title": Markup(title),
        "blocks": shown,
        "behind": behind,
        "prose": Markup("".join(_prose(block.text) for block in blocks if block.kind == "prose")),
        "notes": [block.text for block in blocks if block.kind == "note"],
        "ids": [block["id"] for block in ready if "id" in block],
        "asks": bool(ready),
        "vain": empty and not told,
    }


def _block_data(block: Block, section: str, run: Path, called: Mapping[str, Any]) -> dict[str, Any]:
    """A block for the template."""
    ready: dict[str, Any] = {"kind": block.kind, "text": block.text}
    if block.kind == "reading":
        ready["html"] = Markup(block.html.replace('aria-level="5"', 'aria-level="4"'))  # here no cell is above it
    elif block.kind == "figure":
        files = [(path.partition(f"{block.name}.")[2], path) for path in block.files]
        source = svg_source(run / section / f"{block.name}.svg")
        ready |= {"id": f"{section}-{block.name}", "about": block.about, "files": files, "source": source}
    elif block.kind == "table":
        html = block.html[block.html.index("<table") : block.html.rindex("</table>") + 8] if block.drawn else ""
        ready |= _table_data(run, f"{section}/{block.name}", block.about, called, html)
    return ready


def _prose(source: str) -> str:
    """Markdown as HTML without its first heading, the others one level lower: the page has one above them."""
    return str(MARKDOWN(re.sub(r"^#", "##", re.sub(r"\A# .*", "", source), flags=re.MULTILINE)))


def _table_data(
    run: Path, name: str, about: Mapping[str, Any], called: Mapping[str, Any], drawn: str = ""
) -> dict[str, Any]:
    """A table of the run for the template: its first rows, or what a notebook has `drawn` of them, and more as data."""
    path = run / f"{name}.csv"
    rows = table_rows(path, about["columns"])
    own = looks(about["columns"], rows, path.stem, **called)
    columns = [
        column | {key: value for key, value in look._asdict().items() if value not in ({}, None) and value is not False}
        for column, look in zip(about["columns"], own, strict=True)
    ]
    # Columns that follow one another and mean the same share an entry.
    meanings = groupby((column for column in columns if "meaning" in column), key=lambda column: column["meaning"])
    return {
        "kind": "table",
        "id": name.replace("/", "-"),
        "name": name,
        "row": about.get("row", ""),
        "columns": [(", ".join(column["label"] for column in alike), meaning) for meaning, alike in meanings],
        "html": Markup(drawn or rows_html(rows[:FIRST_ROWS], own)),
        "about": about,
        "rows": drawn.count("<tr") - 1 if drawn else min(len(rows), FIRST_ROWS),
        "data": embedded({"columns": columns, "own": not drawn, "total": about["rows"], "rows": rows}),
        "files": [("csv", f"{path.parent.name}/{path.name}")],
    }


def _methods(
    run: Path, read: Sequence[Section], parameters: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, list[tuple[Method, dict[str, Any]]]]]:
    """The methods behind the tables of this run, section by section, each with the parameters that bear on it."""
    found = []
    titles = {"text": "Texts, sentences and words"} | {section.name: section.title for section in read}
    for name, title in titles.items():
        own = parameters.get(name) or {key: value for values in parameters.values() for key, value in values.items()}
        entries = [
            (method, {key: own[key] for key in method.parameters if key in own})
            for method in methods()
            if method.section == name
            and (not method.tables or any((run / f"{table}.csv").is_file() for table in method.tables))
        ]
        found.append((title, entries))
    return found


def read_sections(run: Path, names: Sequence[str]) -> list[Section]:
    """The sections of the folder `run`, in the order of `names`.

    They hold the notebooks' prose and what `save_figure`, `save_table`, `show_reading`, `finding` and `note` showed,
    and nothing else of their outputs.
    """
    return [_read_section(run, name) for name in names]


def _read_section(run: Path, name: str) -> Section:
    from analysis.publish.records import read_about, read_notebook  # slow to import, and a report needs them last

    paths = [path for path in sorted((run / "notebooks").glob("*.ipynb")) if path.stem.partition("_")[2] == name]
    if not paths:
        raise ParameterError(f"{str(run)!r} has no notebook {name!r}: make the report anew")
    blocks = []
    for cell in read_notebook(run, f"notebooks/{paths[0].name}"):
        if "notebook-only" in cell.metadata.tags:
            continue
        if cell.cell_type == "markdown":
            blocks.append(Block("prose", cell.source))
        for output in cell.outputs:
            shown, data, folder = output.metadata.lafz, output.data, run / name
            if not shown:
                continue
            if shown.kind not in ("figure", "table"):
                blocks.append(Block(shown.kind, directed(data.plain), data.html))
                continue
            if "/" in shown.name:
                raise ParameterError(f"{str(folder)!r} shows {shown.name!r}, which is no name of a figure or table")
            about = read_about(run, f"{name}/{shown.name}", figure=shown.kind == "figure")
            beside = (path.name for path in folder.iterdir() if path.suffix != ".json")
            files = tuple(f"{name}/{file}" for file in sorted(beside) if file.startswith(f"{shown.name}."))
            blocks.append(Block(shown.kind, data.plain, data.html, shown.name, about, shown.rows, files, shown.drawn))
    title = re.match(r"#\s+(.*)", blocks[0].text) if blocks else None
    return Section(name, title[1] if title else name, blocks)


def directed(text: str) -> str:
    r"""A sentence in English with a mark behind each name from the right, which would draw the next number to it.

    >>> print(ascii(directed("Most: حق (31.7) and law (2.0).")))
    'Most: \u062d\u0642\u200e (31.7) and law (2.0).'
    """
    return re.sub(rf"“[^“”]*[{_FROM_RIGHT}][^“”]*”|(?<=[{_FROM_RIGHT}])(?= ?[(,;])", "\\g<0>\u200e", text)
