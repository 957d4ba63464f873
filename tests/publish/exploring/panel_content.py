"""What a panel of the explorer shows, for its tests."""

import html
import re


def control(panel, name):
    return next(part for part in panel.children[0].children if f"lafz-{name}" in part._dom_classes)


def shown(panel):
    """The HTML of a panel's result, without its style sheet."""
    return panel.children[1].value.partition("</style>")[2]


def rows(panel):
    """The cells of the first table that a panel shows, row by row."""
    body = shown(panel).partition("<tbody>")[2].partition("</tbody>")[0]
    found = [re.findall("<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall("<tr>(.*?)</tr>", body, re.DOTALL)]
    return [[html.unescape(cell) for cell in row] for row in found]
