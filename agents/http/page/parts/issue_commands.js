// What a person may do with a problem, in the status that it has (S0-60). The API has the last word.

import { path, post } from "../api.js";
import { el } from "../dom.js";
import { said } from "../words.js";
import { ask } from "./ask.js";
import { notice } from "./notice.js";

const OPEN = ["detected", "triaged", "in_progress"];

/** Command → how it is offered, when, and what is asked. */
const COMMANDS = {
  acknowledge: { label: "Acknowledge", from: OPEN, text: "You take care of it: nobody else is called any more.", done: "You take care of it now." },
  triage: { label: "Triage", from: ["detected"], text: "Somebody has looked, and it is a problem." },
  assign: { label: "Assign", from: OPEN, text: "Work on it begins.", fields: [{ name: "assignee", label: "To whom", required: true }] },
  resolve: {
    label: "Resolve",
    from: OPEN,
    text: "The cause is gone. A later trace with the problem opens it again.",
    fields: [{ name: "notes", label: "What was done", long: true, optional: true }],
  },
  ignore: { label: "Ignore", from: OPEN, text: "Nothing will be done, until it becomes worse." },
  reopen: { label: "Reopen", from: ["resolved", "ignored"], text: "It begins anew." },
};

/** A row of buttons; `done` is called after one has done something. */
export const commands = (group, done) =>
  el(
    "div",
    { class: "buttons commands" },
    Object.entries(COMMANDS)
      .filter(([name, { from }]) => from.includes(group.status) && !(name === "acknowledge" && group.acknowledged))
      .map(([name, command]) =>
        el("button", { type: "button", id: `do-${name}`, on: { click: () => carryOut(group, name, command, done) } }, command.label),
      ),
  );

async function carryOut(group, name, { label, text, fields, done: words }, done) {
  const told = await ask({
    title: `${label}: ${group.code}`,
    text,
    fields,
    action: label,
    submit: (values, once) => post(path("issues", group.fingerprint, name), given(values), { once }),
  });
  if (!told) return;
  notice(told.answered === false ? `${label} is noted; the issues agent has not answered yet.` : words ?? `Done: it is ${said(told.status ?? group.status)}.`);
  done();
}

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
