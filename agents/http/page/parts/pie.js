// Parts of a whole as a ring (S0-187), with the words and numbers beside it.

import { el, svg } from "../dom.js";
import { number, share } from "../words.js";

const SIZE = 132;
const MIDDLE = SIZE / 2;
const RADIUS = 50;
const ROUND = 2 * Math.PI * RADIUS;

/** `rows`: `{ label, value, kind, href }`; `of` says what is counted. */
export function pie(of, rows) {
  const sum = rows.reduce((total, row) => total + row.value, 0);
  let from = 0;
  const arcs = rows.map((row) => {
    const length = sum ? (ROUND * row.value) / sum : 0;
    const arc = svg("circle", {
      cx: MIDDLE,
      cy: MIDDLE,
      r: RADIUS,
      class: `arc ${row.kind}`,
      "stroke-dasharray": `${Math.max(length - (length > 4 ? 1.5 : 0), 0)} ${ROUND}`,
      "stroke-dashoffset": -from,
      transform: `rotate(-90 ${MIDDLE} ${MIDDLE})`,
    });
    from += length;
    return arc;
  });
  return el(
    "div",
    { class: "pie" },
    svg(
      "svg",
      { viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, "aria-hidden": "true" },
      svg("circle", { cx: MIDDLE, cy: MIDDLE, r: RADIUS, class: "arc none" }),
      arcs,
      svg("text", { x: MIDDLE, y: MIDDLE + 2, "text-anchor": "middle", class: "sum" }, number(sum)),
      svg("text", { x: MIDDLE, y: MIDDLE + 18, "text-anchor": "middle" }, of),
    ),
    el(
      "ul",
      { class: "legend tall" },
      rows.map((row) =>
        el("li", {}, row.icon ?? el("span", { class: `key ${row.kind}` }), row.href ? el("a", { href: row.href }, row.label) : row.label, el("span", { class: "num" }, number(row.value)), el("span", { class: "hint num" }, share(sum ? row.value / sum : 0))),
      ),
    ),
  );
}
