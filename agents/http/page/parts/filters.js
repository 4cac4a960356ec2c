// What a list shows: a form whose answers stand in the address, so that a list can be sent to somebody.

import { el } from "../dom.js";
import { to } from "../route.js";
import { said } from "../words.js";

/** `fields`: `{ name, label, options }` for a choice, `{ name, label, hint }` for a text. */
export function filters(where, fields, query) {
  const form = el(
    "form",
    { class: "filters", "aria-label": "What is shown" },
    fields.map((field) => el("div", { class: "field" }, el("label", { for: `by-${field.name}` }, field.label), input(field, query[field.name] ?? ""))),
    el("div", { class: "buttons" }, el("button", { type: "submit" }, "Show"), Object.keys(query).length > 0 && el("a", { class: "button quiet", href: to(...where) }, "Show all")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = to(...where, values(form));
  });
  return form;
}

/** What a form says, without what is empty. */
export const values = (form) =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value));

function input(field, value) {
  const common = { id: `by-${field.name}`, name: field.name };
  if (!field.options) return el("input", { ...common, value, placeholder: field.hint, autocomplete: "off", spellcheck: "false", maxlength: 512 });
  const options = field.options.includes(value) || !value ? field.options : [...field.options, value];
  const select = el("select", common, el("option", { value: "" }, field.any ?? "any"), options.map((option) => el("option", { value: option }, said(option))));
  select.value = value;
  return select;
}
