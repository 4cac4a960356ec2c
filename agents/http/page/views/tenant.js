// The quality report of one tenant (S0-167, S0-168), as the tenant gets it.

import { get, getFile, path } from "../api.js";
import { el } from "../dom.js";
import { code, severity } from "../parts/badge.js";
import { notice } from "../parts/notice.js";
import { empty } from "../parts/states.js";
import { facts, section, table } from "../parts/table.js";
import { trend } from "../parts/trend.js";
import { to } from "../route.js";
import { clock, count, number, said } from "../words.js";

const SINCE = { "1h": "last hour", "24h": "last day", "7d": "last week" };
const FORMS = { html: "HTML", pdf: "PDF", markdown: "Markdown", json: "JSON", openlineage: "OpenLineage" };
const ENDINGS = { html: "html", pdf: "pdf", markdown: "md", json: "json", openlineage: "json" };
const MOST_PLACES = 50;
const MOST_ISSUES = 10;

export const tenant = {
  title: ({ parts }) => `Tenant ${parts[1]}`,
  load: ({ named, query, signal }) => get(path("tenants", named, "report"), { query: { format: "json", since: query.since }, signal }),
  draw: (report, { named, query }) => [
    el(
      "div",
      { class: "buttons commands" },
      Object.entries(SINCE).map(([since, words]) => el("a", { class: "button quiet", href: to("tenants", named, { since }), "aria-current": (query.since ?? "24h") === since ? "true" : null }, words)),
      el(
        "div",
        { class: "buttons forms" },
        el("span", { class: "hint" }, "Save as"),
        Object.entries(FORMS).map(([form, words]) => el("button", { type: "button", on: { click: () => save(named, form, query.since) } }, words)),
      ),
    ),
    el("p", { class: "hint" }, `${clock(report.since)} to ${clock(report.until)}`),
    el("div", { class: "tiles" }, tiles(report)),
    section("Trend", report.trend.length ? trend(report.trend) : empty("Nothing was judged.")),
    section("Improvement plan", report.improvement_plan.length ? plan(report) : empty("There is nothing to improve.")),
    section("Common issues", some(report.common_issues, MOST_ISSUES, issues)),
    section("Recommendations", report.recommendations.length ? some(report.recommendations, MOST_ISSUES, recommendations) : empty("None.")),
    section("Worth knowing", report.educational_content.length ? report.educational_content.map(lesson) : empty("Nothing.")),
  ],
};

function tiles(report) {
  const { traces } = report;
  const change = report.quality_score === null || report.score_before === null ? "nothing to compare it with" : `${signed(report.quality_score - report.score_before)} against the time before`;
  return [
    tile("Score of 100", report.quality_score === null ? "–" : report.quality_score.toFixed(1), `${said(report.level)}; ${change}`, report.level === "unknown" ? "none" : report.level),
    tile("Judged", number(traces.judged), "traces"),
    tile("Passed", number(traces.passed), `${number(traces.passed_with_warnings)} with warnings`),
    tile("Failing", number(traces.failing), `${number(traces.remediated)} repaired`),
    tile("Contained", number(traces.quarantined), "in quarantine"),
    tile("For a person", number(traces.dead_lettered), "dead letters"),
  ];
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

const tile = (title, value, words, kind = "") =>
  el("div", { class: `tile ${kind}` }, el("h2", {}, title), el("p", { class: "figure" }, value), el("p", { class: "hint" }, words));

const ISSUES = [
  { head: "severity", cell: (row) => severity(row.severity) },
  { head: "problem", wide: true, cell: (row) => [el("a", { href: to("issues", row.fingerprint) }, code(row.code)), el("div", { class: "hint place" }, row.path || "the whole trace", ` of ${row.subject}`), el("div", {}, row.meaning)] },
  { head: "traces", num: true, cell: (row) => number(row.traces) },
  { head: "before", num: true, cell: (row) => number(row.traces_before) },
  { head: "from", wide: true, cell: (row) => (row.producers.length ? `${row.producers[0].name} ${row.producers[0].version}${row.producers.length > 1 ? ` and ${row.producers.length - 1} more` : ""}` : "–") },
  { head: "evidence", wide: true, cell: evidence },
];

/** The first ones, and all others behind a word. */
const some = (rows, most, shown) => [shown(rows.slice(0, most)), rows.length > most && el("details", { class: "more" }, el("summary", {}, `${number(rows.length - most)} more`), shown(rows.slice(most)))];

const issues = (rows) => table({ caption: "Problems with their evidence, the worst first", columns: ISSUES, rows, none: empty("No problem was found in this time.") });

const recommendations = (rows) => el("ul", {}, rows.map((each) => el("li", {}, each.text, el("span", { class: "hint" }, ` ${count(each.traces, "trace")}`))));

/** Every trace; as runs of offsets, of which the first have links. */
function evidence(row) {
  const runs = row.evidence.flatMap(({ topic, partition, offsets }) => offsets.map(([first, last]) => ({ first: `${topic}/${partition}/${first}`, last: last === first ? "" : ` to ${last}` })));
  return el(
    "details",
    {},
    el("summary", {}, count(row.traces, "trace")),
    el("ul", { class: "plain" }, runs.slice(0, MOST_PLACES).map((run) => el("li", {}, el("a", { href: to("trace", run.first) }, run.first), run.last))),
    runs.length > MOST_PLACES && el("p", { class: "hint" }, `and ${number(runs.length - MOST_PLACES)} more places: the saved report has all`),
  );
}

const plan = (report) =>
  el(
    "ol",
    { class: "ways" },
    report.improvement_plan.map((step) => el("li", {}, step.action, " ", code(step.code), step.path && [" at ", el("code", {}, step.path)], el("span", { class: "hint" }, ` ${count(step.traces, "trace")}; then the score is ${step.score_after.toFixed(1)}`))),
  );

const lesson = (each) =>
  el("details", { class: "box" }, el("summary", {}, each.title), el("p", {}, each.why), el("ul", {}, each.practices.map((practice) => el("li", {}, practice))), each.read && el("p", { class: "hint" }, `Read on: ${each.read}`));

async function save(named, form, since) {
  try {
    const { blob } = await getFile(path("tenants", named, "report"), { format: form, since });
    const url = URL.createObjectURL(blob);
    el("a", { href: url, download: `quality-${named.replace(/[^\w.-]/g, "_")}.${ENDINGS[form]}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    notice(`The report could not be saved: ${error.message}`, "failed");
  }
}
