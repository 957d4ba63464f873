"""A report on texts that try to act."""

import json
import shutil

import pytest
import yaml

from analysis.core.paths import LEXICONS

# Each sets a variable that no page may have, or would be another text where a template or a converter works on it.
PAYLOADS = [
    "<script>owned=1</script>",
    "</script><script>owned=2</script>",
    "</style><script>owned=3</script><style>*{color:red}",
    "</title><img src=x onerror=owned=4>",
    "<svg onload=owned=5><animate onbegin=owned=5 attributeName=x dur=1s>",
    "<a href=javascript:owned=6>here</a> javascript:owned=6",
    "\" onmouseover=owned=7 x=' onfocus=owned=7 autofocus ",
    "--><script>owned=8</script><!-- ]]> <![CDATA[",
    "{{7*7}} {% raw %} {# 8 #} {%- endraw %} ${7*7} #{7*7}",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=owned=9></style></math> $\\href{javascript:owned=9}{x}$",
    "[link](javascript:owned=10) ![i](http://127.0.0.2/a.png) <http://127.0.0.2/> | `code` *a* _b_ ~~c~~",
    "<iframe srcdoc='<script>parent.owned=11</script>'></iframe><base href=http://127.0.0.2/><form action=//127.0.0.2>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.2/'><link rel=stylesheet href=http://127.0.0.2/a.css>",
    "\u2028owned=12\u2029\u202eowned=12\u2066\u200f\ufeff<script>owned=12</script>",
    '#read("/etc/passwd") #eval("1") #import "@preview/a:0.1.0" \\input{/etc/passwd} @cite // */ /* $x^2$',
    '=HYPERLINK("http://127.0.0.2/","x") =cmd|\' /C calc\'!A0 { HYPERLINK "http://127.0.0.2" } MERGEFIELD DDEAUTO',
    "\\u003cscript>owned=13</script> &lt;script&gt;owned=13&lt;/script&gt; &#60;script&#62;owned=13",
    "@POLICY@ ' \" & < > \\ % \x07 \x1b[31m",
]
SAID = "The council will fight the threat of terror and the plan must be carried out by the army"


@pytest.fixture(scope="session")
def hostile_corpus(tmp_path_factory):
    """Texts whose names, titles, sources, dates, keys, values and words try to be markup, code or a template."""
    folder = tmp_path_factory.mktemp("hostile") / "<svg onload=owned=1> {{7*7}} $(touch ran)"
    folder.mkdir()
    names, rows = {}, []
    for number, payload in enumerate(PAYLOADS):
        part = payload.replace("/", "\u2215").replace("\0", "")[:60]
        names[number] = f"{number} {part}.txt"
        said = f"{payload}\n\n{SAID} {payload}. {payload} {SAID}.\n\n“{payload} is a threat”, said {payload}.\n"
        (folder / names[number]).write_text(said, encoding="utf-8")
        source = PAYLOADS[number % 3]
        rows.append([names[number], payload, source, f"2024-0{1 + number % 6}-01", "en", source, payload, payload])
    front = {"title": PAYLOADS[3], "source": PAYLOADS[0], "date": "2024-03-01", PAYLOADS[4]: PAYLOADS[5]}
    written = yaml.safe_dump(front, allow_unicode=True)
    (folder / "front.md").write_text(
        f"---\n{written}---\n\n# {PAYLOADS[1]}\n\n{SAID}. {PAYLOADS[10]}\n", encoding="utf-8"
    )
    page = f"<html><title>{PAYLOADS[0]}</title><p>{SAID}.</p><script>owned=1</script><p onclick=owned=1>{SAID}.</p>"
    (folder / "page.html").write_text(page, encoding="utf-8")
    records = [{"text": f"{SAID}. {payload}", "title": payload, payload: payload} for payload in PAYLOADS[:4]]
    (folder / "records.json").write_text(json.dumps(records), encoding="utf-8")
    keys = ["file", "title", "source", "date", "language", "<img src=x onerror=owned=14>", "=1+1", "</style>"]
    table = [keys, *rows]
    cells = ["\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)]
    (folder / "metadata.csv").write_text(cells[0] + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def hostile_lexicons(tmp_path_factory):
    """The shipped lexicons under other labels, definitions, notes and file names."""
    folder = tmp_path_factory.mktemp("lexicons")
    found = {}
    for parameter, name in {"lexicon": "security_communication", "style": "style", "actors": "actors"}.items():
        lexicon = yaml.safe_load((LEXICONS / f"{name}.yml").read_text(encoding="utf-8"))
        lexicon["description"] = PAYLOADS[0]
        for number, frame in enumerate(lexicon["frames"].values()):
            frame["label"] = f"{number} {PAYLOADS[number % 8]}".replace("\n", " ")
            frame["definition"] = f"{PAYLOADS[(number + 3) % len(PAYLOADS)]}".replace("\n", " ")
            for place, term in enumerate(frame["terms"]):
                term["note"] = PAYLOADS[place % len(PAYLOADS)]
        path = folder / f"<img src=x onerror=owned=1> {name}.yml"
        path.write_text(yaml.safe_dump(lexicon, allow_unicode=True, sort_keys=False), encoding="utf-8")
        found[parameter] = str(path)
    return found


@pytest.fixture(scope="session")
def hostile_run(hostile_corpus, hostile_lexicons, command_line, tmp_path_factory):
    """A report on them, with parameters that try the same."""
    folder = tmp_path_factory.mktemp("runs")
    parameters = folder / "own.yml"
    values = hostile_lexicons | {"group_by": "<img src=x onerror=owned=14>", "pattern": "plan"}
    parameters.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    out = folder / "<script>owned=1<"
    done = command_line("report", hostile_corpus, "--out", out, "--params", parameters)
    assert done.returncode == 0, done.stderr
    yield out
    shutil.rmtree(out)
