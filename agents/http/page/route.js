// Where the page is: `#/issues/0123?tenant=7`. A hash that does not begin with `#/` names a place on the page and is left alone.

/** `{ parts, query, hash }`; the overview when the hash names nothing. */
export function route(hash = location.hash) {
  const [way, search = ""] = (hash.startsWith("#/") ? hash.slice(2) : "overview").split("?", 2);
  const parts = way.split("/").filter(Boolean).map(decoded);
  return { parts: parts.length ? parts : ["overview"], query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The hash of a page: `to("issues", fingerprint)`, `to("issues", { tenant })`. */
export function to(...parts) {
  const query = typeof parts.at(-1) === "object" ? parts.pop() : {};
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = new URLSearchParams(given).toString();
  return `#/${parts.map((part) => encodeURIComponent(part)).join("/")}${search ? `?${search}` : ""}`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand; it will not be found, and that will be said
  }
}
