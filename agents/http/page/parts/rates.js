// Traces over time by outcome. What passed untouched is drawn by itself: beside it the others would be too few to be seen.

import { el, svg } from "../dom.js";
import { clock, number, said, short } from "../words.js";
import { OUTCOMES } from "./badge.js";
import { chart, scale, text } from "./chart.js";
import { table } from "./table.js";

const HEIGHT = 150;
const AT = { left: 40, right: 8, top: 10, bottom: 22 };
const [PASSED, ...OTHERS] = OUTCOMES;

/** `rows`: `{ at, seconds, traces, outcomes }`, the oldest step first; the last one still runs. */
export const rates = (rows) => [
  el("div", { class: "columns" }, one("Passed untouched", drawn(rows), [PASSED]), one("Did not pass as they came", drawn(rows), OTHERS)),
  el("details", {}, el("summary", {}, "Numbers"), numbers(rows)),
];

/** A step that still runs would look like a fall: it is drawn only where there is nothing else. */
function drawn(rows) {
  const whole = rows.slice(0, -1);
  return whole.some((row) => row.traces) ? whole : rows;
}

function one(title, rows, words) {
  const totals = rows.map((row) => words.reduce((sum, word) => sum + (row.outcomes[word] ?? 0), 0));
  const largest = Math.max(0, ...totals);
  const all = totals.reduce((sum, value) => sum + value, 0);
  const figure = chart({
    height: HEIGHT,
    says: `${title}, over ${rows.length} ${unit(rows)}s: ${number(all)} traces, at most ${number(largest)} in one.`,
    draw: (width) => [...axes(rows, largest, width), ...layers(rows, words, largest, width), ...touch(rows, words, totals, width)],
  });
  figure.prepend(el("figcaption", {}, `${title}, by ${unit(rows)}`, legend(words)));
  return figure;
}

const unit = (rows) => (rows[0]?.seconds > 60 ? "hour" : "minute");

const numbers = (rows) =>
  table({
    caption: "Traces over time by outcome",
    columns: [
      { head: unit(rows), cell: (row) => clock(row.at).slice(11, 16) },
      ...OUTCOMES.map((word) => ({ head: said(word), num: true, cell: (row) => number(row.outcomes[word] ?? 0) })),
    ],
    rows: rows.filter((row) => row.traces).reverse(),
    small: true,
  });

const legend = (words) => el("ul", { class: "legend" }, words.map((word) => el("li", {}, el("span", { class: `key fill-${word}` }), said(word))));

const across = (index, rows, width) => AT.left + ((width - AT.left - AT.right) * index) / Math.max(rows.length - 1, 1);
const up = (value, top) => HEIGHT - AT.bottom - ((HEIGHT - AT.top - AT.bottom) * value) / top;

function axes(rows, largest, width) {
  const { top, marks } = scale(largest);
  const lines = marks.map((mark) => [
    svg("line", { x1: AT.left, x2: width - AT.right, y1: up(mark, top), y2: up(mark, top), class: "grid" }),
    text(AT.left - 6, up(mark, top) + 4, short(mark), "", "end"),
  ]);
  const every = Math.max(1, Math.ceil(rows.length / Math.max(2, Math.floor(width / 110))));
  const times = rows.map((row, index) => {
    const last = rows.length - 1 - index;
    if (last % every) return null;
    return text(across(index, rows, width), HEIGHT - 6, clock(row.at).slice(11, 16), "", last === 0 ? "end" : "middle");
  });
  return [lines, times];
}

function layers(rows, words, largest, width) {
  const { top } = scale(largest);
  let below = rows.map(() => 0);
  return words.map((word) => {
    const above = below.map((sum, index) => sum + (rows[index].outcomes[word] ?? 0));
    const line = above.map((value, index) => `${across(index, rows, width)},${up(value, top)}`);
    const back = below.map((value, index) => `${across(index, rows, width)},${up(value, top)}`).reverse();
    below = above;
    return svg("polygon", { points: [...line, ...back].join(" "), class: `fill-${word}` });
  });
}

/** A column for each minute that tells its numbers to whoever points at it. */
function touch(rows, words, totals, width) {
  const step = (width - AT.left - AT.right) / Math.max(rows.length - 1, 1);
  return rows.map((row, index) =>
    svg(
      "rect",
      { x: across(index, rows, width) - step / 2, y: AT.top, width: step, height: HEIGHT - AT.top - AT.bottom, class: "touch" },
      svg("title", {}, `${clock(row.at).slice(11, 16)}: ${number(totals[index])}\n${words.map((word) => `${said(word)} ${number(row.outcomes[word] ?? 0)}`).join("\n")}`),
    ),
  );
}
