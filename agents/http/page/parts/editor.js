// Changing what a task's traces hold: open one, change it or take a proposal, see the difference and the verdict, then keep it.
// Nothing can be kept that was not checked as it stands.

import { path, post } from "../api.js";
import { el, refill } from "../dom.js";
import { canKeepNumbers, parse, patchBetween, pretty, write } from "../json.js";
import { ask } from "./ask.js";
import { difference } from "./lines.js";
import { issueList, verdicts } from "./issue_list.js";
import { notice } from "./notice.js";
import { patchTable } from "./patch.js";
import { plan } from "./plan.js";
import { empty, failed, loading } from "./states.js";

/** `done` is called when an edit was kept. */
export function editor(task, done) {
  const box = el("div", { class: "editor" });
  refill(
    box,
    el("p", { class: "hint" }, "Opens the first dead letter that is still to be dealt with. That you opened it, and why, stands in the audit log."),
    el("button", { type: "button", id: "edit-open", on: { click: () => open(task, box, done) } }, "Open a trace of it"),
  );
  return box;
}

async function open(task, box, done) {
  const looked = await ask({
    title: "Open a trace of this task",
    text: "Its content is shown to you, with what the remediation rules propose.",
    action: "Open",
    submit: ({ reason }, once) => post(path("tasks", task.fingerprint, "edit"), { reason }, { once }),
  });
  if (looked) new Sheet(task, looked.before, done).fill(box);
}

class Sheet {
  #task;
  #looked;
  #done;
  #before;
  #text;
  #result = el("div", { "aria-live": "polite" });
  #keep;
  #checked = null;

  constructor(task, looked, done) {
    this.#task = task;
    this.#looked = looked;
    this.#done = done;
  }

  fill(box) {
    const { source, value, issues, proposals } = this.#looked;
    const readable = this.#read(value);
    this.#text = el("textarea", { id: "edit-text", rows: 22, spellcheck: "false", class: "content", value: pretty(value), "aria-describedby": "edit-hint", on: { input: () => this.#unchecked() } });
    this.#keep = el("button", { type: "button", id: "edit-keep", class: "main", disabled: true, on: { click: () => this.#save() } }, "Keep this edit");
    refill(
      box,
      el("p", {}, "Trace ", el("code", {}, source)),
      issueList("Issues of this trace", issues),
      readable
        ? [
            el("label", { for: "edit-text" }, "The trace"),
            el("p", { class: "hint", id: "edit-hint" }, "Change it here. Only the difference is kept, as a patch for all dead letters of the task."),
            this.#text,
            el(
              "div",
              { class: "buttons" },
              el("button", { type: "button", id: "edit-check", on: { click: () => this.#check({ patch: null }) } }, "Check"),
              el("button", { type: "button", on: { click: () => this.#back(value) } }, "Start over"),
              proposals.map((one) => el("button", { type: "button", on: { click: () => this.#check({ rule: one.rule.split("@")[0], patch: one.patch }) } }, `Check the rule ${one.rule.split("@")[0]}`)),
            ),
          ]
        : [el("pre", { class: "content", tabindex: "0", "aria-label": "The value of the trace" }, value), empty(canKeepNumbers ? "This is not JSON, so no patch can be made of it." : "This browser cannot keep JSON's numbers exactly, so nothing is edited in it.", "The command assay tasks edit takes a patch.")],
      this.#result,
      readable && el("div", { class: "buttons" }, this.#keep),
    );
    (readable ? this.#text : box).focus();
  }

  #read(value) {
    if (!canKeepNumbers) return false;
    try {
      this.#before = parse(value);
      return true;
    } catch {
      return false;
    }
  }

  #back(value) {
    this.#text.value = pretty(value);
    this.#unchecked();
  }

  #unchecked() {
    this.#checked = null;
    this.#keep.disabled = true;
  }

  async #check({ rule = "", patch }) {
    this.#unchecked();
    try {
      const operations = patch ?? patchBetween(this.#before, parse(this.#text.value));
      if (operations.length === 0) {
        refill(this.#result, empty("Nothing is changed yet."));
        return;
      }
      const wanted = rule ? { rule } : { patch: operations };
      refill(this.#result, loading());
      const found = await this.#send({ ...wanted, reason: "checked on the page", dry_run: true });
      this.#show(operations, rule, found);
      this.#checked = wanted;
      this.#keep.disabled = !(found.plan.decisions.replay > 0);
    } catch (error) {
      refill(this.#result, failed(error instanceof SyntaxError ? { errors: [], title: "It is not JSON", detail: error.message } : error));
    }
  }

  #show(operations, rule, { before, after, plan: outlook }) {
    refill(
      this.#result,
      el(
        "div",
        { class: "result" },
        el("h3", {}, rule ? `What the rule ${rule} does` : "What changes"),
        after && difference(pretty(before.value), pretty(after.value)),
        el("h3", {}, "As a patch, for every dead letter of the task"),
        patchTable(operations),
        verdicts(before.issues, after?.issues),
        el("h3", {}, "On all dead letters of the task"),
        plan(outlook),
      ),
    );
  }

  async #save() {
    const wanted = this.#checked;
    const kept = await ask({
      title: "Keep this edit",
      text: "It is kept with the task, sealed. Completing the task applies it to each dead letter.",
      action: "Keep",
      submit: ({ reason }, once) => this.#send({ ...wanted, reason, dry_run: false }, once),
    });
    if (!kept) return;
    notice("The edit is kept with the task.");
    this.#done();
  }

  #send(body, once) {
    // Written here, not by the caller: numbers of a patch keep their digits.
    return post(path("tasks", this.#task.fingerprint, "edit"), write(body), once ? { once } : {});
  }
}
