"""A real Chromium without a network. A test fails when its page complains, or asks for anything beyond this machine."""

import os
import shutil
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium")
LOOPBACK = "127.0.0.1"
# Names are not looked up, so that what no handler sees (a prefetch, a worker's request) can't leave the machine either.
FLAGS = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}", "--force-color-profile=srgb"]
PATIENCE = 30_000  # milliseconds for anything but a running notebook, on a machine that does other things too


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("there is no chromium: apt-get install chromium")
    playwright.expect.set_options(timeout=PATIENCE)
    flags = FLAGS + ["--no-sandbox"] * (os.name == "posix" and os.geteuid() == 0)  # it refuses root its sandbox
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints():
    """What the page of a test complains of, and what it asked of other machines, as it comes in."""
    return []


@pytest.fixture
def page(browser, complaints):
    """An empty page in a profile of its own; at the end there must have been no complaint."""
    context = browser.new_context(service_workers="block")
    context.set_default_timeout(PATIENCE)
    watch(context, complaints)
    yield context.new_page()
    context.close()
    assert not complaints, "\n".join(complaints)


def watch(context, complaints):
    """Refuse what the pages of `context` ask of other machines, and write down what goes wrong in them."""

    def answer(route):
        if is_here(route.request.url):
            route.continue_()
        else:
            route.abort()

    def note_request(request):
        if not is_here(request.url):
            complaints.append(f"asked of another machine: {request.url[:200]}")

    def note_message(message):
        if message.type == "error":
            complaints.append(f"console: {message.text[:500]}")

    context.route("**/*", answer)
    context.on("request", note_request)
    context.on("page", lambda page: page.on("websocket", note_request))
    context.on("console", note_message)
    context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))


def is_here(url):
    """Whether `url` is a file, a part of the page itself, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("about", "blob", "data", "file") or parts.hostname == LOOPBACK
