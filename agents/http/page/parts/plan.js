// What a replay would do, before it does it.

import { el } from "../dom.js";
import { to } from "../route.js";
import { count, number, said } from "../words.js";
import { outcome } from "./badge.js";
import { bars } from "./bars.js";
import { empty } from "./states.js";
import { facts, table } from "./table.js";

export const DECISIONS = {
  replay: "replayed",
  not_current: "left: a later try was made",
  hop_limit: "left: came back too often",
  expired: "left: too old",
  worker_crash: "left: ended worker processes",
  no_payload: "left: bytes were not kept",
  key_destroyed: "left: the tenant's key is gone",
  other_topic: "left: from another topic",
  too_large: "left: would not fit the raw topic",
  edit_failed: "left: the edit does not apply",
  would_fail: "left: would not pass",
  other_schema: "left: of another schema",
};

/** `{ found, decisions, predicted, codes, examples }` */
export function plan({ found, decisions, predicted, codes, examples }) {
  if (!found) return empty("No failing trace matches.", "Nothing would be replayed.");
  const codesLeft = Object.entries(codes ?? {});
  return [
    facts([
      ["Found", count(found, "failing trace")],
      ["Would be replayed", number(decisions.replay ?? 0)],
    ]),
    el("h3", {}, "What would become of each"),
    bars("Decisions", Object.entries(decisions).map(([word, value]) => ({ label: DECISIONS[word] ?? said(word), value, kind: word === "replay" ? "fill-accent" : "fill-low" })), { of: found }),
    Object.keys(predicted ?? {}).length > 0 && [
      el("h3", {}, "Predicted by the bundle in use"),
      table({
        caption: "Predicted outcomes",
        columns: [
          { head: "outcome", cell: ([word]) => (word === "remediate" ? "rules would be tried" : outcome(word)) },
          { head: "traces", num: true, cell: ([, value]) => number(value) },
          { head: "for example", wide: true, cell: ([word]) => (examples?.[word] ?? []).slice(0, 2).map((source) => [el("a", { href: to("trace", source) }, source), " "]) },
        ],
        rows: Object.entries(predicted),
      }),
    ],
    codesLeft.length > 0 && [
      el("h3", {}, "What would still block"),
      bars("Codes left", codesLeft.slice(0, 10).map(([label, value]) => ({ label, value, kind: "fill-high" })), { of: found }),
    ],
  ];
}
