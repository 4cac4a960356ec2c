// One contained trace: what is known of it, opening it, releasing it.

import { get, pathOf, post } from "../api.js";
import { el, refill } from "../dom.js";
import { may } from "../me.js";
import { ask } from "../parts/ask.js";
import { code, severity } from "../parts/badge.js";
import { notice } from "../parts/notice.js";
import { opened } from "../parts/opened.js";
import { facts, section } from "../parts/table.js";
import { to } from "../route.js";
import { ago, bytes, number, said, when } from "../words.js";

export const contained = {
  title: () => "Contained trace",
  load: async ({ named, signal }) => {
    const [trace, operator] = await Promise.all([get(pathOf("quarantine", named), { signal }), may("operator")]);
    return { trace, operator };
  },
  draw: ({ trace, operator }, { named }) => {
    const content = el("div", {});
    return [
      operator &&
        el(
          "div",
          { class: "buttons commands" },
          el("button", { type: "button", on: { click: () => release(named) } }, "Release"),
          el("button", { type: "button", on: { click: () => open(named, content) } }, "Open"),
        ),
      facts([
        ["Trace", trace.trace_id],
        ["Severity", severity(trace.severity)],
        ["Issues", [trace.codes.map((each) => [code(each), " "]), `${number(trace.issues)} in all`]],
        ["Why contained", said(trace.reason)],
        ["Tenant", trace.tenant],
        ["Subject", `${trace.subject} ${trace.schema_version}`],
        ["Producer", `${trace.producer} ${trace.producer_version}`],
        ["Team", said(trace.team)],
        ["Detected", trace.detected_at && ago(trace.detected_at)],
        ["Contained", ago(trace.contained_at)],
        ["Leaves", when(trace.expires_at)],
        ["Issue group", trace.fingerprint !== "none" && el("a", { href: to("issues", trace.fingerprint) }, trace.fingerprint)],
        ["Story", el("a", { href: to("trace", trace.origin) }, trace.origin)],
        ["Try", trace.attempt],
        ["Size", `${bytes(trace.bytes)}, sealed`],
        ["Bundle", el("code", {}, trace.bundle)],
      ]),
      content,
    ];
  },
};

async function release(named) {
  const job = await ask({
    title: "Release this trace",
    text: "It goes through the raw topic and every detector again, like live traffic. What still fails is contained again.",
    action: "Release",
    submit: (values, once) => post(pathOf("quarantine", named, "release"), values, { once }),
  });
  if (!job) return;
  notice("The release is on its way.");
  location.hash = job.answered ? to("replays", job.job) : to("replays");
}

async function open(named, content) {
  const found = await ask({
    title: "Open this trace",
    text: "Its content is shown to you. That you opened it, and why, stands in the audit log.",
    action: "Open",
    submit: (values, once) => post(pathOf("quarantine", named, "open"), values, { once }),
  });
  if (found) refill(content, section("Content", opened(found)));
}
