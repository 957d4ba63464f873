"""Controls above what they make, for a notebook to explore in; and their state as HTML where no kernel answers."""

import base64
import html
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import ipywidgets as ui  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis.core.printable import visible, visible_text
from analysis.publish.cells import table_html
from analysis.publish.figures import style
from analysis.publish.markup import style_rules
from analysis.text.tokens import Tokens

LINES = 200  # lines of a concordance and rows of a table that are shown
MIN_WORDS = 5  # sentences with fewer words are not called repeats, as in the report

_WIDE = {"description_width": "initial"}  # labels are as wide as their words


def labelled(kind: Any, label: str, name: str, **options: Any) -> Any:
    """A control of ipywidgets with its whole label in sight, and ``lafz-<name>`` among its CSS classes."""
    made = kind(description=label, style=_WIDE, **options)
    made.add_class(f"lafz-{name}")
    return made


def panel(
    name: str,
    controls: Mapping[str, Any],
    answer: Callable[..., str],
    *,
    result: str = "result",
    first: Sequence[Any] = (),
) -> Any:
    """The `controls` above the HTML that `answer` makes of their values, made again whenever one of them changes.

    `answer` takes the value of each control by its name. A `ValueError`, or a package that is missing, is shown as its
    sentence. The controls in `first` come before the others and act only on these.
    """
    shown = ui.HTML()
    shown.add_class(f"lafz-{result}")

    def update(_: Any = None) -> None:
        shown.add_class("lafz-busy")  # says that it works, until what it makes is there
        try:
            made = answer(**{key: control.value for key, control in controls.items()})
        except (ModuleNotFoundError, ValueError) as error:
            made = sentence(str(error))
        shown.value = f'<div class="lafz-out"><style>{style_rules("explorer.css")}</style>{visible_text(made)}</div>'
        shown.remove_class("lafz-busy")

    for control in controls.values():
        control.observe(update, "value")
    update()
    rows = ui.HBox([*first, *controls.values()], layout=ui.Layout(flex_flow="row wrap", align_items="flex-start"))
    box = ui.VBox([rows, shown])
    box.add_class("lafz-panel")
    box.add_class(f"lafz-{name}")
    return box


def by_group(tokens: Tokens, by: str | None) -> tuple[Callable[[str], tuple[Tokens, Any]], dict[str, Any]]:
    """A function from a group of `by` to its tokens and where they are in all; the control that names one, if any."""

    @lru_cache(maxsize=4)
    def part(group: str) -> tuple[Tokens, Any]:
        if by is None or not group:
            return tokens, slice(None)
        rows = np.flatnonzero((tokens.groups(by) == group).to_numpy())
        return tokens.subset(rows), np.isin(tokens.document, rows)

    if by is None:
        return part, {}
    options = [("all", ""), *((visible(name), name) for name in sorted(set(tokens.groups(by))))]
    label = by.replace("_", " ").capitalize()
    return part, {"group": labelled(ui.Dropdown, label, "group", options=options)}


def drawn(figure: Figure, alt: str, caption: str, table: pd.DataFrame) -> str:
    """A figure above its caption and a table."""
    picture = io.BytesIO()
    with style():
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    source = f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode('ascii')}"
    return (
        f'<figure style="margin:0"><img src="{source}" alt="{html.escape(alt)}"><figcaption>{html.escape(caption)}.'
        f"</figcaption></figure>{scrolled(table_html(table), caption)}"
    )


def show_widget(widget: Any) -> None:
    """Display a `panel`, and with it, for whatever can't run it (a saved notebook, a web page), its `still` form."""
    bundle = widget._repr_mimebundle_() | {"text/html": still(widget), "text/plain": ". ".join(_settings(widget))}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def still(widget: Any) -> str:
    """What a `panel` shows now as HTML without controls: what they are set to, and what was made of it."""
    settings = html.escape(". ".join(_settings(widget)))
    hint = "(To change this, run the notebook in JupyterLab: Run &gt; Run All Cells.)"
    made = "".join(part.value for part in _parts(widget) if isinstance(part, ui.HTML))
    return f'<div class="lafz-still"><p>{settings}. <small>{hint}</small></p>{made}</div>'


def sentence(text: str) -> str:
    """`text` as a paragraph that begins with a capital and ends with a full stop."""
    whole = text[:1].upper() + text[1:]
    return f"<p>{html.escape(whole if whole.endswith(('.', '?', '!')) else whole + '.')}</p>"


def scrolled(markup: str, label: str) -> str:
    """`markup` in a field of limited height, which the keyboard reaches too; `label` says what it is."""
    return f'<div class="lafz-scroll" tabindex="0" role="region" aria-label="{html.escape(label)}">{markup}</div>'


def _settings(widget: Any) -> list[str]:
    """What each control of a panel is called and set to."""
    return [
        f"{part.description}: {_said(part)}"
        for part in _parts(widget)
        if not isinstance(part, ui.HTML) and part.description
    ]


def _said(control: Any) -> str:
    """The value of a control as its user sees it."""
    value = control.label if hasattr(control, "options") else control.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else f"{value:g}" if isinstance(value, float) else str(value)


def _parts(widget: Any) -> Iterator[Any]:
    """The widgets within a widget that hold no others."""
    children = getattr(widget, "children", ())
    if not children:
        yield widget
    for child in children:
        yield from _parts(child)
