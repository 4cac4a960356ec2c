// Replays: what was sent through every check again.

import { get } from "../api.js";
import { el } from "../dom.js";
import { may } from "../me.js";
import { status } from "../parts/badge.js";
import { bar } from "../parts/bars.js";
import { pager } from "../parts/pager.js";
import { empty } from "../parts/states.js";
import { table } from "../parts/table.js";
import { to } from "../route.js";
import { ago, number, share } from "../words.js";

export const ACTIVE = ["awaiting", "running", "paused"];

export const replays = {
  title: () => "Replays",
  load: async ({ query, signal }) => {
    const [list, operator] = await Promise.all([get("replays", { query, signal }), may("operator")]);
    return { ...list, operator };
  },
  draw: ({ items, next_cursor: next, operator }, { query }) => [
    operator && el("p", {}, el("a", { class: "button main", href: to("replays", "new") }, "Plan a replay")),
    table({ caption: "Replay jobs, the newest first", columns: COLUMNS, rows: items, none: empty("Nothing was replayed yet.", "A replay sends failing traces through the raw topic and every detector again.") }),
    pager(["replays"], query, next, items.length),
  ],
  everyS: ({ items }) => (items.some((job) => ACTIVE.includes(job.status)) ? 2 : 30),
};

/** How much of a job is behind it, as a share of one. */
export function progress(job) {
  const done = Object.values(job.done).reduce((sum, value) => sum + value, 0);
  return done + job.remaining ? done / (done + job.remaining) : job.status === "succeeded" ? 1 : 0;
}

const COLUMNS = [
  { head: "job", cell: (row) => el("a", { href: to("replays", row.job) }, row.job) },
  { head: "status", cell: (row) => status(row.status) },
  { head: "progress", wide: true, cell: (row) => el("div", { class: "withbar" }, bar(progress(row), "fill-accent"), share(progress(row))) },
  { head: "replayed", num: true, cell: (row) => number(row.done.replay ?? 0) },
  { head: "left", num: true, cell: (row) => number(row.remaining) },
  { head: "began", cell: (row) => ago(row.started_at) },
  { head: "by", cell: (row) => row.actor },
  { head: "why", wide: true, cell: (row) => row.why || row.reason },
];
