"""The pages in docs/ as a site: built without a warning, opened from disk, searched without a network."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from analysis.core.paths import ROOT

pytest.importorskip("mkdocs")

PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
VERBS = (ROOT / "docs" / "from_other_tools.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    nowhere = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | nowhere | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return folder


def test_every_page_is_in_the_site_and_can_be_searched(site):
    assert {f"{name}.html" for name in PAGES} < {path.name for path in site.glob("*.html")}
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert {f"{name}.html" for name in PAGES} <= found | {"index.html"}
    assert (site / "search" / "search_index.js").is_file()  # a browser reads no JSON from disk


def test_nothing_is_asked_for_over_the_network(site):
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|img|iframe|source)[^>]* src=\"?(?:https?:)?//", text), page.name
        assert not re.findall(r"<link[^>]* href=\"?(?:https?:)?//", text), page.name


def test_links_that_leave_the_folder_lead_somewhere(site):
    addresses = {
        (page.parent / address).resolve()
        for page in site.glob("*.html")
        for address in re.findall(
            r'<(?:a|img)[^>]* (?:href|src)="([^":#]+)(?:#[^"]*)?"', page.read_text(encoding="utf-8")
        )
        if page.name != "404.html"  # is for servers
    }
    assert {(site / name).resolve() for name in ("overview.html", "figures/sample/index.html")} < addresses
    assert [place for place in addresses if not place.exists()] == []
    assert 'href="overview.html#start"' in (site / "guide.html").read_text(encoding="utf-8")


def test_formulas_are_drawn_by_the_browser(site):
    methods = (site / "methods.html").read_text(encoding="utf-8")
    written = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    formulas = re.findall(r"^\$.+\$$", written, flags=re.MULTILINE)
    assert methods.count("<math") == len(formulas) > 30
    assert r"\frac" not in methods


@pytest.mark.browser
def test_the_search_finds_a_word_on_disk_without_a_network(browser, site):
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        page.locator("input.md-search__input").click()
        page.keyboard.type("keyness", delay=50)
        page.locator(".md-search-result__link", has_text="Text dispersion keyness").first.click()
        page.wait_for_url("**/methods.html?h=keyness*")


def cells(page):
    """The code in the column "here" of the tables of a page."""
    for line in page.splitlines():
        parts = [part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(parts) >= 2 and set(parts[0]) != {"-"}:
            yield from re.findall(r"`([^`]+)`", parts[1])


@pytest.fixture(scope="module")
def prepared():
    names = {}
    exec(re.search(r"^```python\n(.*?)^```$", VERBS, flags=re.DOTALL | re.MULTILINE)[1], names)
    return names


@pytest.mark.parametrize("code", [code for code in cells(VERBS) if not code.startswith("lafz ")])
def test_our_verbs_run(prepared, code, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert eval(code, prepared) is not None


def test_our_verbs_are_many():
    assert len(list(cells(VERBS))) > 40


def test_the_site_has_the_pages_in_order():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = re.findall(r"(\w+)\.md", json.dumps(nav))
    assert set(PAGES) <= set(listed)
    assert len(listed) == len(set(listed))
