// What came of a run: the value, the numbers, the slots' lengths.

import { byId, make, percent } from "./dom.js";

const seconds = (value) => (value < 1 ? `${Math.round(1000 * value)} ms` : `${value.toFixed(2)} s`);

export function showResult({ text, value, stats, usage }) {
  byId("value").textContent = typeof value === "string" ? text : JSON.stringify(value, null, 2);
  const tokens = usage.completion_tokens;
  const pairs = [
    ["Passes", stats.nfe],
    ["Tokens", tokens],
    ["Tokens a pass", stats.nfe ? (tokens / stats.nfe).toFixed(2) : "no pass needed"],
    ["Chosen", stats.committed],
    ["Forced", stats.forced],
    ["Replaced", stats.replaced],
    ["Masked again", stats.remasked],
    ["Added", stats.grown],
    ["Removed", stats.shrunk],
    ["Time", seconds(stats.seconds)],
    ["In the network", seconds(stats.forward_seconds)],
    ["In the constraint", share(stats.constraint_seconds, stats.seconds)],
    ["Complete", stats.complete ? "yes" : "no, cut at the time limit"],
  ];
  byId("stats").replaceChildren(
    ...pairs.map(([name, number]) =>
      make("div", { children: [make("dt", { text: name }), make("dd", { text: String(number) })] }),
    ),
  );
  byId("result").hidden = false;
}

const share = (part, whole) => (whole ? `${seconds(part)}, ${percent(part / whole)}` : seconds(part));

// The slots' lengths at a step, as bars that grow and shrink.
export class Slots {
  constructor(root) {
    this.root = root;
    this.items = new Map();
  }

  clear() {
    this.root.replaceChildren();
    this.items.clear();
  }

  show(run, step) {
    const longest = run.longest();
    for (const { slot, length, open, change } of run.slots(step)) {
      const item = this.item(slot);
      const grown = change > 0 ? ` +${change}` : change < 0 ? ` −${-change}` : "";
      item.count.textContent = `${length - open} of ${length}${grown}`;
      item.count.classList.toggle("changed", change !== 0);
      item.bar.style.setProperty("--length", (length / longest).toFixed(4));
      item.bar.style.setProperty("--done", (length ? 1 - open / length : 1).toFixed(4));
    }
  }

  item(slot) {
    if (!this.items.has(slot)) {
      const count = make("span", { name: "count" });
      const bar = make("span", { name: "length" });
      const name = make("span", { name: "slot", text: slot });
      this.root.append(make("li", { children: [name, bar, count] }));
      this.items.set(slot, { count, bar });
    }
    return this.items.get(slot);
  }
}
