// The only way to data. A key is asked for when the API wants one, and kept for this tab alone.

import { askForKey } from "./key.js";
import { canKeepNumbers, parse } from "./json.js";
import { Problem, problemOf, unreachable } from "./problem.js";
import { storedKey } from "./session.js";

const BASE = new URL("api/v1/", document.baseURI);

/** A document. Raises `Problem`, and an `AbortError` when the signal says so. */
export async function get(path, { query = {}, signal } = {}) {
  const response = await asked(path, { query, signal });
  return response.json();
}

/** Anything that is not JSON, to be saved: `{ blob, type }`. */
export async function getFile(path, query = {}) {
  const response = await asked(path, { query });
  return { blob: await response.blob(), type: response.headers.get("Content-Type") ?? "" };
}

/**
 * Does something. `once` names the wish: sent again with the same name it is done once, so a form makes one name
 * when it is opened and keeps it for every try. `exact`: numbers of the answer keep their digits (json.js).
 */
export async function post(path, body = {}, { once = newName(), signal, exact = false } = {}) {
  const response = await asked(path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "Content-Type": "application/json", "Idempotency-Key": once },
    signal,
  });
  return exact && canKeepNumbers ? parse(await response.text()) : response.json();
}

/** 128 random bits; `crypto.randomUUID` is not there on a page that came without TLS from another machine. */
export function newName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A path of segments, each of them encoded. */
export const path = (...segments) => segments.map((segment) => encodeURIComponent(segment)).join("/");

/** The same where the last one may be `topic/partition/offset`, which are three segments. */
export const pathOf = (first, named, ...more) => path(first, ...(/^[\w.-]+\/\d+\/\d+$/.test(named) ? named.split("/") : [named]), ...more);

async function asked(name, { query = {}, method = "GET", body, headers = {}, signal } = {}) {
  const url = new URL(name, BASE);
  for (const [key, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) url.searchParams.set(key, value);
  }
  for (;;) {
    const key = storedKey();
    const response = await sent(url, {
      method,
      body,
      headers: key ? { ...headers, Authorization: `Bearer ${key}` } : headers,
      signal,
      cache: "no-store",
      credentials: "same-origin",
    });
    if (response.status !== 401) {
      if (response.ok) return response;
      throw await problemOf(response);
    }
    const problem = await problemOf(response);
    // Another request may have got a good key meanwhile.
    if (storedKey() === key && !(await askForKey(problem, key))) throw problem;
    signal?.throwIfAborted();
  }
}

async function sent(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw unreachable();
  }
}

export { Problem };
