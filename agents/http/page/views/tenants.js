// Whose traces there are, and how good each one's are.

import { get } from "../api.js";
import { el } from "../dom.js";
import { pager } from "../parts/pager.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { number, share } from "../words.js";

export const tenants = {
  title: () => "Tenants",
  load: ({ query, signal }) => get("tenants", { query, signal }),
  draw: ({ items, next_cursor: next }, { query }) => [
    table({ caption: "Tenants, the one with most failing traces first", columns: COLUMNS, rows: items, none: empty("No tenant has sent a trace yet.") }),
    pager(["tenants"], query, next, items.length),
  ],
};

const COLUMNS = [
  { head: "tenant", wide: true, cell: (row) => el("a", { href: to("tenants", row.tenant_id) }, row.tenant_id) },
  { head: "traces", num: true, cell: (row) => number(row.traces) },
  { head: "failing", num: true, cell: (row) => number(row.failing) },
  { head: "share", num: true, cell: (row) => share(row.invalid_trace_rate) },
];
