// One problem and its story: what, whose, since when, who did what, and how to put it right.

import { get, path } from "../api.js";
import { el } from "../dom.js";
import { may } from "../me.js";
import { code, severity, status } from "../parts/badge.js";
import { commands } from "../parts/issue_commands.js";
import { hours } from "../parts/hours.js";
import { facts, section, table } from "../parts/table.js";
import { empty } from "../parts/states.js";
import { timeline } from "../parts/timeline.js";
import { to } from "../route.js";
import { ago, count, number, said } from "../words.js";

export const issue = {
  title: ({ parts }) => `Issue ${parts[1]}`,
  heading: ({ group }) => [severity(group.severity), " ", code(group.code)],
  load: async ({ named, signal }) => {
    const [group, rules, operator] = await Promise.all([
      get(path("issues", named), { signal }),
      // A page that cannot tell the rules still tells the story.
      get("rules", { signal }).catch(() => null),
      may("operator"),
    ]);
    return { group, operator, rules: rules && rules.items.filter((rule) => rule.codes.includes(group.code)) };
  },
  draw,
  live: (groups, { group }) => groups.some((each) => each.fingerprint === group.fingerprint),
};

function draw({ group, rules, operator }, ctx) {
  return [
    operator && commands(group, ctx.reload),
    facts([
      ["Status", [status(group.status), group.assigned_to && ` with ${group.assigned_to}`]],
      ["Where", [el("code", {}, group.path || "the whole trace"), ` of ${group.subject}`]],
      ["Blocks", group.blocking ? "yes" : "no: such traces pass, and say so"],
      ["Category", said(group.category)],
      ["Team", said(group.team)],
      ["Traces", [number(group.count), `, ${number(group.last_hour)} in the last hour`]],
      ["First seen", ago(group.first_seen)],
      ["Last seen", ago(group.last_seen)],
      ["Episode", [`${group.episode}, since `, ago(group.opened_at)]],
      ["First bad version", group.first_bad && [`${group.first_bad.name} ${group.first_bad.version}, `, el("a", { href: to("trace", group.first_bad.source) }, group.first_bad.source)]],
      ["Acknowledged", group.acknowledgement && [`by ${group.acknowledgement.by}, `, ago(group.acknowledgement.at), `: ${group.acknowledgement.reason}`]],
      ["What was done", group.resolution_notes],
    ]),
    section("Traces by hour", group.per_hour.length ? hours(group.per_hour) : empty("Nobody counted in the last two days.")),
    section("Put it right", mend(group, rules)),
    el("div", { class: "columns" }, section("Tenants", tenants(group)), section("Producers", producers(group))),
    section("Traces of it", samples(group)),
    section("What people did", timeline(happened(group))),
    group.shortened && el("p", { class: "hint" }, "Some of it was left out because there is so much; assay issues show has all."),
  ];
}

function mend(group, rules) {
  const sample = group.samples.at(-1)?.source;
  return el(
    "ul",
    { class: "ways" },
    (rules ?? []).map((rule) =>
      el("li", {}, el("a", { href: to("rules", rule.rule, { source: sample }) }, `Preview the rule ${rule.rule}`), ` on ${sample ? "the latest trace" : "a trace"} of it; it ${rule.auto_remediable ? "repairs by itself" : "proposes"}.`),
    ),
    rules?.length === 0 && el("li", {}, "No remediation rule is for this code: the producer or a person must put it right."),
    el("li", {}, el("a", { href: to("replays", "new", { fingerprint: group.fingerprint }) }, "Plan a replay"), " of its contained traces and dead letters."),
    el("li", {}, el("a", { href: to("quarantine", { fingerprint: group.fingerprint }) }, "Look into quarantine"), " for its traces."),
    el("li", {}, el("a", { href: to("tasks", group.fingerprint) }, "Open its task"), ", if a person was called for."),
  );
}

const tenants = (group) =>
  table({
    caption: "Tenants that have it",
    columns: [
      { head: "tenant", cell: (row) => (row.tenant_id === "_other" ? "all others" : el("a", { href: to("tenants", row.tenant_id) }, row.tenant_id)) },
      { head: "traces", num: true, cell: (row) => number(row.count) },
    ],
    rows: group.tenants,
  });

const producers = (group) =>
  table({
    caption: "Producers that sent it",
    columns: [
      { head: "producer", wide: true, cell: (row) => row.name },
      { head: "version", cell: (row) => row.version },
      { head: "traces", num: true, cell: (row) => number(row.count) },
      { head: "last seen", cell: (row) => ago(row.last_seen) },
    ],
    rows: group.producers,
    none: empty("No producer is known."),
  });

const samples = (group) =>
  table({
    caption: "The earliest and the latest traces of it",
    columns: [
      { head: "trace", wide: true, cell: (row) => el("a", { href: to("trace", row.source) }, row.source) },
      { head: "when", cell: (row) => ago(row.at) },
      { head: "tries", num: true, cell: (row) => number((row.attempts ?? 0) + 1) },
    ],
    rows: [...group.samples].reverse(),
    none: empty("No trace is named."),
  });

function happened(group) {
  const changes = group.transitions.map((each) => ({ at: each.at, who: each.actor, what: [`${said(each.happening)}: `, status(each.became)], why: each.reason }));
  const refused = group.refused.map((each) => ({ at: each.at, who: each.actor, what: `${said(each.command)} was refused: ${said(each.why)}`, why: "" }));
  const begun = { at: group.first_seen, who: "detector", what: "first seen", why: count(group.count, "trace") + " since" };
  return [begun, ...changes, ...refused].sort((one, other) => (one.at < other.at ? 1 : -1));
}
