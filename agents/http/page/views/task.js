// One task: what to do, who does it, the editor, and the end of it.

import { get, path, post } from "../api.js";
import { el } from "../dom.js";
import { me, may } from "../me.js";
import { ask } from "../parts/ask.js";
import { severity, status } from "../parts/badge.js";
import { editor } from "../parts/editor.js";
import { markdown } from "../parts/markdown.js";
import { notice } from "../parts/notice.js";
import { plan } from "../parts/plan.js";
import { failed, loading } from "../parts/states.js";
import { facts, section } from "../parts/table.js";
import { timeline } from "../parts/timeline.js";
import { to } from "../route.js";
import { ago, count, said } from "../words.js";

export const task = {
  title: ({ parts }) => `Task of ${parts[1]}`,
  heading: ({ task: one }) => [`${one.priority} `, severity(one.severity), ` ${said(one.task_type)}`],
  load: async ({ named, signal }) => {
    const [one, operator, approver, who] = await Promise.all([get(path("tasks", named), { signal }), may("operator"), may("approver"), me()]);
    return { task: one, operator, approver, who };
  },
  draw,
};

function draw({ task: one, operator, approver, who }, { reload }) {
  const open = one.status !== "completed";
  return [
    operator && el("div", { class: "buttons commands" }, open && button("Take", () => take(one, who, reload)), button("Add a note", () => note(one, reload))),
    facts([
      ["Task", one.task_id],
      ["Status", [status(one.status), ` with ${said(one.assigned_to) || "nobody"}`]],
      ["Covers", count(one.dead_letters, "dead letter")],
      ["Tenant", one.tenant_id],
      ["Subject", one.subject],
      ["Team", said(one.team)],
      ["Since", ago(one.created_at)],
      ["Episode", one.episode],
      ["Issue group", el("a", { href: to("issues", one.fingerprint) }, one.fingerprint)],
      ["For example", one.sources[0] && el("a", { href: to("trace", one.sources[0]) }, one.sources[0])],
      ["Edit", one.edit && (one.edit.rule ? `the rule ${one.edit.rule}` : "a patch, kept sealed")],
      ["Replay", one.replay_job && el("a", { href: to("replays", one.replay_job) }, one.replay_job)],
    ]),
    operator && open && section("Put it right", editor(one, reload)),
    operator && open && section("Complete", ending(one, approver, reload)),
    section("Instructions", markdown(one.instructions)),
    section("Notes", timeline(one.notes.map((each) => ({ at: each.at, who: each.actor, what: each.text, why: "" })).reverse())),
    section("What happened", timeline(one.history.map(happened).reverse())),
  ];
}

const button = (label, click, id = `do-${label.toLowerCase().replaceAll(" ", "-")}`) => el("button", { type: "button", id, on: { click } }, label);

const happened = (each) => ({
  at: each.at,
  who: said(each.actor),
  what: each.refused ? `${said(each.happening)} was refused: ${said(each.refused)}` : [`${said(each.happening)}: `, status(each.became)],
  why: each.reason,
});

async function take(one, who, done) {
  const told = await ask({
    title: "Take this task",
    fields: [{ name: "assignee", label: "Who works on it", value: who?.name ?? "", hint: "Empty: you." }],
    action: "Take",
    submit: ({ assignee, reason }, once) => post(path("tasks", one.fingerprint, "take"), assignee ? { assignee, reason } : { reason }, { once }),
  });
  if (told) finished(done, "The task is taken.", told);
}

async function note(one, done) {
  const told = await ask({
    title: "Add a note",
    fields: [{ name: "text", label: "Note", long: true, required: true, hint: "Everybody who sees the task reads it. No values of traces." }],
    action: "Add",
    submit: (values, once) => post(path("tasks", one.fingerprint, "note"), values, { once }),
  });
  if (told) finished(done, "The note is kept.", told);
}

function finished(done, words, told) {
  notice(told.answered === false ? `${words} The agent has not answered yet.` : words);
  done();
}

function ending(one, approver, done) {
  const shown = el("div", { "aria-live": "polite" });
  const look = button("Try it without doing it", async () => {
    look.disabled = true;
    await tried(shown, () => post(path("tasks", one.fingerprint, "complete"), { dry_run: true, reason: "dry run from the page" }));
    look.disabled = false;
  }, "complete-try");
  const act = button("Complete and replay", () => complete(one, done), "complete-do");
  act.classList.add("main");
  return [
    el("p", { class: "hint" }, one.edit ? "The edit above is applied to each dead letter; those that then pass go through the raw topic again." : "No edit is kept: dead letters that pass as they are, by the bundle in use, go through the raw topic again."),
    el("div", { class: "buttons" }, look, approver && act, !approver && el("span", { class: "hint" }, "An approver completes it.")),
    shown,
  ];
}

async function tried(shown, work) {
  shown.replaceChildren(loading());
  try {
    const answer = await work();
    shown.replaceChildren(el("div", { class: "result" }, plan(answer.plan)));
  } catch (error) {
    shown.replaceChildren(failed(error));
  }
}

async function complete(one, done) {
  const told = await ask({
    title: "Complete and replay",
    text: `${count(one.dead_letters, "dead letter")} are looked at; those that pass are replayed, the others stay where they are.`,
    action: "Complete",
    submit: (values, once) => post(path("tasks", one.fingerprint, "complete"), { ...values, dry_run: false }, { once }),
  });
  if (told) finished(done, "The task is completed.", told);
}
