// The texts, and where their words and sentences are. Unpacked when first asked for, so that the page opens at once.
Lafz.unpack = (packed) => {
  const bytes = Uint8Array.from(atob(packed.slice(1)), (letter) => letter.charCodeAt(0));
  return new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[packed[0]](bytes.buffer);
};

Lafz.texts = (() => {
  // Places from how far each begins behind the one before it, and how long it is; anew in each document.
  const places = (gap, length, counts) => {
    const [start, end, document] = [new Uint32Array(gap.length), new Uint32Array(gap.length), new Uint32Array(gap.length)];
    let at = 0;
    counts.forEach((count, number) => {
      let last = 0;
      for (let left = count; left; left -= 1, at += 1) {
        start[at] = last + gap[at];
        last = end[at] = start[at] + length[at];
        document[at] = number;
      }
    });
    return { start, end, document };
  };

  const unpacked = (packed) => {
    const words = places(Lafz.unpack(packed.gap), Lafz.unpack(packed.length), packed.document_words);
    words.sentence = new Uint32Array(words.start.length);
    let at = 0;
    Lafz.unpack(packed.sentence_words).forEach((count, number) => {
      words.sentence.fill(number, at, at + count);
      at += count;
    });
    return words;
  };

  const read = () => {
    const data = JSON.parse(document.getElementById("lafz-texts").textContent);
    const packed = data.words;
    const words = unpacked(packed);
    const sentences = places(Lafz.unpack(packed.sentence_gap), Lafz.unpack(packed.sentence_length), packed.document_sentences);
    const number = new Map(data.documents.map((about, place) => [about.id, place]));
    const before = packed.document_sentences.map(((sum) => (count) => (sum += count) - count)(0));
    return { ...data, words, sentences, sentences_before: before, number, unpacked, indexes: new Map() };
  };

  let texts;
  return () => (texts ??= read());
})();

Lafz.grouped = document.getElementById("lafz-texts").dataset.groupBy;  // the column that the corpus is compared by

// The sentence in which a place begins: its number, document, start and end. Between sentences, the place itself.
Lafz.sentence = ({ document, start, end }) => {
  const { sentences, sentences_before: before } = Lafz.texts();
  const { start: starts, end: ends } = sentences;
  let low = before[document];
  let high = before[document + 1] ?? starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= start) low = middle + 1;
    else high = middle;
  }
  const inside = low < ends.length && sentences.document[low] === document && starts[low] <= start;
  return { document, number: inside ? low : -1, start: inside ? starts[low] : start, end: inside ? ends[low] : end };
};

// The words of a section's tables, and where each stands: {words, ids, id: word -> number, at: number -> places}.
Lafz.index = (section) => {
  const texts = Lafz.texts();
  const place = texts.forms.findIndex((form) => form.sections.includes(section));
  if (!texts.indexes.has(place)) {
    const { vocabulary, ids: packed, words: joined } = texts.forms[place];
    const ids = Lafz.unpack(packed);
    const at = vocabulary.map(() => []);
    ids.forEach((id, word) => at[id].push(word));
    const words = joined ? texts.unpacked(joined) : texts.words;
    texts.indexes.set(place, { words, ids, at, id: new Map(vocabulary.map((word, number) => [word, number])) });
  }
  return texts.indexes.get(place);
};
