// A question before something is done: what, and why. The reason goes into the audit log.

import { newName } from "../api.js";
import { append, el, refill } from "../dom.js";
import { Problem } from "../problem.js";
import { failed } from "./states.js";

const REASON = { name: "reason", label: "Reason", hint: "Why: kept in the audit log. No values of traces.", required: true };

/**
 * Opens a dialog. `submit(values, once)` does it, and may raise `Problem`: that is shown, and the dialog stays.
 * Resolves to what `submit` gave; to null when the person left.
 */
export function ask({ title, text = null, fields = [], action, submit }) {
  return new Promise((resolve) => {
    const once = newName();
    const trouble = el("div", {});
    const send = el("button", { type: "submit", class: "main" }, action);
    const all = [...fields, REASON];
    const form = el(
      "form",
      {},
      el("h2", { id: "ask-title" }, title),
      text && el("p", {}, text),
      all.map(labelled),
      trouble,
      el("div", { class: "buttons" }, send, el("button", { type: "button", on: { click: () => box.close() } }, "Leave it")),
    );
    const box = el("dialog", { "aria-labelledby": "ask-title" }, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (send.disabled) return;
      send.disabled = true;
      refill(trouble, el("p", { class: "hint", role: "status" }, "Working…"));
      try {
        answer = (await submit(Object.fromEntries(all.map(({ name }) => [name, form.elements[name].value.trim()])), once)) ?? true;
        box.close();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refill(trouble, failed(error));
        send.disabled = false;
      }
    });
    box.addEventListener("close", () => {
      box.remove();
      resolve(answer);
    });
    document.body.append(box);
    box.showModal();
  });
}

/** A field with its label and its hint. */
export function labelled(field) {
  const id = `ask-${field.name}`;
  const common = { id, name: field.name, required: field.required, "aria-describedby": field.hint ? `${id}-hint` : null };
  const box = el("div", { class: "field" }, el("label", { for: id }, field.label, field.optional && el("span", { class: "hint" }, " (optional)")));
  let input;
  if (field.options) {
    input = el("select", common, field.options.map((option) => el("option", { value: option.value ?? option }, option.label ?? option)));
    input.value = field.value ?? field.options[0]?.value ?? field.options[0] ?? "";
  } else if (field.long) {
    input = el("textarea", { ...common, rows: 3, maxlength: 2000, value: field.value ?? "" });
  } else {
    input = el("input", { ...common, type: field.type ?? "text", value: field.value ?? "", autocomplete: "off", maxlength: 500 });
  }
  append(box, [input, field.hint && el("p", { class: "hint", id: `${id}-hint` }, field.hint)]);
  return box;
}
