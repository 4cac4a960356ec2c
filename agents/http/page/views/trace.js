// The whole story of one trace: each try, and everything that followed from it.

import { get, pathOf } from "../api.js";
import { el } from "../dom.js";
import { code, outcome, severity } from "../parts/badge.js";
import { empty } from "../parts/states.js";
import { section, table } from "../parts/table.js";
import { to } from "../route.js";
import { said, when } from "../words.js";

export const trace = {
  title: () => "Trace",
  heading: (story) => ["Trace ", el("span", { class: "place" }, story.trace)],
  load: ({ named, signal, query }) => get(pathOf("traces", named), { query: { since: query.since }, signal }),
  draw: (story) =>
    story.tries.length === 0
      ? [empty("There is no such trace to be seen here.", el("ul", { class: "plain" }, (story.searched ?? []).map((line) => el("li", {}, line))))]
      : [
          section("Tries", table({ caption: "Raw records of this trace", columns: TRIES, rows: story.tries })),
          section("Story", el("ol", { class: "timeline" }, story.story.map(told))),
          story.searched?.length > 0 && el("p", { class: "hint" }, `Searched: ${story.searched.join("; ")}`),
        ],
  // What is still on its way is looked at again until it has arrived.
  everyS: (story) => (story.tries.some((each) => !each.outcome) ? 3 : 0),
};

const TRIES = [
  { head: "raw record", wide: true, cell: (row) => el("a", { href: to("trace", row.source) }, row.source) },
  { head: "try", cell: (row) => (row.attempt ? `replay ${row.attempt} of ${row.root}` : "first") },
  { head: "tenant", cell: (row) => row.tenant_id || "unknown" },
  { head: "outcome", cell: (row) => outcome(row.outcome === "passed" ? "valid" : row.outcome) },
];

/** The text with what happened in bold: where it begins by saying so, those words; else before it. */
function headed(what, text) {
  const at = text.toLowerCase().indexOf(what);
  if (at < 0 || text.slice(0, at).trim().includes(" ")) return [el("strong", {}, what), ` ${text}`];
  const rest = text.slice(at + what.length).search(/[^a-z]/i);
  const end = rest < 0 ? text.length : at + what.length + rest;
  return [el("strong", {}, text.slice(0, end)), text.slice(end)];
}

const told = (each) =>
  el(
    "li",
    {},
    each.at ? when(each.at) : el("span", {}, "–"),
    el(
      "div",
      {},
      headed(said(each.what), each.text),
      Array.isArray(each.issues) && el("ul", { class: "plain" }, each.issues.map((one) => el("li", {}, severity(one.severity), " ", code(one.code), " ", el("code", {}, one.path || "the whole trace"), one.blocking === false && el("span", { class: "hint" }, " does not block")))),
      each.fingerprint && el("p", { class: "hint" }, "problem ", el("a", { href: to("issues", each.fingerprint) }, each.fingerprint)),
    ),
  );
