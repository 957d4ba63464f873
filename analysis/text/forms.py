"""Words counted by their stem or their lemma: other types for the same tokens, chosen when counting."""

import dataclasses
import unicodedata
from collections.abc import Callable, Collection

import numpy as np

from analysis.text.stopwords import NLTK_NAMES
from analysis.text.tokens import Tokens

FORMS = ("words", "stems", "lemmas")


def word_forms(tokens: Tokens, form: str = "words", *, keep: Collection[str] = ()) -> Tokens:
    """`tokens` with each word's stem or lemma for its type, by the language of its document.

    `form` is "words" (as they stand), "stems" (Snowball, Porter 2001, of NLTK) or "lemmas" (the dictionary form, of
    simplemma, extra ``lemmas``; a word with several readings gets the one that simplemma ranks first). Words in `keep`,
    a stop list for instance, stay as they are, and so does whatever is not made of letters alone but for apostrophes
    and hyphens, and every word of a language for which there is no stemmer or no dictionary. Stems and lemmas are in
    lower case. Places and sentences are untouched. ``options["forms"]`` says what was used for which language.

    Raises `ValueError` for another `form`, or where the extra is not installed.

    >>> from analysis import read_text, tokenize
    >>> stems = word_forms(tokenize(read_text("He condemned what they condemn.")), "stems", keep={"they"})
    >>> stems.vocabulary[stems.ids].tolist(), stems.options["forms"]
    (['he', 'condemn', 'what', 'they', 'condemn'], 'stems (NLTK Snowball for en)')
    """
    if form not in FORMS:
        raise ValueError(f"unknown word form {form!r}: use {', '.join(map(repr, FORMS[:-1]))} or {FORMS[-1]!r}")
    if form == "words":
        return tokens
    kept = frozenset(keep)
    languages = tokens.corpus.documents["language"].str.split("-").str[0].str.lower().to_numpy(dtype=object)
    codes: dict[str, int] = {}
    ids = np.empty_like(tokens.ids)
    done: list[str] = []
    left: list[str] = []
    for language in sorted(set(languages)):
        change = _stemmer(language) if form == "stems" else _lemmatizer(language)
        (left if change is None else done).append(language)
        own = np.repeat(languages == language, np.diff(tokens.document_offsets))
        used, place = np.unique(tokens.ids[own], return_inverse=True)
        written = (
            word if change is None or word in kept or not _is_plain(word) else change(word)
            for word in tokens.vocabulary[used]
        )
        renamed = np.fromiter((codes.setdefault(word, len(codes)) for word in written), dtype=np.int32, count=len(used))
        ids[own] = renamed[place]
    vocabulary = np.array(list(codes), dtype=object)
    # Types stand in the order in which the text brings them, as in all tokens.
    order, first = np.unique(ids, return_index=True)
    order = order[np.argsort(first)]
    rank = np.empty(len(vocabulary), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    tool = "NLTK Snowball" if form == "stems" else "simplemma"
    said = [f"{tool} for {', '.join(done)}"] * bool(done) + [f"none for {', '.join(left)}"] * bool(left)
    options = {**tokens.options, "forms": f"{form} ({'; '.join(said)})"}
    return dataclasses.replace(tokens, vocabulary=vocabulary[order], ids=rank[ids], options=options)


def short_words(tokens: Tokens, length: int) -> frozenset[str]:
    """The types of fewer than `length` characters, marks not counted, for use as stop words.

    >>> from analysis import read_text, tokenize
    >>> sorted(short_words(tokenize(read_text("We are on our way.")), 3))
    ['on', 'we']
    """
    return frozenset(
        word
        for word in tokens.vocabulary
        if len(word) < length or sum(not unicodedata.category(c).startswith("M") for c in word) < length
    )


def _is_plain(word: str) -> bool:
    return word.replace("'", "").replace("-", "").isalpha()


def _stemmer(language: str) -> Callable[[str], str] | None:
    from nltk.stem.snowball import SnowballStemmer  # NLTK takes longer to import than all the rest

    name = NLTK_NAMES.get(language)
    if name not in SnowballStemmer.languages:
        return None
    stem = SnowballStemmer(name).stem
    return lambda word: stem(word) or word


def _lemmatizer(language: str) -> Callable[[str], str] | None:
    try:
        from simplemma import lemmatize
        from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES
    except ImportError:
        raise ValueError("lemmas need the extra 'lemmas': pip install \"lafz[lemmas]\", or use stems") from None
    if language not in SUPPORTED_LANGUAGES:
        return None
    return lambda word: str(lemmatize(word, lang=language)).lower()
