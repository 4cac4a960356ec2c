// Turning pages of a list. The API only goes forward; the browser's own way back does the rest.

import { el } from "../dom.js";
import { to } from "../route.js";

/** `where` are the parts of the route; `shown` is how many are on this page. */
export function pager(where, query, next, shown) {
  const { cursor, ...rest } = query;
  if (!cursor && !next) return null;
  return el(
    "nav",
    { class: "pager", "aria-label": "Pages of the list" },
    cursor && el("a", { href: to(...where, rest) }, "First page"),
    el("span", {}, `${shown} on this page`),
    next && el("a", { href: to(...where, { ...rest, cursor: next }) }, "Next page"),
  );
}
