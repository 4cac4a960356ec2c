// Severity, status and outcome: always a word, and for severity a shape of its own, so that colour only repeats it.

import { el, svg } from "../dom.js";
import { said } from "../words.js";

export const SEVERITIES = ["critical", "high", "medium", "low"];
export const CATEGORIES = ["schema", "security", "compliance", "business_logic", "performance"];
export const OUTCOMES = ["valid", "remediated", "quarantined", "dead_lettered"];

const SHAPES = {
  critical: "M3.6.4h4.8l3.2 3.2v4.8l-3.2 3.2H3.6L.4 8.4V3.6zM5.1 2.4h1.8v4.4H5.1zm0 5.5h1.8v1.8H5.1z",
  high: "M6 1l5.3 10H.7z",
  medium: "M6 .8 11.2 6 6 11.2.8 6z",
  low: "M6 2a4 4 0 1 1 0 8 4 4 0 1 1 0-8z",
};

export function severity(word) {
  const known = SEVERITIES.includes(word);
  return el("span", { class: `severity ${known ? word : "unknown"}` }, known && shape(word), said(word || "unknown"));
}

/** The shape alone, where the word stands beside it. */
export const shape = (word) =>
  svg("svg", { viewBox: "0 0 12 12", width: 13, height: 13, "aria-hidden": "true", class: `shape ${word}` }, svg("path", { d: SHAPES[word] ?? SHAPES.low, "fill-rule": "evenodd" }));

export const status = (word) => el("span", { class: `status ${String(word).replace(/[^a-z_]/g, "")}` }, said(word || "unknown"));

export const outcome = (word) => el("span", { class: `outcome ${OUTCOMES.includes(word) ? word : ""}` }, said(word || "on its way"));

export const code = (text) => el("code", { class: "code" }, text || "–");
