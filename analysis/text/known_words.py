"""English words that say where a sentence goes on or begins: abbreviations, titles, first words, verbs of saying."""

# Abbreviations, without their last full stop. Those written here in lower case are known in either case; those with a
# capital only with it, since without it they are words or initials that often end a sentence ("art.", "sat.", "mt.").
# These precede a name, a number or an explanation and never end a sentence.
TITLES = frozenset(
    "mr mrs ms messrs mx mme mlle mgr msgr dr drs prof assoc asst gen lt lieut col maj capt cpt cmdr comdr cdr sgt "
    "cpl pvt pte adm brig supt insp gov sen sens rep reps rev hon pres amb atty cllr engr adv smt mst mohd "
    "Ch Det Flt Fr Md Mt Pt Sh Sqn Wg Art Eq Fig Figs Nos Rs Sec Vol Vols pp para approx cf e.g i.e viz vs".split()
)
# These are inside a sentence or at its end.
ABBREVIATIONS = frozenset(
    "inc co cos corp ltd llc plc bros assn intl natl dept univ inst govt jr sr esq ph.d "
    "a.m p.m a.d b.c u.s u.k u.n e.u u.s.a d.c st ave blvd rd hwy pkwy bldg apt ext tel fig figs nos p vol vols "
    "jan feb apr jun jul aug sept oct nov dec tue tues thu thur thurs Mar Sep Mon Wed Fri Sat Sun "
    "al ca cit dist ed eds est ibid op avg excl incl misc tech voc dob sec hr hrs ft lb lbs oz sq mph "
    "ala ariz ark calif colo conn fla kan ky mich minn mont neb nev okla penn tenn tex va vt wis wyo "
    "Del Ga Ill Ind La Mass Me Miss Mo Ore Pa Wash".split()
)
# Words of the closed classes: with a capital they begin a sentence, are no names, and no number counts them.
STARTERS = frozenset(
    "A An The This That These Those There Here He She It We They You His Her Its Our Their Your My "
    "And But Or So Yet If When While Although Though Because Since As At In On For From By With To Of "
    "After Before During Until Even Now Then Thus Also Still However Yes No Yeah Oh Well Okay "
    "What Who How Why Where Which Do Does Did Is Are Was Were Has Have Had Can Could Will Would Should Not".split()
)
# These mostly begin one too, but not behind a dash or an initial: "what if -- I mean".
OPENINGS = frozenset(
    "I Let Just My Me Maybe Please Thanks Thank Hi Hello Hey Uh Um Right Sure Great Wow Every Some Many Most All Both "
    "Each Another One Once Perhaps Meanwhile Later Today Yesterday Nevertheless Moreover Furthermore Therefore Finally "
    "First Second Next Among Between Under Over Through Within Without Despite According Instead Indeed".split()
)
SPEECH = frozenset(
    "said says asked asks added adds replied cried shouted wondered told wrote tweeted thought answered whispered "
    "continued explained exclaimed muttered called".split()
)
