// The little of Markdown that instructions are written in: headings, lists, strong words and code. Everything else is text.

import { el } from "../dom.js";

export function markdown(text, below = 2) {
  const blocks = [];
  let list = null;
  let words = [];
  const end = () => {
    if (words.length) blocks.push(el("p", {}, inline(words.join(" "))));
    words = [];
    list = null;
  };
  for (const line of String(text ?? "").split("\n")) {
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    const item = /^(?:([-*])|\d+\.) (.*)$/.exec(line);
    if (heading) {
      end();
      blocks.push(el(`h${Math.min(heading[1].length + below, 6)}`, {}, inline(heading[2])));
    } else if (item) {
      const kind = item[1] ? "ul" : "ol";
      if (list?.localName !== kind) {
        end();
        list = el(kind, {});
        blocks.push(list);
      }
      list.append(el("li", {}, inline(item[2])));
    } else if (line.trim() === "") {
      end();
    } else {
      words.push(line);
    }
  }
  end();
  return el("div", { class: "prose" }, blocks);
}

const inline = (text) =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (/^`[^`]+`$/.test(part)) return el("code", {}, part.slice(1, -1));
    if (/^\*\*[^*]+\*\*$/.test(part)) return el("strong", {}, part.slice(2, -2));
    return part;
  });
