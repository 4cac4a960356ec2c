// Tables. On a narrow screen each row becomes a card, with its column's head before each cell.

import { el } from "../dom.js";
import { empty } from "./states.js";

/**
 * `columns`: `{ head, cell(row), num, wide }`. `none`: what is shown in place of a table without rows.
 * `caption` is for those who hear the page; others see the heading above. `small`: it fits a narrow screen as it is.
 */
export function table({ caption, columns, rows, none = empty("Nothing is here."), small = false }) {
  if (rows.length === 0) return none;
  const kind = (column) => [column.num && "num", column.wide && "wide"].filter(Boolean).join(" ") || null;
  return el(
    "div",
    { class: small ? "sheet small" : "sheet" },
    el(
      "table",
      {},
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col", class: kind(column) }, column.head)))),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            columns.map((column) =>
              el("td", { class: kind(column), "data-head": column.head || null }, el("div", {}, column.cell(row))),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Facts as a list of terms: `[["Subject", node or text], …]`; those without a value are left out. */
export const facts = (pairs) =>
  el(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false)
      .map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );

/** A part of a view, with a heading. */
export const section = (title, ...content) => el("section", { class: "part" }, el("h2", {}, title), content);

/** A panel of the overview. */
export const panel = (title, kind, ...content) =>
  el("section", { class: `panel ${kind}` }, el("h2", {}, title), content);
