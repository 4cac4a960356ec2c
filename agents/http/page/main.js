// Everything that the page is, wired together.

import { el, refill } from "./dom.js";
import { Frame } from "./frame.js";
import { leave } from "./key.js";
import { Live } from "./live.js";
import { me, reaches } from "./me.js";
import { route, to } from "./route.js";
import { storedKey } from "./session.js";
import { themeSwitch } from "./theme.js";
import { number } from "./words.js";
import { audit } from "./views/audit.js";
import { contained } from "./views/contained.js";
import { issue } from "./views/issue.js";
import { issues } from "./views/issues.js";
import { nothing } from "./views/nothing.js";
import { overview } from "./views/overview.js";
import { quarantine } from "./views/quarantine.js";
import { replay } from "./views/replay.js";
import { replayNew } from "./views/replay_new.js";
import { replays } from "./views/replays.js";
import { rule } from "./views/rule.js";
import { rules } from "./views/rules.js";
import { task } from "./views/task.js";
import { tasks } from "./views/tasks.js";
import { tenant } from "./views/tenant.js";
import { tenants } from "./views/tenants.js";
import { trace } from "./views/trace.js";

/** What stands in the list of pages, and for whom at least; the view of all, and the view of one. */
const PAGES = [
  { name: "overview", title: "Overview", least: "tenant", many: overview },
  { name: "issues", title: "Issues", least: "tenant", many: issues, one: issue },
  { name: "quarantine", title: "Quarantine", least: "tenant", many: quarantine, one: contained },
  { name: "tasks", title: "Tasks", least: "viewer", many: tasks, one: task },
  { name: "replays", title: "Replays", least: "viewer", many: replays, one: replay },
  { name: "rules", title: "Rules", least: "viewer", many: rules, one: rule },
  { name: "tenants", title: "Tenants", least: "tenant", many: tenants, one: tenant },
  { name: "audit", title: "Audit log", least: "operator", many: audit },
];

function viewOf([first, second]) {
  if (first === "trace" && second) return trace;
  if (first === "replays" && second === "new") return replayNew;
  const { many, one } = PAGES.find(({ name }) => name === first) ?? {};
  return (second ? one : many) ?? nothing;
}

const at = (id) => document.getElementById(id);

function start() {
  const frame = new Frame(at("main"));
  const live = new Live((groups) => frame.live(groups), liveState);
  const show = () => {
    const now = route();
    for (const link of at("pages").querySelectorAll("a")) {
      if (link.dataset.page === now.parts[0]) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    unfold(false);
    frame.show(viewOf(now.parts), now);
  };
  refill(
    at("pages"),
    el("ul", {}, PAGES.map(({ name, title }) => el("li", {}, el("a", { href: to(name), "data-page": name }, title)))),
  );
  at("menu").addEventListener("click", () => unfold(at("menu").getAttribute("aria-expanded") === "false"));
  at("skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("main").focus();
  });
  at("find").addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = to("trace", at("find-what").value.trim());
  });
  addEventListener("hashchange", () => location.hash.startsWith("#/") && show());
  themeSwitch(at("theme"));
  show();
  tellWho();
  live.open();
}

function unfold(open) {
  at("menu").setAttribute("aria-expanded", String(open));
  at("pages").classList.toggle("open", open);
}

async function tellWho() {
  const who = await me();
  if (!who) return;
  for (const { name, least } of PAGES) {
    const link = at("pages").querySelector(`[data-page="${name}"]`);
    link.parentElement.hidden = !reaches(who.role, least);
  }
  if (!storedKey()) return;
  at("who").textContent = `${who.name}: leave`;
  at("who").title = `${who.role}${who.tenant ? ` of tenant ${who.tenant}` : ""}`;
  at("who").hidden = false;
  at("who").addEventListener("click", leave);
}

/** `state` is "on", "waiting" or "off"; `dropped` counts what this browser was too slow for. */
function liveState({ state, dropped }) {
  const words = { on: "Live", waiting: "Reconnecting", off: "Not live" };
  const missed = dropped > 0 ? `, ${number(dropped)} updates left out` : "";
  at("live").className = `live ${state}`;
  at("live").title = { on: "Changes of issue groups arrive as they happen.", waiting: "The connection ended; it is tried again.", off: "Lists show what was so when they were loaded." }[state];
  refill(at("live"), el("span", { class: "dot", "aria-hidden": "true" }), words[state], missed);
}

start();
