// How good traces are now, and whether all of them are accounted for (S0-74, S0-185 … S0-191).

import { get, post } from "../api.js";
import { el } from "../dom.js";
import { may } from "../me.js";
import { ask } from "../parts/ask.js";
import { CATEGORIES, OUTCOMES, SEVERITIES, code, severity, shape, status } from "../parts/badge.js";
import { bars } from "../parts/bars.js";
import { notice } from "../parts/notice.js";
import { pie } from "../parts/pie.js";
import { rates } from "../parts/rates.js";
import { resolution } from "../parts/resolution.js";
import { empty } from "../parts/states.js";
import { panel, table } from "../parts/table.js";
import { to } from "../route.js";
import { ago, bytes, clock, count, number, said, share, short } from "../words.js";

/** Above these shares of invalid traces the number is marked (S0-186). */
const STEPS = [
  [0.1, "bad", "above 10 %"],
  [0.05, "poor", "above 5 %"],
  [0.01, "fair", "above 1 %"],
  [-1, "good", "up to 1 %"],
];

export const overview = {
  title: () => "Overview",
  load: async ({ signal, query }) => {
    const [seen, operator] = await Promise.all([get("overview", { query: { minutes: query.minutes ?? 60 }, signal }), may("operator")]);
    return { ...seen, operator };
  },
  draw,
  everyS: () => 30,
  live: (groups) => groups.some((group) => group.severity === "critical"),
};

function draw(seen) {
  return [
    VIEWS_SAY[seen.views.state] && el("p", { class: "box warn", role: "status" }, VIEWS_SAY[seen.views.state](seen.views)),
    el("nav", { class: "buttons", "aria-label": "How far back" }, Object.entries(WINDOWS).map(([minutes, words]) => el("a", { class: "button quiet", href: to("overview", { minutes }), "aria-current": String(seen.minutes) === minutes ? "true" : null }, words))),
    el("div", { class: "tiles" }, tiles(seen)),
    el(
      "div",
      { class: "panels" },
      panel("Traces over time", "wide", seen.rates.length ? rates(seen.rates) : empty("Nobody can tell.")),
      panel("What became of them", "", bars("Traces by outcome", OUTCOMES.map((word) => ({ label: said(word), value: seen.outcomes[word] ?? 0, kind: `fill-${word}` })), { withShare: true })),
      panel("Issues by severity", "", pie("issues", SEVERITIES.map((word) => ({ label: word, value: seen.severities[word] ?? 0, kind: `fill-${word}`, icon: shape(word), href: to("issues", { severity: word }) })))),
      panel("Issues by category", "", bars("Issues by category", CATEGORIES.map((word) => ({ label: said(word), value: seen.categories[word] ?? 0, kind: "fill-accent", href: to("issues", { category: word }) })))),
      seen.resolution && panel("Resolution time", "", resolution(seen.resolution)),
      panel("Top affected tenants", "", tenants(seen.top_tenants)),
      seen.lag && panel("Lag", "", lag(Object.entries(seen.lag))),
      panel("Recent critical issues", "wide", criticals(seen.recent_criticals)),
    ),
    el("p", { class: "hint" }, `The last ${seen.minutes} minutes up to ${clock(seen.at)}; drawn anew every 30 seconds.`),
  ];
}

const WINDOWS = { 15: "15 minutes", 60: "an hour", 1440: "a day" };

const VIEWS_SAY = {
  behind: (views) => `Views are ${count(views.behind, "record")} behind: numbers here are older than the traces.`,
  degraded: () => "Views are not to be had: Redis does not answer. Traces flow on, and nothing is lost; numbers come back with it.",
  unknown: () => "Nobody can tell how old these numbers are: Kafka does not answer.",
};

function tiles(seen) {
  // Of the last five whole minutes: the one that runs would make every rate jump.
  const lately = seen.rates.slice(-6, -1);
  const sum = (name) => lately.reduce((total, step) => total + step[name], 0);
  const invalid = sum("failing") / sum("traces");
  const [, step, words] = STEPS.find(([above]) => invalid > above) ?? [0, "none", "no trace in five minutes"];
  const seconds = lately.reduce((total, each) => total + each.seconds, 0);
  const { contained, open_tasks: tasks } = seen;
  return [
    seen.conservation && conservation(seen.conservation, seen.operator),
    tile("Invalid trace rate", share(invalid), words, step),
    tile("Critical issues", seen.traces ? share((seen.severities.critical ?? 0) / seen.traces) : "–", `per trace, in ${seen.minutes} min`),
    tile("Traces a minute", seconds ? short(Math.round((sum("traces") * 60) / seconds)) : "–", `${short(seen.traces)} in ${seen.minutes} min`),
    contained && tile("In quarantine", short(contained.traces), contained.traces ? `${bytes(contained.bytes)}, sealed` : "nothing", "", to("quarantine")),
    Number.isFinite(tasks) && tile("Open tasks", short(tasks), "for a person", "", to("tasks")),
  ];
}

const tile = (title, value, words, kind = "", href = null) =>
  el("div", { class: `tile ${kind}` }, el("h2", {}, href ? el("a", { href }, title) : title), el("p", { class: "figure" }, value), el("p", { class: "hint" }, words));

const LIGHT = {
  ok: ["good", "✓"],
  findings: ["bad", "✗"],
  unknown: ["none", "?"],
};

function conservation({ state, unaccounted, checked_at: at }, operator) {
  const [kind, sign] = LIGHT[state] ?? LIGHT.unknown;
  const words = state === "unknown" ? "no audit was run from here" : [state === "findings" && !unaccounted ? "unaccounted for, but the audit has findings, " : "traces unaccounted for, ", at && ago(at)];
  return el(
    "div",
    { class: `tile ${kind}` },
    el("h2", {}, "Conservation"),
    el("p", { class: "figure" }, el("span", { class: "lamp", "aria-hidden": "true" }, sign), state === "unknown" ? "–" : number(unaccounted)),
    el("p", { class: "hint" }, words),
    operator && el("button", { type: "button", id: "audit-now", on: { click: audit } }, "Audit now"),
  );
}

async function audit() {
  const asked = await ask({
    title: "Audit all traces",
    text: "A reader of its own goes through the topics and looks for every trace's one outcome. It takes a while; the light changes when it is done.",
    action: "Audit",
    submit: (values, once) => post("conservation", values, { once }),
  });
  if (asked) notice("The audit has begun.");
}

const tenants = (rows) =>
  table({
    caption: "Tenants with most failing traces",
    columns: [
      { head: "tenant", cell: (row) => el("a", { href: to("tenants", row.tenant_id) }, row.tenant_id) },
      { head: "failing", num: true, cell: (row) => number(row.failing) },
      { head: "of", num: true, cell: (row) => number(row.traces) },
      { head: "share", num: true, cell: (row) => share(row.traces ? row.failing / row.traces : NaN) },
    ],
    rows: rows.slice(0, 10),
    small: true,
    none: empty("No trace failed."),
  });

const lag = (rows) =>
  rows.length
    ? table({
        caption: "Records that wait, by lane",
        columns: [
          { head: "lane", cell: ([lane]) => said(lane) },
          { head: "records that wait", num: true, cell: ([, records]) => (records === null ? "nobody can tell" : number(records)) },
        ],
        rows,
        small: true,
      })
    : empty("No lane was heard of.", "assay worker runs them.");

const criticals = (rows) =>
  el("div", { class: "scroll", tabindex: rows.length > 8 ? 0 : null, role: "region", "aria-label": "Recent critical issues" }, table({
    caption: "Critical issues that are not resolved, the newest first",
    columns: [
      { head: "when", cell: (row) => ago(row.detected_at) },
      { head: "issue", wide: true, cell: (row) => el("span", { class: "withshape" }, severity(row.severity), el("a", { href: to("issues", row.fingerprint) }, code(row.code))) },
      { head: "tenant", cell: (row) => row.tenant_id },
      { head: "producer", wide: true, cell: (row) => row.producer || "–" },
      { head: "status", cell: (row) => (row.status ? status(row.status) : "–") },
      { head: "trace", wide: true, cell: (row) => el("a", { href: to("trace", row.source) }, row.source) },
    ],
    rows,
    none: empty("No critical issue is open."),
  }));

