// What has just happened, said once: shown for a while, and read out by screen readers.

import { el } from "../dom.js";

const SHOWN_MS = 8000;
const MOST = 3;

/** `kind` is "done" or "failed". */
export function notice(text, kind = "done") {
  const box = document.getElementById("notices");
  const line = el("p", { class: `notice ${kind}` }, text);
  box.append(line);
  while (box.children.length > MOST) box.firstElementChild.remove();
  setTimeout(() => line.remove(), SHOWN_MS);
}
