// What else could stand at a position, beside the pointer or the focus.

import { make, oneLine, percent } from "./dom.js";
import { WORDS } from "./run.js";

const GAP = 6;

export class Popover {
  constructor(element) {
    this.element = element;
    this.owner = null;
    addEventListener("scroll", () => this.follow(), { capture: true, passive: true });
  }

  hide() {
    this.owner?.removeAttribute("aria-describedby");
    this.owner = null;
    this.element.hidden = true;
  }

  // What has the focus keeps its candidates while the page scrolls.
  follow() {
    if (this.owner !== null && this.owner === document.activeElement) {
      this.place(this.owner.getBoundingClientRect());
    } else {
      this.hide();
    }
  }

  // Shows a position as it was at a step, beside a box on the screen.
  show(run, id, step, box, owner = null) {
    this.hide();
    const cell = run.cell(id, step);
    if (!cell) return;
    this.element.replaceChildren(heading(cell), ...candidates(run.candidates(id, step), cell));
    this.element.hidden = false;
    this.owner = owner;
    owner?.setAttribute("aria-describedby", this.element.id);
    this.place(box);
  }

  place(box) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = Math.min(Math.max(box.left, GAP), clientWidth - width - GAP);
    const below = box.bottom + GAP;
    const top = below + height > clientHeight ? box.top - height - GAP : below;
    this.element.style.left = `${Math.max(left, 0)}px`;
    this.element.style.top = `${Math.max(top, GAP)}px`;
  }
}

function heading(cell) {
  const words = [WORDS[cell.kind]];
  if (cell.kind !== "invariant" && cell.text !== null) words.push(percent(cell.confidence));
  const children = [make("strong", { text: words.join(", ") })];
  if (cell.slot !== null) children.push(make("span", { name: "note", text: `slot ${cell.slot}` }));
  return make("div", { name: "heading", children });
}

function candidates(found, cell) {
  if (cell.kind === "invariant") return [];
  if (!found) return [make("p", { name: "note", text: "No pass has seen this position masked." })];
  const head = ["Token", "Model", "Constrained", ""].map((text) => make("th", { text, scope: "col" }));
  const table = make("table", {
    children: [
      make("caption", { text: `Before the commits of pass ${found.pass}` }),
      make("thead", { children: [make("tr", { children: head })] }),
      make("tbody", { children: found.top.map((candidate) => line(candidate, cell)) }),
    ],
  });
  return [table];
}

function line({ text, null: isNull, model, constraint, allowed }, cell) {
  const shown = isNull ? "∅" : text === "" ? "(no text)" : oneLine(text);
  const verdict = { true: "✓ allowed", false: "✗ ruled out", null: "? not known" }[String(allowed)];
  const name = text === cell.text || (isNull && cell.text === "") ? "taken" : "";
  return make("tr", {
    name: `${name} ${allowed === false ? "ruled-out" : ""}`.trim(),
    children: [
      make("td", { children: [make("code", { text: shown })] }),
      make("td", { children: [bar(model)] }),
      make("td", { children: [bar(constraint)] }),
      make("td", { text: verdict }),
    ],
  });
}

function bar(share) {
  const element = make("span", { name: "bar", text: percent(share) });
  element.style.setProperty("--share", share.toFixed(4));
  return element;
}
