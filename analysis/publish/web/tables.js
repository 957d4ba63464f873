"use strict";
// Tables that can be sorted by a heading and filtered by words, with more rows than the page has written out.
const Lafz = {};

// Control characters written out as in the tables and figures of the run: a browser shows nothing for them. In a name,
// line ends are too.
Lafz.visible = (text, signs = /[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/g) => text.replace(signs, (sign) =>
  ({ "\t": "\\t", "\n": "\\n", "\r": "\\r" })[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
Lafz.name = (text) => Lafz.visible(text, /[\x00-\x1f\x7f-\x9f]/g);

Lafz.element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.map((child) => (typeof child === "string" ? Lafz.visible(child) : child)));
  return made;
};

Lafz.count = (number, thing) => `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;

// A number as the written rows have it: see `shown` in analysis/publish/cells.py.
Lafz.number = (value, { decimals = 0, percent }) => {
  const size = Math.abs(value) * (percent ? 100 : 1);
  const [sign, after] = [value < 0 ? "−" : "", percent ? "%" : ""];
  if (Math.abs(value) === Number.MAX_VALUE) return `${sign}∞`;
  const [whole, part] = size.toFixed(decimals).split(".");
  if (size && !Number(`${whole}.${part ?? 0}`)) return `${sign ? ">−" : "<"}${(10 ** -decimals).toFixed(decimals)}${after}`;
  return `${sign}${Number(whole).toLocaleString("en")}${part ? `.${part}` : ""}${after}`;
};

Lafz.table = (figure) => {
  const PAGE = 50;
  const LONG = 60;  // characters from which a cell asks for room
  const data = JSON.parse(figure.querySelector("script").textContent);
  const body = figure.querySelector("tbody");
  const written = body ? [...body.rows] : [];
  const numeric = data.columns.map(({ decimals }) => decimals !== undefined);
  const names = data.columns.map((column) => column.name);
  const behind = Lafz.behind.rule(figure.dataset.name, names);
  const count = data.own ? data.rows.length : Math.min(written.length, data.rows.length);
  const rows = data.rows.slice(0, count).map((values, place) => ({ values, place, line: written[place] ?? null }));
  const total = data.total;
  const state = { column: null, down: false, words: [], limit: written.length };

  const text = (value, place) => {
    const column = data.columns[place];
    if (value === null) return "–";
    if (numeric[place]) return Lafz.number(value, column);
    const said = column.names?.[value] ?? value;
    return column.line ? Lafz.name(said) : said;
  };

  const line = (row) => {
    if (row.line) return row.line;
    const cells = row.values.map((value, place) => {
      const said = text(value, place);
      const kinds = [numeric[place] ? "number" : said.length > LONG ? "long" : "", data.columns[place].folded ? "fold" : ""];
      const kind = kinds.filter(Boolean).join(" ");
      return Lafz.element("td", { dir: "auto", ...(kind && { class: kind }) }, said);
    });
    row.line = Lafz.element("tr", {}, ...cells);
    return row.line;
  };

  // The numbers of a row lead to their sentences by pointer; by keyboard its first cell does.
  const linked = (row) => {
    if (!behind || row.linked) return;
    row.linked = true;
    const shown = line(row);
    shown.dataset.place = row.place;
    const first = shown.querySelector('td > [style] > mark') ?? shown.cells[0];  // of a concordance, the keyword
    const button = Lafz.element("button", { type: "button", class: "key", title: "The sentences behind this row" });
    button.append(...first.childNodes);
    first.append(button);
    if (!data.own) return;
    row.values.forEach((value, place) => {
      if (value !== null && numeric[place] && Lafz.behind.counts(names[place])) shown.cells[place].classList.add("n");
    });
  };

  const ordered = () => {
    const found = rows.filter((row) => {
      if (!state.words.length) return true;
      row.text ??= (data.own ? row.values.map(text).join(" ") : row.line.textContent).toLowerCase();
      return state.words.every((word) => row.text.includes(word));
    });
    if (state.column === null) return found;
    const collator = new Intl.Collator("en", { numeric: true });
    const value = (row) => {
      const own = row.values[state.column];
      return own === null || numeric[state.column] ? own : text(own, state.column);
    };
    const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));
    return found.sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      if (one === null || other === null) return (one === null) - (other === null);
      return (state.down ? -1 : 1) * compare(one, other) || a.place - b.place;
    });
  };

  const status = Lafz.element("span", { role: "status", class: "status" });
  const more = Lafz.element("button", { type: "button" });
  const draw = () => {
    const found = ordered();
    const shown = found.slice(0, state.limit);
    shown.forEach(linked);
    body.replaceChildren(...shown.map(line));
    const held = rows.length < total ? `, of the first ${rows.length.toLocaleString("en")}` : "";
    const matching = state.words.length ? `${found.length.toLocaleString("en")} that match${held}` : `${total.toLocaleString("en")}`;
    status.textContent = `${shown.length.toLocaleString("en")} of ${matching}`;
    const left = found.length - shown.length;
    more.hidden = !left;
    more.textContent = left ? Lafz.count(Math.min(PAGE, left), "more row") : "";
  };

  if (data.own) {
    [...figure.querySelectorAll("thead th")].forEach((heading, place) => {
      const button = Lafz.element("button", { type: "button", class: "sort" });
      button.append(...heading.childNodes);
      heading.append(button);
      heading.setAttribute("scope", "col");
      if (data.columns[place].meaning) heading.title = data.columns[place].meaning;
      button.addEventListener("click", () => {
        state.down = state.column === place ? !state.down : numeric[place];  // numbers from the top first
        state.column = place;
        for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", state.down ? "descending" : "ascending");
        draw();
      });
    });
  }
  const folded = data.columns.filter((column) => column.folded).length;
  if (data.own && folded) {
    const unfold = Lafz.element("button", { type: "button" }, Lafz.count(folded, "more column"));
    unfold.addEventListener("click", () => {
      figure.classList.add("all");
      unfold.remove();
    });
    figure.prepend(Lafz.element("div", { class: "tools" }, unfold));
  }
  if (body && total > 5) {
    const filter = Lafz.element("input", { type: "search", placeholder: "Filter", "aria-label": `Filter the table ${figure.dataset.name}` });
    filter.addEventListener("input", () => {
      state.words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      state.limit = Math.max(written.length, PAGE);
      draw();
    });
    more.addEventListener("click", () => {
      state.limit = body.rows.length + PAGE;
      const at = body.rows.length;
      draw();
      (body.rows[at]?.querySelector("button") ?? figure.querySelector(".scroll")).focus();
    });
    const tools = figure.querySelector(".tools") ?? Lafz.element("div", { class: "tools" });
    tools.prepend(filter, status, more);
    figure.prepend(tools);
    figure.querySelector(".first")?.remove();
  }
  if (body) draw();
  body?.addEventListener("click", (event) => {
    const cell = event.target.closest("td.n, th, td:has(.key)");
    const place = cell?.closest("tr")?.dataset.place;
    if (place === undefined || (!event.target.closest(".key") && !cell.matches(".n"))) return;
    const column = data.own ? names[cell.cellIndex] : null;
    Lafz.behind.show(behind, data.rows[place], column, event.target.closest("button") ?? cell);
  });
};
