// Sentences in a window over the page, and the texts themselves: chosen, searched, with frames and repeats marked.
(() => {
  const { element, count } = Lafz;
  const SHOWN = 100;  // sentences that a list begins with, and grows by
  const AROUND = 90;  // characters of text on either side of what was searched

  // The characters from start to end of a text, in a <mark> where one of the places lies.
  const marked = (text, start, end, places) => {
    const parts = [];
    let last = start;
    for (const place of places) {
      const [from, to] = [Math.max(place.start, last), Math.min(place.end, end)];
      if (to <= from) continue;
      parts.push(text.slice(last, from), element("mark", {}, text.slice(from, to)));
      last = to;
    }
    return [...parts, text.slice(last, end)];
  };

  const named = (about) => [about.title || about.id, about.source, about.date].filter(Boolean).map(Lafz.name).join(" · ");

  // A list of passages {document, start, end, marks}, each with a button that goes to it in its text.
  const list = (passages, goTo) => {
    const texts = Lafz.texts();
    const items = element("ol", { class: "sentences" });
    const more = element("button", { type: "button" });
    const grow = () => {
      const shown = items.children.length;
      for (const passage of passages.slice(shown, shown + SHOWN)) {
        const about = texts.documents[passage.document];
        const words = marked(about.text, passage.start, passage.end, passage.marks);
        const go = element("button", { type: "button", class: "go" }, "in the text");
        go.addEventListener("click", () => goTo(passage));
        const said = passage.end > passage.start ? [element("p", { dir: "auto", lang: about.language }, ...words)] : [];
        items.append(element("li", {}, ...said, element("p", { class: "from" }, element("bdi", {}, named(about)), " ", go)));
      }
      const left = passages.length - items.children.length;
      more.hidden = !left;
      more.textContent = count(Math.min(SHOWN, left), "more sentence");
    };
    more.addEventListener("click", grow);
    grow();
    return element("div", {}, items, more);
  };

  // Places as the sentences that they stand in, each once with all its marks.
  const sentences = (places) => {
    const found = new Map();
    for (const place of places) {
      const sentence = Lafz.sentence(place);
      const long = place.end > sentence.end;  // a passage beyond one sentence is shown whole
      const key = sentence.number < 0 || long ? `${place.document} ${place.start} ${place.end}` : sentence.number;
      if (!found.has(key)) found.set(key, { ...sentence, end: Math.max(sentence.end, place.end), marks: [] });
      found.get(key).marks.push(place);
    }
    const order = [...found.values()].sort((a, b) => a.document - b.document || a.start - b.start);
    order.forEach((sentence) => sentence.marks.sort((a, b) => a.start - b.start));
    return order;
  };

  const reader = (() => {
    const home = document.getElementById("reader");
    let built = null;

    const build = () => {
      const texts = Lafz.texts();
      const choice = element("select", { id: "document" });
      choice.append(...texts.documents.map((about, place) => element("option", { value: String(place) }, named(about))));
      const search = element("input", { type: "search", id: "search", placeholder: "a word or phrase" });
      const results = element("div", { class: "results" });
      const status = element("p", { role: "status" });
      const page = element("div", { class: "lafz-r" });
      const hold = texts.documents.length < texts.of ? `This page holds ${texts.documents.length.toLocaleString("en")} of ${texts.of.toLocaleString("en")} documents, ${texts.chosen}.` : "";
      const step = (by, text) => {
        const button = element("button", { type: "button", "aria-label": text }, by < 0 ? "‹" : "›");
        button.addEventListener("click", () => {
          const next = (Number(choice.value) + by + texts.documents.length) % texts.documents.length;
          show({ document: next });
        });
        return button;
      };
      home.append(
        element("div", { class: "tools" },
          element("label", { for: "search" }, "Search all texts "), search,
          element("label", { for: "document" }, "Read "), choice, step(-1, "The document before"), step(1, "The next document")),
        element("p", {}, hold), status, results, page);
      choice.addEventListener("change", () => show({ document: Number(choice.value) }));
      search.addEventListener("input", () => look(search.value.trim()));
      built = { choice, status, results, page, texts };
      return built;
    };

    const look = (wanted) => {
      const { status, results, texts } = built;
      results.replaceChildren();
      status.textContent = "";
      if (wanted.length < 2) return;
      const sought = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
      const found = texts.documents.flatMap(({ text }, document) =>
        [...text.matchAll(sought)].map(({ index, 0: hit }) => {
          const place = { document, start: index, end: index + hit.length };
          const [left, right] = [Math.max(0, index - AROUND), Math.min(text.length, place.end + AROUND)];
          const start = left ? text.indexOf(" ", left) + 1 || left : 0;
          const end = right < text.length ? Math.max(text.lastIndexOf(" ", right), place.end) : right;
          return { document, start: Math.min(start, index), end, marks: [place] };
        }));
      const documents = new Set(found.map(({ document }) => document)).size;
      status.textContent = `“${wanted}”: ${count(found.length, "place")} in ${count(documents, "document")}`;
      if (found.length) results.append(list(found, show));
    };

    // Tables of places as [start, end, what, kind] of one document.
    const own = (name, document, key) => {
      const places = built.texts.places[name];
      if (!places) return [];
      const { values, codes } = places[key];
      return places.document.flatMap((at, row) => (at === document ? [[places.start[row], places.end[row], values[codes[row]]]] : []));
    };

    const switches = (frames, hits, repeats) => {
      const set = element("fieldset", { class: "k" });
      const one = (kind, code, name, number) => set.append(element("label", {},
        element("input", { type: "checkbox", class: `s${kind}`, checked: true }), element("b", code.attributes, code.text), " ",
        element("bdi", {}, name), ` ${number}`));
      if (hits.length || repeats.length) set.append(element("legend", {}, "Show"));
      frames.forEach(([frame, label, code], place) => {
        const number = hits.filter(([, , name]) => name === frame).length;
        if (number) one(place, { text: code, attributes: { class: `f f${place}` } }, label, number);
      });
      if (repeats.length) one("r", { text: "repeats", attributes: { class: "r b", "data-n": "4" } }, "", `${repeats.length} (×4: four times in all)`);
      return set;
    };

    // A text in paragraphs; where it is cut, frames, repeats and what is sought lie one in the other.
    const show = ({ document: number, marks = [] }) => {
      const { choice, page, texts } = built ?? build();
      const about = texts.documents[number];
      choice.value = String(number);
      const hits = own("framing/matches", number, "frame");
      const repeats = own("redundancy/repeat_places", number, "count");
      const places = texts.frames.map(([frame]) => frame);
      const cut = new Set(marks.flatMap(({ start, end }) => [start, end]));
      [...hits, ...repeats].forEach(([start, end]) => cut.add(start).add(end));
      const borders = [...cut].sort((a, b) => a - b);
      const label = (frame) => texts.frames[places.indexOf(frame)]?.[1] ?? frame;
      const pieces = (start, end) => {
        const inside = [start, ...borders.filter((border) => border > start && border < end), end];
        return inside.slice(1).map((to, place) => {
          const from = inside[place];
          const over = ([s, e]) => s <= from && to <= e;
          let piece = new Text(Lafz.visible(about.text.slice(from, to)));
          if (marks.some(({ start: s, end: e }) => over([s, e]))) piece = element("mark", { class: "sought" }, piece);
          const hit = hits.find(over);
          if (hit) {
            const last = to === hit[1] ? "" : " c";
            piece = element("mark", { class: `f f${places.indexOf(hit[2])}${last}`, title: label(hit[2]) }, piece);
          }
          const repeat = repeats.find(over);
          if (repeat) {
            const begins = from === repeat[0] ? " b" : "";
            piece = element("span", { class: `r${begins}`, ...(to === repeat[1] && { "data-n": repeat[2] }) }, piece);
          }
          return piece;
        });
      };
      const kinds = { t: "t", h: "h" };
      const paragraphs = [];
      let last = 0;
      const between = (start, end) => {
        if (about.text.slice(start, end).trim()) paragraphs.push(element("p", { dir: "auto", class: "g" }, ...pieces(start, end)));
      };
      for (const [kind, start, end] of about.segments) {
        between(last, start);
        const heading = kinds[kind] ? { class: kinds[kind], role: "heading", "aria-level": "3" } : kind === "b" ? { class: "g" } : {};
        paragraphs.push(element("p", { dir: "auto", ...heading }, ...pieces(start, end)));
        last = end;
      }
      between(last, about.text.length);
      page.replaceChildren(
        switches(texts.frames, hits, repeats),
        element("p", { class: "from" }, element("bdi", {}, named(about))),
        element("div", { class: "x", lang: about.language }, ...paragraphs));
      const sought = page.querySelector(".sought") ?? (marks.length ? page : null);
      if (sought) {
        window.setTimeout(() => {
          sought.scrollIntoView({ block: "center" });
          choice.focus({ preventScroll: true });
        });
      } else if (number !== undefined && window.location.hash === "#texts") home.scrollIntoView();
    };

    return { build, show };
  })();

  Lafz.open = ({ title, places }, opener) => {
    const texts = Lafz.texts();
    const box = document.getElementById("behind");
    const found = sentences(places);
    const documents = new Set(places.map(({ document }) => document)).size;
    const close = element("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", () => box.close());
    const filter = element("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the sentences" });
    const shown = element("div");
    const goTo = (passage) => {
      box.close();
      window.history.pushState(null, "", "#texts");
      window.addEventListener("popstate", () => {
        opener.scrollIntoView({ block: "center" });
        opener.focus();
      }, { once: true });
      reader.show(passage);
    };
    const draw = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      const text = ({ document, start, end }) =>
        `${texts.documents[document].text.slice(start, end)} ${named(texts.documents[document])}`.toLowerCase();
      shown.replaceChildren(list(found.filter((one) => words.every((word) => text(one).includes(word))), goTo));
    };
    filter.addEventListener("input", draw);
    const whole = places.every(({ start, end }) => start === end);
    const said = whole ? count(documents, "document")
      : `${count(places.length, "place")} in ${count(found.length, "sentence")} of ${count(documents, "document")}`;
    const held = texts.documents.length < texts.of ? ` This page holds ${texts.documents.length.toLocaleString("en")} of ${texts.of.toLocaleString("en")} documents.` : "";
    box.replaceChildren(
      element("div", { class: "tools" }, element("h2", { id: "behind-title", dir: "auto" }, title), close),
      element("p", { class: "number-of" }, places.length ? `${said}.${held}` : `No place is known in the texts of this page.${held}`),
      ...(found.length > 5 ? [filter] : []), shown);
    draw();
    box.addEventListener("close", () => opener.isConnected && opener.focus?.(), { once: true });
    box.showModal();
    box.scrollTop = 0;
  };

  document.documentElement.classList.add("js");

  // Tables and texts get their tools when they come near, so that the page opens without waiting for them.
  const home = document.getElementById("reader");
  const watch = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      watch.unobserve(target);
      if (target !== home) Lafz.table(target);
      else if (!home.hasChildNodes()) reader.show({ document: 0 });
    }
  }, { rootMargin: "1000px" });
  [home, ...document.querySelectorAll("figure.table")].forEach((part) => watch.observe(part));
  const openAll = () => document.querySelectorAll("main details:not(.columns)").forEach((part) => { part.open = true; });
  document.getElementById("open-all").addEventListener("click", openAll);

  // The contents say where one is: the section and the question that the upper third of the window shows.
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const where = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = links.get(target.id || target.getAttribute("aria-labelledby"));
      if (!link) continue;
      if (isIntersecting) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      const questions = link.nextElementSibling;
      if (questions) questions.open = isIntersecting;
    }
  }, { rootMargin: "-25% 0px -74%" });
  document.querySelectorAll("main section").forEach((part) => where.observe(part));
})();
