// The remediation rules, and how well each does.

import { get } from "../api.js";
import { el } from "../dom.js";
import { code } from "../parts/badge.js";
import { bar } from "../parts/bars.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { number, share } from "../words.js";

export const rules = {
  title: () => "Remediation rules",
  load: ({ signal }) => get("rules", { signal }),
  draw: ({ items }) => [
    table({ caption: "Remediation rules in the order in which they work", columns: COLUMNS, rows: items, none: empty("The bundle in use has no rule.") }),
  ],
  everyS: () => 60,
};

const COLUMNS = [
  { head: "rule", wide: true, cell: (row) => [el("a", { href: to("rules", row.rule) }, row.rule), el("span", { class: "hint" }, ` ${row.version}`), el("div", { class: "hint place" }, row.codes.slice(0, 3).map((each) => [code(each), " "]), row.codes.length > 3 && `and ${row.codes.length - 3} more`)] },
  { head: "subject", cell: (row) => row.subject },
  { head: "works", cell: works },
  { head: "success", wide: true, cell: (row) => success(row) },
  { head: "tries in 24 h", num: true, cell: (row) => number(row.rate?.tries ?? 0) },
];

/** With fewer results a rate is made of what was believed before, too. */
const ENOUGH = 200;

/** Whether it repairs by itself just now. */
export function works(row) {
  if (!row.auto_remediable) return el("span", { class: "status" }, "proposes");
  return row.rate?.open === false ? el("span", { class: "status closed" }, "shut: under the gate") : el("span", { class: "status open" }, "repairs");
}

/** The rate of the last tries, with a mark at the gate. */
export function success(row) {
  const gate = row.rate?.gate ?? 0.95;
  const ratio = row.rate?.ratio;
  const believed = (row.rate?.tries ?? 0) < ENOUGH ? ", in part belief" : "";
  if (ratio === null || ratio === undefined || (!row.auto_remediable && !row.rate.tries)) return el("span", { class: "hint" }, `not tried yet; believed ${share(row.success_rate)}`);
  return el("div", { class: "withbar" }, bar(ratio, ratio >= gate ? "fill-accent" : "fill-critical", gate), el("span", {}, share(ratio), el("span", { class: "hint" }, ratio >= gate ? "" : ", under the gate", believed)));
}
