// A JSON Patch (RFC 6902) as a list that people can read.

import { el } from "../dom.js";
import { write } from "../json.js";
import { said } from "../words.js";
import { table } from "./table.js";
import { empty } from "./states.js";

export const patchTable = (patch, caption = "What is changed") =>
  table({
    caption,
    columns: [
      { head: "what", cell: (row) => said(row.op) },
      { head: "where", wide: true, cell: (row) => [el("code", {}, row.path || "the whole trace"), row.from !== undefined && [" from ", el("code", {}, row.from)]] },
      { head: "becomes", wide: true, cell: (row) => ("value" in row ? el("code", {}, clipped(write(row.value))) : "–") },
    ],
    rows: patch,
    none: empty("Nothing is changed."),
  });

const clipped = (text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
