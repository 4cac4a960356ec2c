// The issues of one trace.

import { el } from "../dom.js";
import { code, severity } from "./badge.js";
import { empty } from "./states.js";
import { table } from "./table.js";

/** `rows`: `{ code, path, severity, message, blocking }`. */
export const issueList = (caption, rows, none = "Nothing is wrong.") =>
  table({
    caption,
    columns: [
      { head: "severity", cell: (row) => severity(row.severity) },
      {
        head: "issue",
        wide: true,
        cell: (row) => [
          code(row.code),
          " at ",
          el("code", {}, row.path || "the whole trace"),
          el("div", { class: "hint" }, row.message ?? "", row.blocking === false && " It does not block."),
        ],
      },
    ],
    rows,
    none: empty(none),
  });

/** The verdict before and after, side by side. */
export const verdicts = (before, after) =>
  el(
    "div",
    { class: "columns" },
    el("div", {}, el("h3", {}, "Verdict before"), issueList("Issues before", before)),
    el("div", {}, el("h3", {}, "Verdict after"), after ? issueList("Issues after", after, "Nothing is wrong: it would pass.") : empty("It was not judged.")),
  );
