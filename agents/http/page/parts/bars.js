// Bars that lie: a word, a bar, a number. They are read like a table, so they are one.

import { el, svg } from "../dom.js";
import { number, share } from "../words.js";

/** `rows`: `{ label, value, kind, href }`; `kind` colours the bar; `of` is what a whole bar stands for. */
export function bars(caption, rows, { of = Math.max(1, ...rows.map((row) => row.value)), withShare = false } = {}) {
  const sum = rows.reduce((total, row) => total + row.value, 0);
  return el(
    "table",
    { class: "bars" },
    el("caption", { class: "unseen" }, caption),
    el("tbody", {}, rows.map((row) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, row.href ? el("a", { href: row.href }, row.label) : row.label),
        el("td", { class: "bar" }, bar(row.value / of, row.kind)),
        el("td", { class: "num" }, number(row.value)),
        withShare && el("td", { class: "num hint" }, share(sum ? row.value / sum : 0)),
      ),
    )),
  );
}

/** A share of one as a bar; with a mark where it should reach. */
export const bar = (part, kind = "", mark = null) =>
  svg(
    "svg",
    { class: "onebar", width: "100%", height: 10, "aria-hidden": "true" },
    svg("rect", { width: "100%", height: 10, rx: 2, class: "track" }),
    svg("rect", { width: `${Math.min(100, Math.max(part > 0 ? 0.8 : 0, part * 100))}%`, height: 10, rx: 2, class: `filled ${kind}` }),
    mark !== null && svg("line", { x1: `${mark * 100}%`, x2: `${mark * 100}%`, y1: 0, y2: 10, class: "mark" }),
  );
