"""The library by one name, for notebooks and for work of one's own: ``lafz.keyness(ours, theirs)``.

Nothing is defined here: each function is documented in its module, which is the way to it for code that others import.
It takes a second or two to import, so nothing else in this package does.

>>> from analysis import lafz
>>> left, right = lafz.load_tokens(["Care for all."]), lafz.load_tokens(["Taxes must fall now."])
>>> lafz.keyness(left, right).columns[:3].tolist()
['term', 'key', 'count']
"""

from analysis import (
    load_run,
    load_tokens,
    open_tokens,
    read_corpus,
    read_frame,
    read_text,
    save_tokens,
    sentences,
    tokenize,
)
from analysis.core.paths import from_root, gold_file
from analysis.framing import classifier, embedding
from analysis.framing.attribution import attributions, read_aliases, speaker_shares
from analysis.framing.contrasts import headline_body, shifts
from analysis.framing.cooccurrence import cooccurrence, frame_words
from analysis.framing.counting import fit, term_counts
from analysis.framing.entities import entities, entity_mentions
from analysis.framing.frames import (
    coverage,
    evidence,
    in_language,
    matches,
    over_time,
    profile,
    score_sentences,
    sentence_frames,
)
from analysis.framing.lexicon import read_lexicon
from analysis.framing.missed import missed
from analysis.framing.permutations import LEVEL
from analysis.framing.roles import role_shares, roles
from analysis.framing.shares import corrected_shares
from analysis.framing.style import firmness, naming, reporting, reports
from analysis.framing.validity_file import read_codes, read_validity
from analysis.framing.voice import passive_rates, passives
from analysis.publish import cells, charts, differences, frame_tables, plots
from analysis.publish.figures import save_figure
from analysis.publish.findings import wording
from analysis.publish.reading import show_reading
from analysis.publish.tables import attempt, finding, note, save_table, show_table
from analysis.publish.worth import worth_drawing
from analysis.redundancy import repeats
from analysis.redundancy.dots import dot_matches, paragraph_borders, too_common
from analysis.redundancy.doublets import doublets
from analysis.redundancy.evaluation import known_reuse, scores_by_kind
from analysis.redundancy.maximal import SORTED
from analysis.redundancy.near import COMPARED, copies, near_texts
from analysis.redundancy.novelty import compression, curve, novelty
from analysis.redundancy.repeats import exact_repeats, map_of_repeats, near_repeats, repeat_groups, weights
from analysis.redundancy.restatements import restatements
from analysis.redundancy.reuse import PAIRS, common_shingles, confirmed, document_pairs, passage_texts, passages
from analysis.redundancy.reuse.borrowing import borrowed, borrowed_between, directions, even
from analysis.redundancy.reuse.spread import clusters, families
from analysis.redundancy.similarity import document_map
from analysis.terms.collocation import collocates_by_group, collocations
from analysis.terms.comparison import most_distinct, ranks, sides, strongest
from analysis.terms.concordance import kwic, to_html
from analysis.terms.dispersion import dispersion, places
from analysis.terms.diversity import diversity
from analysis.terms.frequency import before_and_after, terms
from analysis.terms.keyness import keyness, keyness_by_group
from analysis.terms.readability import readability
from analysis.terms.trends import trend_tests, trends
from analysis.terms.zipf import heaps, heaps_fit, zipf, zipf_fit
from analysis.text.forms import short_words, word_forms
from analysis.text.overview import overview, side_by_side, varying
from analysis.text.periods import longest_period, undated
from analysis.text.phrases import join_phrases
from analysis.text.shards import LISTED
from analysis.text.stopwords import stop_words
