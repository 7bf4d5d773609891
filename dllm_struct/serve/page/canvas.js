// The canvas: every position as a cell, in a text that wraps.

import { arrange, make, oneLine, percent, visible } from "./dom.js";
import { WORDS } from "./run.js";

export class CanvasView {
  constructor(root) {
    this.root = root;
    this.cells = new Map();
    this.gaps = new Map();
    this.active = null;
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("focusin", ({ target }) => this.activate(target));
  }

  clear() {
    this.root.replaceChildren();
    this.cells.clear();
    this.gaps.clear();
    this.active = null;
  }

  // Shows a step: cells that stay keep their element, so that changes can be seen to happen.
  show(step) {
    const children = [...this.gap(step, null)];
    for (const cell of step.cells) children.push(this.cellOf(cell), ...this.gap(step, cell.id));
    arrange(this.root, children);
    for (const [id, { element }] of this.cells) if (!element.isConnected) this.cells.delete(id);
    if (!this.active?.isConnected) this.activate(this.options()[0] ?? null);
  }

  cellOf(cell) {
    const known = this.cells.get(cell.id);
    const element = known?.element ?? make("span", { role: "option", tabindex: "-1" });
    const signature = JSON.stringify(cell);
    if (known?.signature !== signature) draw(element, cell);
    this.cells.set(cell.id, { element, signature });
    return element;
  }

  gap(step, id) {
    const count = step.gone.get(id);
    if (!count) return [];
    if (!this.gaps.has(id)) this.gaps.set(id, make("span", { role: "presentation" }));
    const element = this.gaps.get(id);
    element.className = "cell gone";
    element.textContent = String(count);
    element.title = `${count} removed`;
    return [element];
  }

  options() {
    return [...this.root.querySelectorAll("[role=option]")];
  }

  activate(element) {
    if (element !== null && element.getAttribute("role") !== "option") return;
    for (const [old, value] of [[this.active, "-1"], [element, "0"]]) {
      old?.setAttribute("tabindex", value);
      old?.setAttribute("aria-selected", String(value === "0"));
    }
    this.active = element;
  }

  onKey(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (move === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const options = this.options();
    const at = options.indexOf(this.active) + move;
    options[Math.min(Math.max(at, 0), options.length - 1)]?.focus();
    event.preventDefault();
  }
}

function draw(element, cell) {
  const classes = ["cell", cell.kind];
  for (const name of ["fresh", "inserted"]) if (cell[name]) classes.push(name);
  if (cell.text === null) classes.push("blank");
  element.className = classes.join(" ");
  element.dataset.id = cell.id;
  element.style.setProperty("--confidence", cell.confidence.toFixed(3));
  element.textContent = shown(cell);
  element.setAttribute("aria-label", described(cell));
}

export function shown(cell) {
  if (cell.text === null) return "▢";
  return cell.text === "" ? "∅" : visible(cell.text);
}

// What is said of a cell to those who do not see it.
export function described(cell) {
  const text = cell.text === null ? "no draft" : cell.text === "" ? "empty" : oneLine(cell.text);
  const words = [text, WORDS[cell.kind]];
  if (cell.kind !== "invariant" && cell.text !== null) words.push(percent(cell.confidence));
  if (cell.inserted) words.push("new");
  return words.join(", ");
}
