// Numbers, times and words as people read them. Times come as RFC 3339 in UTC with nine digits and are shown in UTC.

import { el } from "./dom.js";

const NUMBERS = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const UNITS = [
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

export const number = (value) => (Number.isFinite(value) ? NUMBERS.format(value) : "–");

export const short = (value) => (Number.isFinite(value) ? (value < 10000 ? number(value) : SHORT.format(value)) : "–");

/** A share of one as per cent, with as many digits as tell it from nothing. */
export function share(value) {
  if (!Number.isFinite(value)) return "–";
  const percent = value * 100;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  if (percent < 100 && percent > 99.99) return "> 99.99 %";
  const digits = percent === 0 || percent === 100 ? 0 : percent < 1 || percent > 99 ? 2 : 1;
  return `${percent.toFixed(digits)} %`;
}

/** A code word as a person says it. */
export const said = (word) => String(word ?? "").replaceAll("_", " ");

/** "1 trace", "2 traces". */
export const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} kB`;
  return `${(value / 1e6).toFixed(1)} MB`;
}

/** Seconds as the two largest units that matter. */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return seconds <= 0 ? "0 s" : "< 1 s";
  let rest = Math.round(seconds);
  const parts = [];
  for (const [size, unit] of UNITS) {
    const many = Math.floor(rest / size);
    if (many > 0) parts.push(`${many} ${unit}`);
    rest -= many * size;
    if (parts.length === 2 || (parts.length === 1 && many === 0)) break;
  }
  return parts.join(" ");
}

/** Milliseconds since 1970; NaN for what is no time. Digits beyond the third are for machines. */
export function millis(at) {
  return Date.parse(String(at ?? "").replace(/(\.\d{3})\d+Z$/, "$1Z"));
}

/** "2026-11-21 23:14:29 UTC" */
export function clock(at) {
  const text = String(at ?? "");
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 19)} UTC` : "–";
}

/** How long ago, in words; the moment itself in the title. */
export function ago(at, now = Date.now()) {
  const then = millis(at);
  if (Number.isNaN(then)) return el("span", {}, "–");
  const seconds = (now - then) / 1000;
  const text = seconds < -5 ? `in ${largest(-seconds)}` : seconds < 5 ? "now" : `${largest(seconds)} ago`;
  return el("time", { datetime: at, title: clock(at) }, text);
}

/** The moment itself. */
export const when = (at) => el("time", { datetime: at, title: at }, clock(at));

function largest(seconds) {
  const [size, unit] = UNITS.find(([unitSize]) => seconds >= unitSize) ?? [1, "s"];
  return `${Math.floor(seconds / size)} ${unit}`;
}
