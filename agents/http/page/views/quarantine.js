// What lies contained: by whom, why, and how long it stays.

import { get } from "../api.js";
import { el } from "../dom.js";
import { SEVERITIES, code, severity } from "../parts/badge.js";
import { filters } from "../parts/filters.js";
import { pager } from "../parts/pager.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { ago, said, span, millis } from "../words.js";

const FIELDS = [
  { name: "tenant", label: "Tenant", hint: "its id" },
  { name: "severity", label: "Severity", options: SEVERITIES },
  { name: "code", label: "Code", hint: "security.pii_email" },
  { name: "fingerprint", label: "Issue group", hint: "fingerprint" },
];

export const quarantine = {
  title: () => "Quarantine",
  load: ({ query, signal }) => get("quarantine", { query, signal }),
  draw: ({ items, next_cursor: next }, { query }) => [
    filters(["quarantine"], FIELDS, query),
    items.length > 0 &&
      el("p", { class: "hint" }, "Contents stay sealed. ", el("a", { href: to("replays", "new", { ...fitting(query), origins: "quarantine" }) }, "Plan a release of all of these")),
    table({ caption: "Contained traces, the newest first", columns: COLUMNS, rows: items, none: none(query) }),
    pager(["quarantine"], query, next, items.length),
  ],
};

const fitting = ({ tenant, severity: bad, code: what, fingerprint }) => ({ tenant, severity: bad, code: what, fingerprint });

const COLUMNS = [
  { head: "severity", cell: (row) => severity(row.severity) },
  {
    head: "trace",
    wide: true,
    cell: (row) => [
      el("a", { href: to("quarantine", row.origin) }, row.trace_id && row.trace_id !== "none" ? row.trace_id : row.origin),
      el("div", { class: "hint place" }, row.codes.slice(0, 3).map((each) => [code(each), " "]), row.codes.length > 3 && `and ${row.codes.length - 3} more`),
    ],
  },
  { head: "tenant", cell: (row) => row.tenant },
  { head: "why", cell: (row) => said(row.reason) },
  { head: "contained", cell: (row) => ago(row.contained_at) },
  { head: "leaves in", cell: (row) => el("span", { class: "span" }, span((millis(row.expires_at) - Date.now()) / 1000)) },
];

const none = (query) =>
  Object.keys(query).length
    ? empty("No contained trace is like this.", el("a", { href: to("quarantine") }, "Show all"))
    : empty("Quarantine is empty.", "Traces come here when policy contains them, or no rule repairs them.");
