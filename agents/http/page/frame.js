// One view at a time: it loads, draws, and is drawn anew when time or news ask for it.
//
// A view is `{ title(route), load(ctx), draw(data, ctx), everyS, live(groups, data, ctx) }`. `load` gets data or raises `Problem`;
// `draw` gives nodes; `everyS(data)` says after how many seconds to load again; `live` says whether news concern it.

import { el, refill } from "./dom.js";
import { Problem } from "./problem.js";
import { failed, loading } from "./parts/states.js";

const SOON_MS = 150;
const NEWS_MS = 2000;

export class Frame {
  #main;
  #now = null;

  constructor(main) {
    this.#main = main;
  }

  /** Shows a view. What the one before still waited for is given up. */
  async show(view, route) {
    const first = this.#now === null;
    this.#now?.end();
    const stay = new Stay(view, route, this.#main);
    this.#now = stay;
    await stay.begin(first);
  }

  /** News of issue groups have come. */
  live(groups) {
    this.#now?.news(groups);
  }
}

class Stay {
  #view;
  #main;
  #ctx;
  #ended = new AbortController();
  #heading;
  #body = el("div", { class: "body" });
  #data = null;
  #timer = 0;
  #newsTimer = 0;
  #busy = false;
  #again = false;

  constructor(view, route, main) {
    this.#view = view;
    this.#main = main;
    this.#ctx = { route, query: route.query, named: route.parts.slice(1).join("/"), signal: this.#ended.signal, reload: () => this.#load() };
    this.#heading = el("h1", { tabindex: "-1", id: "heading" }, view.title(route));
  }

  async begin(first) {
    document.title = `${this.#heading.textContent} · Assay`;
    refill(this.#main, this.#heading, this.#body);
    scrollTo(0, 0);
    // So that a screen reader says where one is; not on arrival, when the page itself is read.
    if (!first) this.#heading.focus({ preventScroll: true });
    const soon = setTimeout(() => refill(this.#body, loading()), SOON_MS);
    this.#ended.signal.addEventListener("abort", () => clearTimeout(soon));
    await this.#load(soon);
  }

  end() {
    this.#ended.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#newsTimer);
  }

  news(groups) {
    if (this.#data === null || this.#newsTimer || !this.#view.live?.(groups, this.#data, this.#ctx)) return;
    this.#newsTimer = setTimeout(() => {
      this.#newsTimer = 0;
      this.#load();
    }, NEWS_MS);
  }

  async #load(soon = 0) {
    clearTimeout(this.#timer);
    // What is loaded while something else is on its way is loaded after it: the last answer is the newest.
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      const data = await this.#view.load(this.#ctx);
      clearTimeout(soon);
      this.#ended.signal.throwIfAborted();
      this.#draw(data);
    } catch (error) {
      clearTimeout(soon);
      if (this.#ended.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.#data = null;
      refill(this.#body, failed(error, () => this.#load()));
    } finally {
      this.#busy = false;
      this.#main.removeAttribute("aria-busy");
    }
    if (this.#again) {
      this.#again = false;
      await this.#load();
    }
  }

  #draw(data) {
    const held = heldFocus(this.#body);
    const open = openDetails(this.#body);
    this.#data = data;
    const title = this.#view.heading?.(data, this.#ctx) ?? this.#view.title(this.#ctx.route);
    refill(this.#heading, title);
    document.title = `${this.#heading.textContent} · Assay`;
    refill(this.#body, this.#view.draw(data, this.#ctx));
    for (const [index, details] of this.#body.querySelectorAll("details").entries()) {
      if (open.has(index)) details.open = true;
    }
    held?.(this.#body);
    const everyS = this.#view.everyS?.(data) ?? 0;
    if (everyS > 0) this.#timer = setTimeout(() => this.#tick(), everyS * 1000);
  }

  /** Nobody's typing is thrown away, and no hidden page asks for what nobody sees. */
  #tick() {
    const typing = document.querySelector("dialog[open]") || this.#body.querySelector("input:focus, textarea:focus, select:focus");
    if (document.hidden || typing) this.#timer = setTimeout(() => this.#tick(), 1000);
    else this.#load();
  }
}

/** Puts the focus back where it was when everything is drawn anew. */
function heldFocus(body) {
  const active = document.activeElement;
  if (!active || !body.contains(active)) return null;
  const same = active.id ? `#${CSS.escape(active.id)}` : active.getAttribute("href") ? `a[href="${CSS.escape(active.getAttribute("href"))}"]` : null;
  return same && ((fresh) => fresh.querySelector(same)?.focus({ preventScroll: true }));
}

const openDetails = (body) =>
  new Set([...body.querySelectorAll("details").entries()].filter(([, details]) => details.open).map(([index]) => index));
