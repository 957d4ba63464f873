"""What MkDocs is not able to do for the pages in docs/: links that leave the folder, and formulas without a network."""

import os.path
import re
from pathlib import Path

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
# Pages of the repository that are no files of docs/, and where they are in the site.
ELSEWHERE = {
    "README.md": "overview.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "data/README.md": "sample.md",
    "tests/README.md": "promises.md",
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
FORMULA = re.compile(r"^\$(.+)\$$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the repository that are elsewhere, and what the search needs where no server is."""
    for path, uri in {**ELSEWHERE, ".ci/iframe-worker.js": "iframe-worker.js"}.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A page with links that lead somewhere in the site, and with its formulas in MathML, which browsers draw."""
    folder = Path(page.file.abs_src_path or "").parent

    def linked(match: re.Match[str]) -> str:
        picture, text, address, anchor = match.groups(default="")
        target = Path(os.path.normpath(folder / address))
        if "://" in address or (folder == target.parent == ROOT / "docs"):
            return match[0]
        if not target.is_relative_to(ROOT) or not target.exists():
            raise FileNotFoundError(f"{page.file.src_uri}: no such file: {address}")
        path = target.relative_to(ROOT).as_posix()
        uri = ELSEWHERE.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(uri) is None:
            # A picture or a report comes along; of a folder, or of code, the name says enough.
            if target.suffix not in (".png", ".html"):
                return text
            files.append(File.generated(config, uri, abs_src_path=str(target)))
        return f"{picture}[{text}]({uri}{anchor})"

    markdown = LINK.sub(linked, markdown)
    return FORMULA.sub(lambda match: f"<div>{convert(match[1], display='block')}</div>", markdown)
