// One replay: how far it is, what it did, and holding it.

import { get, path, post } from "../api.js";
import { el } from "../dom.js";
import { may } from "../me.js";
import { ask } from "../parts/ask.js";
import { status } from "../parts/badge.js";
import { bar, bars } from "../parts/bars.js";
import { notice } from "../parts/notice.js";
import { DECISIONS } from "../parts/plan.js";
import { empty } from "../parts/states.js";
import { facts, section } from "../parts/table.js";
import { to } from "../route.js";
import { ago, number, said, share } from "../words.js";
import { ACTIVE, progress } from "./replays.js";

const COMMANDS = {
  pause: { label: "Pause", from: ["running"], text: "It stops where it is, and can go on from there." },
  resume: { label: "Resume", from: ["paused"], text: "It goes on." },
  cancel: { label: "Cancel", from: ACTIVE, text: "It ends. What was replayed stays replayed." },
};

export const replay = {
  title: ({ parts }) => `Replay ${parts[1]}`,
  heading: ({ job }) => [`Replay ${job.job} `, status(job.status)],
  load: async ({ named, signal }) => {
    const [job, operator] = await Promise.all([get(path("replays", named), { signal }), may("operator")]);
    return { job, operator };
  },
  draw,
  everyS: ({ job }) => (ACTIVE.includes(job.status) ? 1 : 0),
};

function draw({ job, operator }, { reload }) {
  const sum = Object.values(job.done).reduce((total, value) => total + value, 0);
  const { filter = {}, origins = [] } = job.request;
  return [
    operator && el("div", { class: "buttons commands" }, Object.entries(COMMANDS).filter(([, { from }]) => from.includes(job.status)).map(([name, command]) => el("button", { type: "button", id: `do-${name}`, on: { click: () => carryOut(job, name, command, reload) } }, command.label))),
    el("div", { class: "progress", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(progress(job) * 100) }, bar(progress(job), "fill-accent"), el("span", {}, `${share(progress(job))}, ${number(job.remaining)} left`)),
    facts([
      ["Replayed", number(job.done.replay ?? 0)],
      ["Asked for by", job.actor],
      ["Why", job.reason],
      ["What it said", job.why],
      ["From", origins.map(said).join(" and ")],
      ["Which", Object.keys(filter).length ? el("ul", { class: "plain" }, Object.entries(filter).map(([name, value]) => el("li", {}, `${said(name)} `, valueOf(name, value)))) : "all"],
      ["At most", job.request.rate_per_s && `${number(job.request.rate_per_s)} a second`],
      ["Edit", job.request.edit && (job.request.edit.rule ? `the rule ${job.request.edit.rule}` : "a patch, kept sealed")],
      ["Began", ago(job.started_at)],
      ["Changed", ago(job.updated_at)],
    ]),
    section("What became of each", sum ? bars("Decisions", Object.entries(job.done).filter(([, value]) => value).map(([word, value]) => ({ label: DECISIONS[word] ?? said(word), value, kind: word === "replay" ? "fill-accent" : "fill-low" })), { of: sum }) : empty("Nothing yet.")),
    filter.sources?.length > 0 && el("p", {}, "How it ended is in the story of each trace, such as ", el("a", { href: to("trace", filter.sources[0]) }, filter.sources[0]), "."),
    filter.fingerprint && el("p", {}, "What is still wrong is in the ", el("a", { href: to("issues", filter.fingerprint) }, "issue group"), "."),
  ];
}

function valueOf(name, value) {
  if (name === "fingerprint") return el("a", { href: to("issues", value) }, value);
  if (Array.isArray(value)) return [value.slice(0, 5).map((source) => [el("a", { href: to("trace", source) }, source), " "]), value.length > 5 && `and ${value.length - 5} more`];
  return el("code", {}, value);
}

async function carryOut(job, name, { label, text }, done) {
  const told = await ask({ title: `${label} ${job.job}`, text, action: label, submit: (values, once) => post(path("replays", job.job, name), values, { once }) });
  if (!told) return;
  notice(`${label}: the replay agent was told.`);
  done();
}
