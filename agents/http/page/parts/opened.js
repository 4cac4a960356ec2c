// What a trace is made of, shown to somebody who may see it. Text and nothing but text.

import { el } from "../dom.js";
import { pretty } from "../json.js";
import { facts } from "./table.js";

/** `{ key, value, headers }`: texts, or `{ base64 }` for what is none. */
export const opened = ({ key, value, headers }) => [
  facts([
    ["Key", shown(key)],
    ["Headers", headers?.length > 0 && el("ul", { class: "plain" }, headers.map(([name, text]) => el("li", {}, el("code", {}, name), " ", shown(text))))],
  ]),
  el("pre", { class: "content", tabindex: "0", "aria-label": "The value of the trace" }, typeof value === "string" ? pretty(value) : shown(value)),
];

function shown(content) {
  if (content === null || content === undefined) return "–";
  return typeof content === "string" ? content : `base64 ${content.base64}`;
}
