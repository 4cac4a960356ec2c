// Changes of issue groups as they happen, by WebSocket. Ended connections are tried again, later each time, until one holds.

import { KEY_CHANGED, storedKey } from "./session.js";

const FIRST_MS = 1000;
const MOST_MS = 30000;
const TOGETHER_MS = 1000;
const MOST_HELD = 500;
/** Closed with one of these, trying again is no use without another key. */
const REFUSED = [4401, 4403];

export class Live {
  #told;
  #state;
  #wait = FIRST_MS;
  #dropped = 0;
  #held = new Map();
  #timer = 0;
  #socket = null;
  #retry = 0;

  /** `told(groups)` gets what came within a second, one entry for each group; `state({ state, dropped })` how it stands. */
  constructor(told, state) {
    this.#told = told;
    this.#state = state;
    // Whoever got in just now need not wait for the next try.
    addEventListener(KEY_CHANGED, () => this.open());
  }

  open() {
    clearTimeout(this.#retry);
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    this.#say("waiting");
    const url = new URL("ws/issues", document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const key = storedKey();
    let socket;
    try {
      // A browser can send no header with a WebSocket; a key in the address would stand in logs.
      socket = new WebSocket(url, key ? ["assay", key] : ["assay"]);
    } catch {
      this.#later();
      return;
    }
    socket.addEventListener("message", (event) => this.#heard(event.data));
    socket.addEventListener("close", ({ code }) => (REFUSED.includes(code) ? this.#say("off") : this.#later()));
    this.#socket = socket;
  }

  #heard(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message.type === "hello") {
      this.#wait = FIRST_MS;
      this.#say("on");
    } else if (message.type === "dropped") {
      this.#drop(message.count ?? 1);
    } else if (message.type === "group" || message.type === "groups") {
      for (const group of message.groups ?? [message.group]) this.#take(group);
    }
  }

  #take(group) {
    if (!group?.fingerprint) return;
    if (this.#held.size >= MOST_HELD && !this.#held.has(group.fingerprint)) this.#drop(1);
    else this.#held.set(group.fingerprint, group);
    this.#timer ||= setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  #drop(count) {
    this.#dropped += count;
    this.#say("on");
  }

  #tell() {
    this.#timer = 0;
    const groups = [...this.#held.values()];
    this.#held.clear();
    this.#told(groups);
  }

  #later() {
    this.#say("waiting");
    // Not all pages at the same moment when a server comes back.
    this.#retry = setTimeout(() => this.open(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, MOST_MS);
  }

  #say(state) {
    this.#state({ state, dropped: this.#dropped });
  }
}
