// Elements made by calls. There is no way in here from text to markup: what a trace, a producer or a person wrote
// can only ever become a text node or the value of an attribute that holds no code.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `props` are attributes, and besides `on` (listeners by event) and `value`/`checked` (properties). */
export function el(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "value" || name === "checked") {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(node, children);
  return node;
}

/** Appends nodes, texts and lists of both; nothing for null, undefined and false. */
export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** Puts other children in the place of those that a node has. */
export function refill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}
