// One rule: how well it does, what it did, and what it would make of a trace.

import { get, path, post } from "../api.js";
import { el, refill } from "../dom.js";
import { code, outcome } from "../parts/badge.js";
import { difference } from "../parts/lines.js";
import { verdicts } from "../parts/issue_list.js";
import { labelled } from "../parts/ask.js";
import { pager } from "../parts/pager.js";
import { patchTable } from "../parts/patch.js";
import { empty, failed, loading } from "../parts/states.js";
import { facts, section, table } from "../parts/table.js";
import { canKeepNumbers, write } from "../json.js";
import { to } from "../route.js";
import { ago, count, number, said, share } from "../words.js";
import { success, works } from "./rules.js";

export const rule = {
  title: ({ parts }) => `Rule ${parts[1]}`,
  load: async ({ named, query, signal }) => {
    const [one, receipts] = await Promise.all([
      get(path("rules", named), { signal }),
      get(path("rules", named, "receipts"), { query: { cursor: query.cursor, limit: 20 }, signal }),
    ]);
    return { rule: one, receipts };
  },
  draw: ({ rule: one, receipts }, { query, named }) => [
    facts([
      ["Works", works(one)],
      ["Success", success(one)],
      ["In 24 hours", `${count(one.rate.tries, "try", "tries")}, ${number(one.rate.succeeded)} of them passed`],
      ["Believed before", share(one.success_rate)],
      ["For", one.codes.map((each) => [code(each), " "])],
      ["Subject", one.subject],
      ["Version", one.version],
      ["Order", one.order],
      ["Owner", one.owner],
      ["Why there is one", one.reason],
    ]),
    section("Preview", preview(one, query.source ?? "")),
    section("Receipts", table({ caption: "What it did in the last week, the last first", columns: COLUMNS, rows: receipts.items, none: empty("It was not tried in the last week.") }), pager(["rules", named], query, receipts.next_cursor, receipts.items.length)),
  ],
};

const COLUMNS = [
  { head: "when", cell: (row) => ago(row.at) },
  { head: "result", cell: (row) => [said(row.result), row.error && el("span", { class: "hint" }, ` ${said(row.error)}`)] },
  { head: "outcome", cell: (row) => (row.retracted ? "taken back" : outcome(row.outcome)) },
  { head: "tenant", cell: (row) => row.tenant_id },
  { head: "trace", wide: true, cell: (row) => el("a", { href: to("trace", row.source) }, row.source) },
  { head: "where", wide: true, cell: (row) => (row.paths ?? []).slice(0, 4).map((each) => [el("code", {}, each), " "]) },
];

function preview(rule, source) {
  const shown = el("div", { "aria-live": "polite" });
  const form = el(
    "form",
    { class: "ask", "aria-label": "Preview" },
    labelled({ name: "source", label: "A failing trace", value: source, hint: "topic/partition/offset of its raw record. It is opened for you: that stands in the audit log." }),
    el("div", { class: "field" }, el("label", { for: "ask-trace" }, "or a trace as JSON", el("span", { class: "hint" }, " (optional)")), el("textarea", { id: "ask-trace", name: "trace", rows: 5, spellcheck: "false", class: "content" })),
    labelled({ name: "reason", label: "Reason", hint: "Kept in the audit log.", value: "preview of a repair", required: true }),
    el("div", { class: "buttons" }, el("button", { type: "submit", class: "main", id: "preview" }, "Preview")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refill(shown, loading());
    const { source: where, trace: text, reason } = form.elements;
    const trace = text.value.trim() ? { text: text.value } : { source: where.value.trim() };
    try {
      const body = { ...trace, reason: reason.value.trim(), propose: !rule.auto_remediable };
      refill(shown, outlook(await post(path("rules", rule.rule, "preview"), body, { exact: true })));
    } catch (error) {
      refill(shown, failed(error));
    }
  });
  return [form, shown];
}

function outlook(found) {
  return el(
    "div",
    { class: "result" },
    el("p", {}, "It would be ", outcome(found.outcome), `: ${said(found.reason)}.`),
    found.document?.before && canKeepNumbers && [el("h3", {}, "What changes"), difference(write(found.document.before, 2), write(found.document.after, 2))],
    el("h3", {}, "Patch"),
    patchTable(found.patch),
    el("details", {}, el("summary", {}, "The way back"), patchTable(found.inverse, "What would undo it")),
    verdicts(found.before, found.after),
    (found.rules ?? []).length > 0 && [
      el("h3", {}, "What the rule did"),
      el("ul", {}, found.rules.map((one) => el("li", {}, `${one.rule} ${one.version}: ${said(one.result)}`, one.error && ` (${said(one.error)})`, one.actions?.length > 0 && `: ${one.actions.join(", ")}`))),
    ],
  );
}
