// Small helpers for the document. Text only ever becomes text, never markup.

export const byId = (id) => document.getElementById(id);

// Makes an element: its classes, its text or children, its attributes.
export function make(tag, { name = "", text = null, children = [], ...attributes } = {}) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== null) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Puts children in order below a parent; those that are there already keep their state and focus.
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function percent(share) {
  if (share > 0 && share < 0.001) return "<0.1 %";
  if (share > 0.999 && share < 1) return ">99.9 %";
  return `${(100 * share).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
}

// Names what a token holds; white space and control characters are made visible.
export function visible(text) {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replaceAll("\n", "↵\n")
    .replaceAll("\t", "⇥\t");
}

// The same in one line, where spaces at the ends have to be seen.
export function oneLine(text) {
  return visible(text).replace(/[\n\t]/g, "").replaceAll(" ", "␣");
}
