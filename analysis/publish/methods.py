"""What a methods section says of a report: each measure with its formula and source; ``methods.yml`` has the words."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_FILE = Path(__file__).with_name("methods.yml")
_SECTIONS = {"text": "Text", "term_frequency": "Term frequency", "framing": "Framing", "redundancy": "Redundancy"}

_LISTED = ("code", "parameters", "tables")


class Method(NamedTuple):
    """A measure or procedure, as a methods section describes it.

    ``section``: "text" (what all notebooks share) or the notebook's. ``text``: plain sentences. ``formula``: LaTeX, one
    a line; ``where``: its letters, in plain text. ``code``: dotted names of the functions. ``parameters``: those of the
    notebooks that bear on it. ``tables``: those that it explains, as "framing/profile".
    """

    id: str
    section: str
    title: str
    text: str
    formula: tuple[str, ...]
    where: str
    source: tuple[str, ...]
    code: tuple[str, ...]
    parameters: tuple[str, ...]
    tables: tuple[str, ...]


@cache
def methods() -> tuple[Method, ...]:
    """All methods, those of the text first, then section by section in the order of the notebooks.

    >>> next(method.formula for method in methods() if method.id == "rates")
    ('r = 10^6 \\\\frac{f}{N}',)
    """
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(_method(section, entry) for section, entries in written.items() for entry in entries)


def methods_page() -> str:
    """The methods as a page of Markdown, formulas between dollar signs."""
    lines = ["# Methods", "", "What is computed, on what, and what it is not. The code is named beside each method;"]
    lines += ["[tables.md](tables.md) says what the columns of the tables mean."]
    section = ""
    for method in methods():
        if section != method.section:
            section = method.section
            lines += ["", f"## {_SECTIONS[section]}"]
        lines += ["", f"### {method.title}", "", method.text]
        for formula in method.formula:
            lines += ["", f"${formula}$"]
        if method.where:
            lines += ["", method.where.replace("_", r"\_")]
        facts = {"Source": "; ".join(method.source).replace("_", r"\_")}
        facts |= {name.title(): ", ".join(f"`{n}`" for n in getattr(method, name)) for name in _LISTED}
        lines += ["", *(f"- {name}: {said}" for name, said in facts.items() if said)]
    return "\n".join(lines) + "\n"


def _method(section: str, entry: dict[str, Any]) -> Method:
    several = {name: tuple(entry.get(name, ())) for name in ("formula", "source", *_LISTED)}
    return Method(**({"section": section, "where": ""} | entry | several))
