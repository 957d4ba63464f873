"""Each number of the page leads to as many places as it says: the script counts again, in the texts of the page."""

import pytest

pytestmark = pytest.mark.browser

# A table, the number in it, and what the script finds for it: places, or the sentences with them.
COUNTED = [
    ("term_frequency/all_words", "count", "places"),
    ("term_frequency/all_words", "documents", "documents"),
    ("term_frequency/all_phrases", "count", "places"),
    ("term_frequency/all_words_by_group", "count", "places"),
    ("term_frequency/all_trends", "count", "places"),
    ("term_frequency/all_pairs", "count", "places"),
    ("term_frequency/all_keyness", "count", "places"),
    ("term_frequency/all_keyness", "reference_count", "places"),
    ("framing/profile", "hits", "places"),
    ("framing/profile_by_group", "hits", "places"),
    ("framing/coverage", "sentences", "places"),
    ("framing/pairs_of_frames", "both", "sentences"),
    ("framing/naming", "hits", "places"),
    ("framing/reporting", "hits", "places"),
    ("framing/firmness", "hedges", "places"),
    ("framing/voice", "passives", "places"),
    ("framing/voice", "agentless", "places"),
    ("framing/actor_roles", "mentions", "places"),
    ("framing/actor_roles", "acted_upon", "places"),
    ("framing/speakers", "statements", "places"),
    ("redundancy/repeated_paragraphs", "count", "places"),
    ("redundancy/repeated_sentences", "count", "places"),
    ("redundancy/repeated_passages", "count", "places"),
    ("redundancy/before_and_after", "count", "places"),
]
FIND = """([table, column, kind]) => {
  const figure = document.querySelector(`figure[data-name="${table}"]`);
  const data = JSON.parse(figure.querySelector("script").textContent);
  const names = data.columns.map(({ name }) => name);
  const rule = Lafz.behind.rule(table, names);
  return data.rows.slice(0, 400).map((row) => {
    const { places } = Lafz.behind.find(rule, row, column);
    const documents = places.map(({ document }) => document);
    const sentences = places.map((place) => Lafz.sentence(place).number);
    const sets = { places, documents, sentences };
    const found = kind === "places" ? places.length : new Set(sets[kind]).size;
    return [row.slice(0, 3).join(" | "), row[names.indexOf(column)], found];
  });
}"""


@pytest.fixture(scope="module")
def opened(profile, sample_run):
    complaints = []
    context = profile(complaints)
    page = context.new_page()
    page.goto((sample_run / "index.html").as_uri())
    yield page
    context.close()
    assert not complaints


@pytest.mark.parametrize(("table", "column", "kind"), COUNTED)
def test_a_number_leads_to_as_many_places(opened, table, column, kind):
    rows = opened.evaluate(FIND, [table, column, kind])
    assert rows
    assert [row for row in rows if row[1] != row[2]] == []
