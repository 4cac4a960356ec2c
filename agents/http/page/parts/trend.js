// A tenant's traces over time, failing ones marked.

import { svg } from "../dom.js";
import { clock, number, short } from "../words.js";
import { chart, scale, text } from "./chart.js";
import { table } from "./table.js";

const HEIGHT = 140;
const AT = { left: 40, right: 8, top: 8, bottom: 20 };

/** `rows`: `{ at, hours, traces, failing, score }` */
export function trend(rows) {
  const { top, marks } = scale(Math.max(...rows.map((row) => row.traces)), 3);
  const tall = (value) => ((HEIGHT - AT.top - AT.bottom) * value) / top;
  const daily = rows[0].hours > 1;
  const label = (row) => (daily ? clock(row.at).slice(5, 10) : clock(row.at).slice(11, 16));
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  return chart({
    height: HEIGHT,
    says: `Traces by ${daily ? "day" : "hour"}: ${number(sum("traces"))}, ${number(sum("failing"))} of them failing.`,
    draw: (width) => {
      const step = (width - AT.left - AT.right) / rows.length;
      const every = Math.ceil(rows.length / Math.max(2, Math.floor(width / 90)));
      const column = (row, index, value, kind) =>
        svg("rect", { x: AT.left + index * step + 0.5, y: HEIGHT - AT.bottom - tall(value), width: Math.max(Math.min(step - 1, 60), 1), height: tall(value), class: kind });
      return [
        marks.map((mark) => [
          svg("line", { x1: AT.left, x2: width - AT.right, y1: HEIGHT - AT.bottom - tall(mark), y2: HEIGHT - AT.bottom - tall(mark), class: "grid" }),
          text(AT.left - 6, HEIGHT - AT.bottom - tall(mark) + 4, short(mark), "", "end"),
        ]),
        rows.map((row, index) =>
          svg("g", {}, svg("title", {}, `${clock(row.at).slice(0, 16)}: ${number(row.traces)} traces, ${number(row.failing)} failing`), column(row, index, row.traces, "fill-valid"), column(row, index, row.failing, "fill-critical")),
        ),
        rows.map((row, index) => (rows.length - 1 - index) % every === 0 && text(index === rows.length - 1 ? width - AT.right : AT.left + (index + 0.5) * step, HEIGHT - 5, label(row), "", index === rows.length - 1 ? "end" : "middle")),
      ];
    },
    numbers: table({
      caption: "Traces over time",
      columns: [
        { head: daily ? "day" : "hour", cell: (row) => clock(row.at).slice(0, 16) },
        { head: "traces", num: true, cell: (row) => number(row.traces) },
        { head: "failing", num: true, cell: (row) => number(row.failing) },
        { head: "score", num: true, cell: (row) => (row.score === null ? "–" : row.score.toFixed(1)) },
      ],
      rows: rows.filter((row) => row.traces).reverse(),
    }),
  });
}
