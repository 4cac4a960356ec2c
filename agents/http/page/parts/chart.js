// Drawing within a width: charts are drawn anew when there is more or less room, so that their texts keep their size.

import { el, svg } from "../dom.js";

/**
 * A figure that is drawn by `draw(width)`, which gives SVG nodes. `says` is the chart in a sentence, for those who do
 * not see it; `numbers` is a table that anybody can open.
 */
export function chart({ height, says, draw, numbers = null }) {
  const canvas = svg("svg", { height, role: "img", "aria-label": says });
  const figure = el(
    "figure",
    { class: "chart" },
    el("div", { class: "canvas" }, canvas),
    numbers && el("details", {}, el("summary", {}, "Numbers"), numbers),
  );
  let drawn = 0;
  const paint = (width) => {
    if (width === drawn || width < 40) return;
    drawn = width;
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    canvas.setAttribute("width", width);
    canvas.replaceChildren(...draw(width).flat(Infinity).filter(Boolean));
  };
  new ResizeObserver(([entry]) => paint(Math.floor(entry.contentRect.width))).observe(figure.firstElementChild);
  return figure;
}

/** A round number at or above the largest, and the marks up to it. */
export function scale(largest, marks = 4) {
  if (!(largest > 0)) return { top: 1, marks: [0, 1] };
  const rough = largest / marks;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((size) => size >= rough), largest < marks ? 1 : 0);
  const top = step * Math.ceil(largest / step);
  return { top, marks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step) };
}

export const text = (x, y, words, kind = "", anchor = "start") =>
  svg("text", { x, y, class: kind || null, "text-anchor": anchor }, words);
