"""Panels of controls above their result, for a notebook, and their state as HTML where no kernel runs."""

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

LINES = 200  # lines of a concordance, or rows of a table, that are shown
MIN_WORDS = 5  # sentences with fewer words are not called repeats, as in the report

_WIDE = {"description_width": "initial"}  # so that labels are not cut


def labelled(kind: Any, label: str, name: str, **options: Any) -> Any:
    """An ipywidgets control of this `kind`, with its whole `label` and the CSS class ``lafz-<name>``."""
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
    """The `controls` above the HTML that `answer` returns for their values, updated whenever one changes.

    `answer` takes the values by the names of the controls. A `ValueError` or a missing package is shown as a sentence.
    The controls in `first` come before the others, and act on these alone.
    """
    shown = ui.HTML()
    shown.add_class(f"lafz-{result}")

    def update(_: Any = None) -> None:
        shown.add_class("lafz-busy")
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
    """A function from a group of `by` to its tokens and their places in `tokens`, and the control that chooses one."""

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
    """A figure, its caption and a table, as HTML."""
    picture = io.BytesIO()
    with style():
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    source = f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode('ascii')}"
    return (
        f'<figure style="margin:0"><img src="{source}" alt="{html.escape(alt)}"><figcaption>{html.escape(caption)}.'
        f"</figcaption></figure>{scrolled(table_html(table), caption)}"
    )


def show_widget(widget: Any) -> None:
    """Display a `panel`, with its `still` form for a saved notebook or a web page."""
    bundle = widget._repr_mimebundle_() | {"text/html": still(widget), "text/plain": ". ".join(_settings(widget))}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def still(widget: Any) -> str:
    """The state of a `panel` as HTML without controls: their settings and the result."""
    settings = html.escape(". ".join(_settings(widget)))
    hint = "(To change this, run the notebook in JupyterLab: Run &gt; Run All Cells.)"
    made = "".join(part.value for part in _parts(widget) if isinstance(part, ui.HTML))
    return f'<div class="lafz-still"><p>{settings}. <small>{hint}</small></p>{made}</div>'


def sentence(text: str) -> str:
    """`text` as an HTML paragraph that begins with a capital and ends with a full stop."""
    whole = text[:1].upper() + text[1:]
    return f"<p>{html.escape(whole if whole.endswith(('.', '?', '!')) else whole + '.')}</p>"


def scrolled(markup: str, label: str) -> str:
    """`markup` in a scrolling region, which the keyboard reaches; `label` names it for screen readers."""
    return f'<div class="lafz-scroll" tabindex="0" role="region" aria-label="{html.escape(label)}">{markup}</div>'


def _settings(widget: Any) -> list[str]:
    """The label and value of each control of a panel."""
    settings = []
    for control in _parts(widget):
        if isinstance(control, ui.HTML) or not control.description:
            continue
        value = control.label if hasattr(control, "options") else control.value
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, float):
            value = f"{value:g}"
        settings.append(f"{control.description}: {'–' if value in (None, '') else value}")
    return settings


def _parts(widget: Any) -> Iterator[Any]:
    """The widgets within a widget that contain no others."""
    children = getattr(widget, "children", ())
    if not children:
        yield widget
    for child in children:
        yield from _parts(child)
