"""The report's page: what the executed notebooks say and show, as one file that opens without a network."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mistune
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.publish.figures import svg_source
from analysis.publish.parameters import joined, read_cells
from analysis.publish.tables import table_html
from analysis.text.corpus import Corpus

MARKDOWN = mistune.create_markdown(escape=True, plugins=["table"])
EXCERPT = 160  # characters of a boilerplate line or a broken-off paragraph that the page shows


def write_page(run: Path, sections: Sequence[str], parameters: Mapping[str, dict[str, Any]], corpus: Corpus) -> None:
    """Write ``index.html`` into the folder `run` from the notebooks, figures and tables that stand there.

    Only the prose of the notebooks and what `save_figure`, `save_table`, `show_reading`, `finding` and `note` showed is
    taken over; all that comes from a document is escaped.
    """
    parts = [_section(run, section) for section in sections]
    environment = Environment(loader=PackageLoader("analysis.publish", "."), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("page.html.j2").render(
        title=_title(corpus, next(iter(parameters.values()))["corpus"]),
        summary=_summary(corpus),
        sections=parts,
        documents=_table(_documents(corpus)),
        problems=_table(corpus.problems),
        boilerplate=_table(_left_out(corpus)),
        truncated=_table(_truncated(corpus)),
        parameters={part["title"]: parameters[part["name"]] for part in parts},
    )
    (run / "index.html").write_text(page, encoding="utf-8", newline="\n")


def _section(run: Path, section: str) -> dict[str, Any]:
    """A notebook as its title, its findings, and its blocks of prose, figures and tables in order."""
    path = next((run / "notebooks").glob(f"*_{section}.ipynb"))
    blocks: list[dict[str, Any]] = []
    for cell in read_cells(path):
        if "notebook-only" in cell.tags:
            continue
        if cell.kind == "markdown":
            # The page has a heading above the notebook's own.
            source = re.sub(r"^#", "##", cell.source, flags=re.MULTILINE)
            blocks.append({"kind": "prose", "html": Markup(MARKDOWN(source))})
            continue
        for output in cell.outputs:
            about = output.get("metadata", {}).get("lafz")
            if about:
                data = {kind: joined(text) for kind, text in output["data"].items()}
                blocks.append(_block(run / section, about, data))
    title = re.search(r"<h2[^>]*>(.*?)<", blocks[0]["html"])
    findings = [block["text"] for block in blocks if block["kind"] == "finding"]
    return {"name": section, "title": title[1] if title else section, "findings": findings, "blocks": blocks}


def _block(folder: Path, about: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    """What one call of `save_figure`, `save_table`, `show_reading`, `finding` or `note` showed, ready for the page."""
    block: dict[str, Any] = {**about, "text": data["text/plain"]}
    if about["kind"] in ("figure", "table"):
        name = about["name"]
        block["about"] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        block["files"] = [
            f"{folder.name}/{path.name}" for path in sorted(folder.glob(f"{name}.*")) if path.suffix != ".json"
        ]
    if about["kind"] == "figure":
        block["source"] = svg_source(folder / f"{about['name']}.svg")
    if about["kind"] == "reading":
        block["html"] = Markup(data["text/html"])
    if about["kind"] == "table":
        block["html"] = Markup(
            data["text/html"][data["text/html"].index("<table") : data["text/html"].rindex("</table>") + 8]
        )
    return block


def _title(corpus: Corpus, path: str) -> str:
    """The document's own title where there is one document, else the name of the corpus."""
    documents = corpus.documents
    if len(documents) == 1:
        return str(documents["title"].iloc[0] or documents["doc_id"].iloc[0])
    return f"Corpus “{Path(path).name}”"


def _summary(corpus: Corpus) -> str:
    """What was read, in one sentence."""
    documents = corpus.documents
    count = len(documents)
    said = f"{count:,} document{'s' if count != 1 else ''}, {documents['n_chars'].sum():,} characters"
    sources = documents.loc[documents["source"] != "", "source"].nunique()
    if sources:
        said += f", {sources} source{'s' if sources != 1 else ''}"
    dates = documents["date"].dropna()
    if len(dates):
        first, last = f"{dates.min():%-d %B %Y}", f"{dates.max():%-d %B %Y}"
        said += f", {first}" if first == last else f", {first} to {last}"
    return said + "."


def _documents(corpus: Corpus) -> pd.DataFrame:
    table = corpus.documents[["doc_id", "title", "source", "date", "language", "encoding", "n_chars"]]
    return table.loc[:, [c for c in table.columns if not (table[c].isna() | (table[c].astype(str) == "")).all()]]


def _left_out(corpus: Corpus) -> pd.DataFrame:
    return _excerpts(corpus, (corpus.segments["kind"] == "boilerplate").to_numpy())


def _truncated(corpus: Corpus) -> pd.DataFrame:
    table = _excerpts(corpus, corpus.segments["truncated"].to_numpy(dtype=bool))
    table["text"] = ["… " + text[-EXCERPT:].partition(" ")[2] for text in table["text"]]
    return table


def _excerpts(corpus: Corpus, chosen: Any) -> pd.DataFrame:
    rows = corpus.segments[chosen]
    texts = dict(zip(corpus.documents["doc_id"], corpus.texts, strict=True))
    found = [texts[d][s:e] for d, s, e in zip(rows["doc_id"], rows["start"], rows["end"], strict=True)]
    return pd.DataFrame({"doc_id": rows["doc_id"].to_numpy(), "text": found}, columns=["doc_id", "text"])


def _table(table: pd.DataFrame) -> Markup | None:
    return Markup(table_html(table)) if len(table) else None
