"""The notebooks as a reader has them: JupyterLab as `make lab` starts it, in a browser, with Run > Run All Cells."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import matplotlib
import pytest

from analysis.core.paths import NOTEBOOKS, SAMPLE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

playwright = pytest.importorskip("playwright.sync_api")

TOKEN = "only-for-tests"
PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)"
SHOWN_PROMPTS = f"{PROMPTS}.filter(prompt => prompt)"  # a cell whose code is hidden has none
EXPLORE = "00_explore"
LONG = 1_200_000  # milliseconds that a notebook, or the server, may take on a slow machine that does other things too

# What the sample's reader must find: a figure's name, the beginning of a finding, a table's name and cells of one row.
# "campaign" stands 45 times in 21 files, by grep.
SHOWN = {
    "01_term_frequency": (
        "words",
        "The words used most, stop words aside: “campaign” (45 times, in 21 documents)",
        ("all_words", ["campaign", "45", "21"]),
    ),
    "02_framing": (
        "frames_by_group",
        "Human coders bear the lexicon out (an F1 of 0.5 or more) on 2 of its 12 frames",
        ("frames", ["Sacrifice"]),
    ),
    "03_redundancy": (
        "repeat_map",
        "16% of the words are in sentences of 5 words or more repeated verbatim",
        ("doublets", ["unshaken", "unshakeable"]),
    ),
}


class Lab(NamedTuple):
    """A running JupyterLab."""

    address: str
    output: Path  # the folder that its notebooks write to


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the notebooks, with nothing of the user's own; what it writes stays in its folder."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    about = folder / "settings" / "@jupyterlab" / "apputils-extension"
    about.mkdir(parents=True)
    (about / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')  # it would ask, and then the net
    with socket.socket() as free:  # which another process may take before the server does: it then tries others
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {
        "HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "LAFZ_OUTPUT": str(folder / "output"),
        "LAFZ_TOKENS": str(folder / "tokens"),
        # In a new home it would look for all fonts, and say so in the notebook where that takes five seconds.
        "MPLCONFIGDIR": matplotlib.get_cachedir(),
    }
    command = [sys.executable, "-m", "jupyterlab", "notebooks", "--no-browser", f"--port={port}"]
    command += ["--allow-root"] * (os.name == "posix" and os.geteuid() == 0)
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield Lab(address(folder / "runtime", server, folder / "log"), folder / "output")
        finally:
            server.terminate()
            server.wait(timeout=LONG / 1000)


def address(runtime, server, log):
    """Where the server listens, as it writes down itself, once it answers there."""
    until = time.monotonic() + LONG / 1000
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        for path in runtime.glob("jpserver-*.json"):
            with suppress(OSError, ValueError):  # it does not answer yet, or has not written to the end
                found = f"http://127.0.0.1:{json.loads(path.read_text())['port']}"
                with urlopen(f"{found}/api/status?token={TOKEN}"):
                    return found
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def open_and_run(page, address, name):
    """Open a notebook, Run > Run All Cells, and wait until the kernel has nothing left to do."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(f"{address}/lab/tree/{name}.ipynb?token={TOKEN}&reset")
    idle = page.get_by_text("Python 3 (ipykernel) | Idle", exact=True)
    idle.wait_for(timeout=LONG)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(f"{SHOWN_PROMPTS}.every(prompt => /[0-9]/.test(prompt))", timeout=LONG)
    idle.wait_for()
    assert page.locator('[data-mime-type$=".error"], [data-mime-type$=".stderr"]').all_text_contents() == []
    cells = [
        cell for cell in json.loads((NOTEBOOKS / f"{name}.ipynb").read_text())["cells"] if cell["cell_type"] == "code"
    ]
    shown = [k for k, cell in enumerate(cells, 1) if not cell["metadata"].get("jupyter", {}).get("source_hidden")]
    assert page.evaluate(SHOWN_PROMPTS) == [f"[{number}]:" for number in shown]


@pytest.mark.parametrize("name", [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem != EXPLORE])
def test_all_cells_run_and_what_they_draw_is_shown(lab, page, name):
    shutil.rmtree(lab.output, ignore_errors=True)
    open_and_run(page, lab.address, name)
    written = {path.stem: json.loads(path.read_text()) for path in lab.output.glob("*.json")}
    figures = [about for about in written.values() if "alt" in about]
    assert figures
    for about in figures:
        picture = figure(page, about).get_by_role("img", name=about["alt"], exact=True)
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100, about
    if name in SHOWN:
        drawn, finding, (table, cells) = SHOWN[name]
        assert "alt" in written[drawn]
        playwright.expect(page.locator("strong", has_text=finding)).to_be_visible()
        row = figure(page, written[table]).get_by_role("row")
        for cell in cells:
            row = row.filter(has=page.get_by_role("cell", name=cell, exact=True))
        playwright.expect(row).to_be_visible()
        for cell in cells:
            side = "right" if cell.isdigit() else "start"
            playwright.expect(row.get_by_role("cell", name=cell, exact=True).first).to_have_css("text-align", side)


def figure(page, about):
    """The figure or table with that caption."""
    return page.locator("figure", has=page.locator("figcaption", has_text=about["caption"]))


def test_a_reader_types_and_what_is_found_follows(lab, page):
    open_and_run(page, lab.address, EXPLORE)
    expect = playwright.expect

    search = panel(page, "concordance")
    hits = search.locator(".lafz-hits")
    box = search.get_by_role("textbox", name="Search")
    box.fill("")
    box.press_sequentially("terrorism")
    expect(hits.get_by_role("paragraph")).to_have_text(f"{grep('terrorism')} places.")
    expect(hits.get_by_role("rowheader")).to_have_count(grep("terrorism"))
    box.fill("terroris*")
    expect(hits.get_by_role("rowheader")).to_have_count(grep(r"terroris\w*"))
    search.get_by_role("combobox", name="Source").select_option("Wire agency")
    expect(hits.get_by_role("rowheader")).to_have_count(grep(r"terroris\w*", "*-wire-*"))
    box.fill("<i>none</i>")
    expect(hits.get_by_role("paragraph")).to_contain_text("“<i>none</i>” does not occur")

    document = panel(page, "reading")
    document.get_by_role("textbox", name="Find").fill("COMMUNIQUE-3")
    expect(document.get_by_role("combobox", name="1 document", exact=True)).to_be_visible()
    expect(document.locator(".lafz-result")).to_contain_text("Steering Group Reviews Progress Of Operation")

    words = panel(page, "words")
    expect(words.locator("figcaption")).to_contain_text("The 25 words used most")
    words.locator(".lafz-length [role=slider]").press("ArrowRight")
    expect(words.locator("figcaption")).to_contain_text("The 25 phrases of 2 words used most")

    frames = panel(page, "frames")
    expect(frames.get_by_role("columnheader", name="per 1,000 words", exact=True)).to_be_attached()

    tables = panel(page, "tables")
    tables.get_by_role("combobox", name="Table").select_option("framing/profile")
    tables.get_by_role("textbox", name="With the text").fill("sacrifice")
    expect(tables.locator(".lafz-result").get_by_role("row")).to_have_count(2)
    expect(tables.get_by_role("cell", name="Sacrifice", exact=True)).to_be_attached()


def panel(page, name):
    """A panel of controls; it comes into view, and with it what the browser has not drawn so far."""
    controls = page.locator(f".lafz-panel.lafz-{name}")
    controls.scroll_into_view_if_needed()
    return controls


def grep(pattern, files="*"):
    """How often words that `pattern` fits stand in those files of the sample."""
    texts = [path.read_text(encoding="utf-8") for path in SAMPLE.glob(files) if path.suffix in (".txt", ".md")]
    return sum(len(re.findall(rf"\b{pattern}\b", text, flags=re.IGNORECASE)) for text in texts)
