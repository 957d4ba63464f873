// From a number in a table to the sentences behind it: the places in the texts that its row and its column name.
Lafz.behind = (() => {
  // Which tables of places have what a column names, and under which key.
  const LISTED = {
    frame: ["framing/matches", "frame"],
    actor: ["framing/actor_mentions", "actor"],
    entity: ["framing/entity_mentions", "entity"],
    speaker: ["framing/speech", "speaker"],
    naming: ["framing/style_matches", "frame"],
    stance: ["framing/reports", "stance"],
    status: ["framing/sentence_frames", "status"],
  };
  const NOT_COUNTS = new Set(["start", "end", "a_start", "a_end", "b_start", "b_end", "sentence", "place"]);

  const speaker = (name) => name.toLowerCase().replace(/^(the|an?) /, "");  // as the shares of speakers count them

  const listed = (table, wanted) => {
    const places = Lafz.texts().places[table];
    if (!places) return null;
    const codes = Object.entries(wanted).map(([key, values]) => {
      const { values: known, codes: own } = places[key];
      const same = key === "speaker" ? speaker : (value) => value;
      const chosen = new Set(values.map(same));
      return [own, new Set(known.flatMap((value, code) => (chosen.has(same(value)) ? [code] : [])))];
    });
    const found = [];
    places.document.forEach((document, row) => {
      if (codes.every(([own, chosen]) => chosen.has(own[row]))) {
        found.push({ document, start: places.start[row], end: places.end[row] });
      }
    });
    return found;
  };

  const span = ({ start, end, document }, first, last) => {
    return { document: document[first], start: start[first], end: end[last] };
  };

  // The first words of the places at which words follow one another without a `border` (sentence, document) between.
  const runs = (ids, index, border) => {
    if (!ids.length || ids.includes(undefined)) return [];
    return index.at[ids[0]].filter((word) =>
      ids.every((id, step) => index.ids[word + step] === id && border[word + step] === border[word]));
  };

  const phrase = (ids, index) =>
    runs(ids, index, index.words.sentence).map((word) => span(index.words, word, word + ids.length - 1));

  const term = (text, section) => {
    const index = Lafz.index(section);
    return phrase(text.split(" ").map((word) => index.id.get(word)), index);
  };

  const pair = (first, second, section) => {
    const texts = Lafz.texts();
    const index = Lafz.index(section);
    const [one, other] = [index.id.get(first), index.id.get(second)];
    const found = [];
    if (one === undefined || other === undefined) return found;
    const { sentence } = index.words;
    for (const word of index.at[one]) {
      for (let next = word + 1; next <= word + texts.window; next += 1) {
        if (index.ids[next] === other && sentence[next] === sentence[word]) found.push(span(index.words, word, next));
      }
    }
    return found;
  };

  // Where `text`, of which a table has the white space in order, stands in the document `id`.
  const where = (id, text) => {
    const document = Lafz.texts().number.get(id);
    if (document === undefined) return [];
    const words = text.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const found = new RegExp(words.join("\\s+"), "u").exec(Lafz.texts().documents[document].text);
    return found ? [{ document, start: found.index, end: found.index + found[0].length }] : [];
  };

  // Whether the words from first to last are all of a sentence, or of a paragraph.
  const fills = {
    sentences: (first, last) => {
      const { sentence } = Lafz.texts().words;
      return sentence[first - 1] !== sentence[first] && sentence[last + 1] !== sentence[last];
    },
    paragraphs: (first, last) => {
      const { words, documents } = Lafz.texts();
      const document = words.document[first];
      const [, start, end] = documents[document].segments.find(([, from, to]) => from <= words.start[first] && words.start[first] < to);
      const outside = (word) => words.document[word] !== document || words.end[word] <= start || words.start[word] >= end;
      return outside(first - 1) && outside(last + 1) && words.end[last] <= end;
    },
  };

  // All places of a sentence, paragraph or passage that stands word for word in the document `id`.
  const again = (text, id, name) => {
    const [first] = where(id, text);
    if (!first) return [];
    const { words } = Lafz.texts();
    const [section, table] = name.split("/");
    const index = Lafz.index(section);
    const ids = [];
    words.start.forEach((start, word) => {
      if (words.document[word] === first.document && start >= first.start && words.end[word] <= first.end) ids.push(index.ids[word]);
    });
    const whole = fills[table.replace("repeated_", "")] ?? (() => true);
    return runs(ids, index, words.document)
      .filter((word) => whole(word, word + ids.length - 1))
      .map((word) => span(words, word, word + ids.length - 1));
  };

  const stretch = (id, start, end) => {
    const texts = Lafz.texts();
    const document = texts.number.get(id);
    return document === undefined ? [] : [{ document, start, end }];
  };

  const whole = (...ids) => ids.filter((id) => id !== null).flatMap((id) => stretch(id, 0, 0));

  // Whether a place is in a sentence that no other has said before: repeated ones count once.
  const unrepeated = () => {
    const { documents, sentences } = Lafz.texts();
    const first = new Map();
    sentences.start.forEach((start, number) => {
      const said = documents[sentences.document[number]].text.slice(start, sentences.end[number]);
      const words = said.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
      if (!first.has(words)) first.set(words, number);
    });
    const numbers = new Set(first.values());
    return (place) => numbers.has(Lafz.sentence(place).number);
  };

  // Different sentences that have a hit of both frames.
  const together = (one, other) => {
    const inSentence = (place) => Lafz.sentence(place).number;
    const once = unrepeated();
    const [left, right] = [one, other].map((frame) => (listed("framing/matches", { frame: [frame] }) ?? []).filter(once));
    const [has, also] = [left, right].map((places) => new Set(places.map(inSentence)));
    return [...left, ...right].filter((place) => has.has(inSentence(place)) && also.has(inSentence(place)));
  };

  const frame = (section, name, row) => {
    const table = name.startsWith("style") ? "framing/style_matches" : LISTED.frame[0];
    return listed(table, { frame: [row.frame], ...("pattern" in row && { pattern: [row.pattern] }) });
  };

  const actor = (row, column) => {
    const role = ["acts", "acted_upon"].includes(column) ? { role: [column.replace("_", " ")] } : {};
    return listed(LISTED.actor[0], { actor: [row.actor], ...role });
  };

  const passives = (row, column) => {
    const agentless = column?.startsWith("agentless") ? { agent: [""] } : {};
    return listed("framing/passives", agentless);
  };

  const firmness = (row, column) => {
    const { certain, open } = Lafz.texts().firmness;
    const frames = column === "boosters" ? certain : column === "hedges" ? open : [...certain, ...open];
    return listed("framing/style_matches", { frame: frames });
  };

  // The first rule all of whose columns a table has says what is behind its rows.
  const RULES = [
    [["a_doc", "a_start", "a_end", "b_doc", "b_start", "b_end"], (row) => [
      ...stretch(row.a_doc, row.a_start, row.a_end), ...stretch(row.b_doc, row.b_start, row.b_end)]],
    [["doc_id", "a_start", "a_end", "b_start", "b_end"], (row) => [
      ...stretch(row.doc_id, row.a_start, row.a_end), ...stretch(row.doc_id, row.b_start, row.b_end)]],
    [["doc_id", "start", "end"], (row) => stretch(row.doc_id, row.start, row.end)],
    [["a_doc", "a_text", "b_doc", "b_text"], (row) => [...where(row.a_doc, row.a_text), ...where(row.b_doc, row.b_text)]],
    [["text", "first", "again"], (row, column, section, name) => again(row.text, row.first, name)],
    [["first", "second"], (row, column, section) => pair(row.first, row.second, section)],
    [["frame_a", "frame_b"], (row) => together(row.frame_a, row.frame_b)],
    [["frame", "definition"], null],
    [["frame"], (row, column, section, name) => frame(section, name, row)],
    [["actor"], actor],
    ...["entity", "speaker", "naming", "stance", "status"].map((key) => [[key], (row) => {
      const [table, column] = LISTED[key];
      return listed(table, { [column]: [row[key] ?? ""] });
    }]),
    [["passives"], passives],
    [["boosters", "hedges"], firmness],
    [["term"], (row, column, section) => term(row.term, section)],
    [["doc_id"], (row) => whole(row.doc_id)],
    [["a", "b"], (row) => whole(row.a, row.b)],
  ];

  const rule = (name, columns) => {
    const grouped = Lafz.grouped && columns.includes(Lafz.grouped);
    const found = RULES.find(([needed]) => needed.every((column) => columns.includes(column)))?.[1];
    if (found === null || (!found && !grouped)) return null;
    return { name, columns, find: found ?? (() => whole(...Lafz.texts().number.keys())) };
  };

  // What a row and a column say of the documents: of which group, which period, or which one.
  const within = (row, column) => {
    const texts = Lafz.texts();
    const said = [];
    const tests = [];
    const only = (text, test) => { said.push(text); tests.push(test); };
    const is = (name) => texts.documents.some((about) => about.group === name);
    const sided = "reference_count" in row;
    const referred = sided && column?.startsWith("reference_");
    const target = sided && ["count", "per_million", "documents"].includes(column) ? texts.sides.target : null;
    const group = row[texts.group_by] ?? (referred ? texts.sides.target : target ?? column);
    if (is(group)) {
      const other = texts.sides.reference;
      if (!referred) only(group, (about) => about.group === group);
      else if (!row[texts.group_by] && is(other)) only(other, (about) => about.group === other);
      else only(`not ${group}`, (about) => about.group !== group);
    }
    const period = row.period ?? (texts.documents.some((about) => about.period === column) ? column : null);
    if (period !== null) only(`from ${period}`, (about) => about.period === period);
    if (row.doc_id && !("start" in row) && !("a_start" in row)) only(texts.documents[texts.number.get(row.doc_id)]?.title || row.doc_id, (about) => about.id === row.doc_id);
    return { said, keep: (place) => tests.every((test) => test(texts.documents[place.document])) };
  };

  const find = ({ name, columns, find: places }, values, column) => {
    const row = Object.fromEntries(columns.map((key, place) => [key, values[place]]));
    const { said, keep } = within(row, column);
    const section = name.split("/")[0];
    const found = (places(row, column, section, name) ?? []).filter(keep);
    const called = (frame) => Lafz.texts().frames.find(([known]) => known === frame)?.[1] ?? frame;
    const subject = [row.term, row.text, row.actor ?? row.patient, row.entity, row.speaker, row.naming, row.stance, row.status, called(row.frame)]
      .find((value) => typeof value === "string");
    const pairs = [row.first, row.second].every((value) => typeof value === "string") ? `${row.first} … ${row.second}` : null;
    const title = [row.frame_b ? `${called(row.frame_a)} with ${called(row.frame_b)}` : pairs ?? subject, row.pattern, ...said]
      .filter((part) => part !== undefined && part !== null);
    return { title: title.join(", ") || name, places: found };
  };

  return {
    rule,
    find,
    counts: (name) => !NOT_COUNTS.has(name),
    show: (found, values, column, opener) => Lafz.open(find(found, values, column), opener),
  };
})();
