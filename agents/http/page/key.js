// Asking for a key, once however many requests were refused at the same time.

import { el } from "./dom.js";
import { storeKey } from "./session.js";

let asking = null;

/** Resolves to whether a key was given. `refused` is the key that was not good, if there was one. */
export function askForKey(problem, refused) {
  asking ??= dialog(problem, refused).finally(() => {
    asking = null;
  });
  return asking;
}

/** Forgets the key and starts anew. */
export function leave() {
  storeKey("");
  location.reload();
}

function dialog(problem, refused) {
  return new Promise((resolve) => {
    const input = el("input", {
      id: "key",
      name: "key",
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      required: true,
      maxlength: 512,
      pattern: "\\s*[!-~]+\\s*",
      title: "Letters, digits and signs, without a blank",
      "aria-describedby": "key-why",
    });
    const form = el(
      "form",
      {},
      el("h2", { id: "key-title" }, "A key is needed"),
      el("p", { id: "key-why" }, refused ? `The key was refused: ${problem.detail || "it is not good"}.` : "This API answers who has a key. It stays in this tab and is forgotten with it."),
      el("label", { for: "key" }, "Key"),
      input,
      el("p", { class: "hint" }, "An administrator makes one with ", el("code", {}, "assay keys create"), "."),
      el(
        "div",
        { class: "buttons" },
        el("button", { type: "submit", class: "main" }, "Use it"),
        el("button", { type: "button", on: { click: () => box.close() } }, "Not now"),
      ),
    );
    const box = el("dialog", { "aria-labelledby": "key-title" }, form);
    let given = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      given = input.value.trim() !== "";
      if (given) storeKey(input.value.trim());
      box.close();
    });
    box.addEventListener("close", () => {
      box.remove();
      resolve(given);
    });
    document.body.append(box);
    box.showModal();
  });
}
