// JSON that keeps its numbers: 9007199254740993 and 1.0 come out as they went in, which plain parsing does not promise.

/** A value in which each number is `JSON.rawJSON`. Raises `SyntaxError`. */
export const parse = (text) => JSON.parse(text, (_, value, { source }) => (typeof value === "number" ? JSON.rawJSON(source) : value));

export const canKeepNumbers = typeof JSON.rawJSON === "function";

export const write = (value, indent = 0) => JSON.stringify(value, null, indent);

/** Indented, when it is JSON; as it is, otherwise. */
export function pretty(text) {
  if (!canKeepNumbers) return text;
  try {
    return write(parse(text), 2);
  } catch {
    return text;
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

export const same = (one, other) => write(sorted(one)) === write(sorted(other));

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

/** A JSON Patch (RFC 6902) that makes one value of the other. */
export function patchBetween(before, after, at = "") {
  if (same(before, after)) return [];
  if (isObject(before) && isObject(after)) return ofObjects(before, after, at);
  if (Array.isArray(before) && Array.isArray(after)) return ofArrays(before, after, at);
  return [{ op: "replace", path: at, value: after }];
}

const under = (at, name) => `${at}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

function ofObjects(before, after, at) {
  const patch = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) patch.push({ op: "remove", path: under(at, name) });
    else patch.push(...patchBetween(before[name], after[name], under(at, name)));
  }
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name)) patch.push({ op: "add", path: under(at, name), value: after[name] });
  }
  return patch;
}

/** What both have at the beginning and at the end stays; between, element by element. */
function ofArrays(before, after, at) {
  let head = 0;
  while (head < Math.min(before.length, after.length) && same(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && same(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  const both = Math.min(old.length, fresh.length);
  const patch = [];
  for (let index = 0; index < both; index += 1) patch.push(...patchBetween(old[index], fresh[index], under(at, head + index)));
  for (let index = old.length - 1; index >= both; index -= 1) patch.push({ op: "remove", path: under(at, head + index) });
  for (let index = both; index < fresh.length; index += 1) patch.push({ op: "add", path: under(at, head + index), value: fresh[index] });
  return patch;
}
