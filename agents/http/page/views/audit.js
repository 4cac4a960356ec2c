// Who did what and why, and whether that account is whole.

import { get } from "../api.js";
import { el, refill } from "../dom.js";
import { filters } from "../parts/filters.js";
import { pager } from "../parts/pager.js";
import { empty, failed, loading } from "../parts/states.js";
import { table } from "../parts/table.js";
import { count, number, said, when } from "../words.js";

const FIELDS = [
  { name: "actor", label: "Who", hint: "a name" },
  { name: "action", label: "What", hint: "quarantine.open" },
  { name: "target", label: "On what", hint: "an id" },
];

export const audit = {
  title: () => "Audit log",
  load: ({ query, signal }) => get("audit-log", { query, signal }),
  draw: ({ items, next_cursor: next }, { query }) => {
    const shown = el("div", { "aria-live": "polite" });
    return [
      el("div", { class: "buttons commands" }, el("button", { type: "button", id: "verify", on: { click: () => verify(shown) } }, "Verify the chain")),
      shown,
      filters(["audit"], FIELDS, query),
      table({ caption: "Entries of the audit log, the newest first", columns: COLUMNS, rows: items, none: empty("Nobody did anything yet.") }),
      pager(["audit"], query, next, items.length),
    ];
  },
};

const COLUMNS = [
  { head: "no.", num: true, cell: (row) => number(row.seq) },
  { head: "when", cell: (row) => when(row.at) },
  { head: "who", cell: (row) => row.actor },
  { head: "what", cell: (row) => el("code", {}, row.action) },
  { head: "on what", wide: true, cell: (row) => el("span", { class: "place" }, row.target) },
  { head: "why", wide: true, cell: (row) => row.reason },
];

async function verify(shown) {
  refill(shown, loading());
  try {
    const found = await get("audit-log/verification");
    refill(
      shown,
      found.ok
        ? el("p", { class: "box good" }, `✓ The chain is whole: ${count(found.entries, "entry", "entries")}, each bound to the one before.`)
        : el("div", { class: "box failed", role: "alert" }, el("p", {}, "✗ The chain is not whole."), el("ul", {}, (found.findings ?? []).map((each) => el("li", {}, `${said(each.kind)} at entry ${number(each.seq)}`)))),
    );
  } catch (error) {
    refill(shown, failed(error));
  }
}
