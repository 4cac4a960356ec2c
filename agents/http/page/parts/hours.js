// Traces per hour as upright bars.

import { svg } from "../dom.js";
import { clock, millis, number, short } from "../words.js";
import { chart, scale, text } from "./chart.js";
import { table } from "./table.js";

const HEIGHT = 120;
const AT = { left: 40, right: 8, top: 8, bottom: 20 };
const HOUR_MS = 3_600_000;

/** `rows`: `{ at, count }`; hours without traces are left out by the API, and drawn as a gap. */
export function hours(rows) {
  const first = millis(rows[0].at);
  const many = Math.max(24, Math.round((millis(rows.at(-1).at) - first) / HOUR_MS) + 1);
  const begin = millis(rows.at(-1).at) - (many - 1) * HOUR_MS;
  const largest = Math.max(...rows.map((row) => row.count));
  const { top, marks } = scale(largest, 3);
  const up = (value) => HEIGHT - AT.bottom - ((HEIGHT - AT.top - AT.bottom) * value) / top;
  return chart({
    height: HEIGHT,
    says: `Traces per hour: at most ${number(largest)}, ${number(rows.at(-1).count)} in the last one.`,
    draw: (width) => {
      const step = (width - AT.left - AT.right) / many;
      const label = Math.ceil(many / Math.max(2, Math.floor(width / 90)));
      return [
        marks.map((mark) => [
          svg("line", { x1: AT.left, x2: width - AT.right, y1: up(mark), y2: up(mark), class: "grid" }),
          text(AT.left - 6, up(mark) + 4, short(mark), "", "end"),
        ]),
        rows.map((row) => {
          const index = Math.round((millis(row.at) - begin) / HOUR_MS);
          return svg(
            "rect",
            { x: AT.left + index * step + 0.5, y: up(row.count), width: Math.max(step - 1, 1), height: HEIGHT - AT.bottom - up(row.count), class: "fill-accent" },
            svg("title", {}, `${clock(row.at).slice(0, 16)}: ${number(row.count)}`),
          );
        }),
        Array.from({ length: many }, (_, index) =>
          (many - 1 - index) % label === 0 && text(index === many - 1 ? width - AT.right : AT.left + (index + 0.5) * step, HEIGHT - 5, new Date(begin + index * HOUR_MS).toISOString().slice(11, 16), "", index === many - 1 ? "end" : "middle"),
        ),
      ];
    },
    numbers: table({
      caption: "Traces per hour",
      columns: [
        { head: "hour", cell: (row) => clock(row.at).slice(0, 16) },
        { head: "traces", num: true, cell: (row) => number(row.count) },
      ],
      rows: [...rows].reverse(),
    }),
  });
}
