// Two texts, line by line: what went, what came, and a little of what stayed around it.

import { el } from "../dom.js";

const AROUND = 3;
const MOST = 3000;

/** Lines with a sign before each, so that colour only repeats what the sign says. */
export function difference(before, after, says = "What changes") {
  const rows = compared(before.split("\n"), after.split("\n"));
  const near = rows.map((_, index) => rows.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(([sign]) => sign !== " "));
  const shown = [];
  for (const [index, [sign, text]] of rows.entries()) {
    if (near[index]) shown.push(line(sign, text));
    else if (near[index - 1] || index === 0) shown.push(line("…", ""));
  }
  return el("pre", { class: "difference", tabindex: "0", "aria-label": says }, rows.some(([sign]) => sign !== " ") ? shown : "Nothing changes.");
}

const KINDS = { "+": "came", "-": "went" };
const SAID = { "+": "new: ", "-": "gone: " };

const line = (sign, text) =>
  el("span", { class: `line ${KINDS[sign] ?? ""}` }, el("span", { class: "sign", "aria-hidden": "true" }, sign), SAID[sign] && el("span", { class: "unseen" }, SAID[sign]), text, "\n");

/** The longest common part by the plain table; beyond a size, everything between equal ends is said to have changed. */
function compared(before, after) {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const stayed = (lines) => lines.map((text) => [" ", text]);
  const middle = between(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...stayed(before.slice(0, head)), ...middle, ...stayed(tail ? before.slice(-tail) : [])];
}

function between(before, after) {
  if (before.length * after.length > MOST * MOST) return [...before.map((text) => ["-", text]), ...after.map((text) => ["+", text])];
  const width = after.length + 1;
  const longest = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        before[i] === after[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const rows = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      rows.push([" ", before[i]]);
      i += 1;
      j += 1;
    } else if (j >= after.length || (i < before.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      rows.push(["-", before[i]]);
      i += 1;
    } else {
      rows.push(["+", after[j]]);
      j += 1;
    }
  }
  return rows;
}
