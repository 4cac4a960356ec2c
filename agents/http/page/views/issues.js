// The problems that there are.

import { get } from "../api.js";
import { el } from "../dom.js";
import { CATEGORIES, SEVERITIES, code, severity, status } from "../parts/badge.js";
import { filters } from "../parts/filters.js";
import { pager } from "../parts/pager.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { ago, number } from "../words.js";

export const STATUSES = ["detected", "triaged", "in_progress", "resolved", "ignored"];

const FIELDS = [
  { name: "status", label: "Status", options: STATUSES, any: "open" },
  { name: "severity", label: "Severity", options: SEVERITIES },
  { name: "category", label: "Category", options: CATEGORIES },
  { name: "code", label: "Code", hint: "security.pii_email" },
  { name: "tenant", label: "Tenant", hint: "its id" },
];

export const issues = {
  title: () => "Issues",
  load: ({ query, signal }) => get("issues", { query: { ...query, open: query.status ? "" : "true" }, signal }),
  draw: ({ items, next_cursor: next }, { query }) => [
    filters(["issues"], FIELDS, query),
    table({ caption: "Issue groups, those seen last first", columns: COLUMNS, rows: items, none: none(query) }),
    pager(["issues"], query, next, items.length),
  ],
  everyS: () => 60,
  live: (groups, _, { query }) => !query.cursor && groups.some((group) => matches(group, query)),
};

const COLUMNS = [
  { head: "severity", cell: (row) => severity(row.severity) },
  { head: "problem", wide: true, cell: problem },
  { head: "tenants", cell: tenants },
  { head: "traces", num: true, cell: (row) => number(row.count) },
  { head: "last hour", num: true, cell: (row) => number(row.last_hour) },
  { head: "last seen", cell: (row) => ago(row.last_seen) },
  { head: "status", cell: (row) => [status(row.status), row.assigned_to && el("span", { class: "hint" }, ` ${row.assigned_to}`)] },
];

function problem(row) {
  return [
    el("a", { href: to("issues", row.fingerprint) }, code(row.code)),
    el("div", { class: "hint place" }, row.path || "the whole trace", ` of ${row.subject}`, !row.blocking && ", does not block"),
  ];
}

function tenants({ tenants: all }) {
  const names = all.slice(0, 3).map((each) => each.tenant_id);
  return all.length > 3 ? `${names.join(", ")} and ${all.length - 3} more` : names.join(", ");
}

const none = (query) =>
  Object.keys(query).length
    ? empty(`No issue group is like this.`, el("a", { href: to("issues") }, "Show all that are open"))
    : empty("No problem is open.", "What fails from now on appears here by itself.");

/** Whether news could belong into the list. */
const matches = (group, query) =>
  ["status", "severity", "category", "code"].every((name) => !query[name] || !group[name] || query[name] === group[name]);

