// What waits for a person.

import { get } from "../api.js";
import { el } from "../dom.js";
import { severity, status } from "../parts/badge.js";
import { filters } from "../parts/filters.js";
import { pager } from "../parts/pager.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { ago, number, said } from "../words.js";

const FIELDS = [
  { name: "status", label: "Status", options: ["pending", "in_progress", "completed"], any: "open" },
  { name: "priority", label: "Priority", options: ["P0", "P1", "P2", "P3"] },
  { name: "team", label: "Team", options: ["platform_engineering", "security_team", "compliance_team", "product_engineering"] },
  { name: "assignee", label: "Assigned to", hint: "a name" },
];

export const tasks = {
  title: () => "Tasks",
  load: ({ query, signal }) => get("tasks", { query: { ...query, open: query.status ? "" : "true" }, signal }),
  draw: ({ items, next_cursor: next }, { query }) => [
    filters(["tasks"], FIELDS, query),
    table({ caption: "Tasks for people", columns: COLUMNS, rows: items, none: none(query) }),
    pager(["tasks"], query, next, items.length),
  ],
  everyS: () => 60,
};

const COLUMNS = [
  { head: "priority", cell: (row) => [row.priority, " ", severity(row.severity)] },
  {
    head: "task",
    wide: true,
    cell: (row) => [
      el("a", { href: to("tasks", row.fingerprint) }, said(row.task_type)),
      el("div", { class: "hint" }, row.subject, row.has_edit && ", has an edit"),
    ],
  },
  { head: "tenant", cell: (row) => row.tenant_id },
  { head: "dead letters", num: true, cell: (row) => number(row.dead_letters) },
  { head: "status", cell: (row) => status(row.status) },
  { head: "assigned to", cell: (row) => said(row.assigned_to) || "nobody" },
  { head: "changed", cell: (row) => ago(row.updated_at) },
];

const none = (query) =>
  Object.keys(query).length
    ? empty("No task is like this.", el("a", { href: to("tasks") }, "Show all that are open"))
    : empty("Nothing waits for a person.", "A task appears with the first dead letter of a problem.");
