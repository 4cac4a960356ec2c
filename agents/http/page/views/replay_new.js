// Planning a replay: which traces, what would become of them, and then the start.

import { post } from "../api.js";
import { el, refill } from "../dom.js";
import { ask, labelled } from "../parts/ask.js";
import { SEVERITIES } from "../parts/badge.js";
import { values } from "../parts/filters.js";
import { notice } from "../parts/notice.js";
import { plan } from "../parts/plan.js";
import { failed, loading } from "../parts/states.js";
import { section } from "../parts/table.js";
import { to } from "../route.js";
import { count } from "../words.js";

const ORIGINS = [
  { value: "", label: "quarantine and dead letters" },
  { value: "quarantine", label: "quarantine" },
  { value: "dead_letter", label: "dead letters" },
];

export const replayNew = {
  title: () => "Plan a replay",
  load: async () => null,
  draw: (_, { query }) => {
    const shown = el("div", { "aria-live": "polite" });
    const form = el(
      "form",
      { class: "ask", "aria-label": "Which traces" },
      el("p", { class: "hint" }, "Everything that is given must fit. With nothing given, all failing traces are meant."),
      el(
        "div",
        { class: "fields" },
        labelled({ name: "origins", label: "From", options: ORIGINS, value: query.origins ?? "" }),
        labelled({ name: "fingerprint", label: "Issue group", value: query.fingerprint }),
        labelled({ name: "tenant", label: "Tenant", value: query.tenant }),
        labelled({ name: "code", label: "Code", value: query.code }),
        labelled({ name: "severity", label: "Severity", options: [{ value: "", label: "any" }, ...SEVERITIES], value: query.severity ?? "" }),
        labelled({ name: "sources", label: "Traces", value: query.sources, hint: "topic/partition/offset, several apart by blanks" }),
        labelled({ name: "since", label: "Detected since", hint: "2026-11-21T10:00:00Z", value: query.since }),
        labelled({ name: "until", label: "Detected before", hint: "the same form", value: query.until }),
        labelled({ name: "rate_per_s", label: "At most a second", type: "number", value: query.rate_per_s ?? "500" }),
      ),
      el("div", { class: "field check" }, el("input", { type: "checkbox", id: "only-passing", name: "only_passing", value: "yes" }), el("label", { for: "only-passing" }, "Leave where they are what would not pass")),
      el("div", { class: "buttons" }, el("button", { type: "submit", class: "main", id: "plan" }, "Show what would happen")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      planned(requestOf(values(form)), shown);
    });
    return [form, shown];
  },
};

function requestOf({ origins, rate_per_s: rate, only_passing: passing, sources, since, until, ...filter }) {
  const some = { ...filter };
  if (sources) some.sources = sources.split(/[\s,]+/);
  if (since) some.since = nanos(since);
  if (until) some.until = nanos(until);
  return {
    filter: some,
    origins: origins ? [origins] : ["quarantine", "dead_letter"],
    rate_per_s: Number(rate) || 500,
    only_passing: passing === "yes",
  };
}

/** The API takes times with nine digits; people write fewer. */
const nanos = (at) => at.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/, (_, whole, part = "") => `${whole}.${part.padEnd(9, "0")}Z`);

async function planned(request, shown) {
  refill(shown, loading());
  try {
    const found = await post("replays/plan", request);
    const start = el("button", { type: "button", class: "main", id: "start", disabled: !(found.decisions.replay > 0), on: { click: () => begin(request, found) } }, "Start the replay");
    refill(shown, section("What would happen", plan(found), el("div", { class: "buttons" }, start)));
  } catch (error) {
    refill(shown, failed(error));
  }
}

async function begin(request, found) {
  const job = await ask({
    title: "Start the replay",
    text: `${count(found.decisions.replay, "trace")} go through the raw topic and every detector again.`,
    action: "Start",
    submit: ({ reason }, once) => post("replays", { ...request, reason }, { once }),
  });
  if (!job) return;
  notice("The replay is on its way.");
  location.hash = job.answered ? to("replays", job.job) : to("replays");
}

