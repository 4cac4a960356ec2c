// How long problems take to be resolved (S0-189): a histogram and the 95th percentile.

import { el } from "../dom.js";
import { count, span } from "../words.js";
import { bars } from "./bars.js";
import { empty } from "./states.js";

/** `{ resolved, p50_s, p95_s, buckets: [{ le_s, count }] }`; the last bucket has no bound. */
export function resolution({ resolved, p50_s: median, p95_s: most, buckets }) {
  if (!resolved) return empty("No problem was resolved yet.");
  return [
    el("p", { class: "figure small" }, span(most), el("span", { class: "hint" }, ` 95 % sooner; half within ${span(median)}`)),
    bars(
      `Resolved problems by the time that it took; ${count(resolved, "problem")}`,
      buckets.map((bucket, index) => ({
        label: bucket.le_s === null ? `over ${span(buckets[index - 1]?.le_s)}` : `to ${span(bucket.le_s)}`,
        value: bucket.count,
        kind: "fill-accent",
      })),
    ),
  ];
}
