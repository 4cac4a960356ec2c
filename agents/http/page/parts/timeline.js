// What happened, the newest first.

import { el } from "../dom.js";
import { when } from "../words.js";
import { empty } from "./states.js";

/** `rows`: `{ at, who, what, why }`. */
export const timeline = (rows) =>
  rows.length === 0
    ? empty("Nothing happened yet.")
    : el(
        "ol",
        { class: "timeline" },
        rows.map((row) => el("li", {}, when(row.at), el("div", {}, el("strong", {}, row.who), " ", row.what, row.why && el("p", { class: "hint" }, row.why)))),
      );
