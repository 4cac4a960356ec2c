// What a view says when it has nothing to show: it is loading, it is empty, it failed.

import { el } from "../dom.js";
import { said } from "../words.js";

export const loading = () => el("p", { class: "box waiting", role: "status" }, "Loading…");

/** `hint` says what would bring something. */
export const empty = (text, hint = null) =>
  el("div", { class: "box empty" }, el("p", {}, text), hint && el("p", { class: "hint" }, hint));

/** A problem with its remedies; `retry` is called when a person wants it tried again. */
export function failed(problem, retry = null) {
  const remedies = problem.errors.filter((fault) => fault.why || fault.remedy);
  return el(
    "div",
    { class: "box failed", role: "alert" },
    el("p", {}, el("strong", {}, headline(problem)), " ", problem.detail && `${sentence(problem.detail)}`),
    remedies.length > 0 &&
      el(
        "ul",
        {},
        remedies.map((fault) =>
          el(
            "li",
            {},
            fault.key && [el("code", {}, fault.key), " "],
            fault.why && `${sentence(fault.why)} `,
            fault.remedy && el("span", { class: "remedy" }, sentence(fault.remedy)),
          ),
        ),
      ),
    retry && el("button", { type: "button", on: { click: retry } }, "Try again"),
  );
}

const HEADLINES = {
  401: "A key is needed.",
  403: "This key may not do that.",
  404: "It is not there.",
  409: "It was refused.",
  422: "Something in it is wrong.",
  429: "Too many tries.",
  503: "It is not to be had just now.",
};

const headline = (problem) => HEADLINES[problem.status] ?? sentence(said(problem.title || "Something went wrong"));

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
