// A run, replayed from its events: the canvas after every step, positions by their lasting numbers.

const MASKED = -1;

// What a position is, in words.
export const WORDS = {
  chosen: "chosen by the model",
  forced: "forced by the constraint",
  masked: "masked",
  remasked: "masked again",
  replaced: "replaced",
  invariant: "fixed text",
  null: "unused room",
};

export class Run {
  constructor() {
    this.steps = []; // after each step: {cells, spans, masked, gone}; the first is before any
    this.seen = []; // for each step, candidates by the position's number
    this.order = []; // every position that was ever there, left to right
    this.known = new Set();
    this.taken = new Map(); // number to "remasked" or "replaced", from the step on where it was
  }

  // The last step; 0 is the canvas before the first pass.
  get last() {
    return this.steps.length - 1;
  }

  add(event) {
    if (!this.steps.length) this.begin(event);
    this.lineUp(event.ids);
    this.seen.push(new Map(event.candidates.map((found) => [found.id, found])));
    this.steps.push(this.after(event));
  }

  begin(event) {
    this.lineUp(event.seen);
    const now = new Map(cellsOf(event).map((cell) => [cell.id, cell]));
    const settled = new Set([...event.committed, ...event.forced].map((at) => event.seen[at]));
    const owners = new Map(event.candidates.map((found) => [found.id, found.slot]));
    const cells = event.seen.map((id) => {
      const cell = now.get(id);
      const stays = cell && cell.kind !== "masked" && !settled.has(id);
      const slot = cell?.slot ?? owners.get(id) ?? null;
      return stays ? cell : blank(id, slot);
    });
    this.seen.push(new Map());
    this.steps.push({ cells, masked: cells.filter(isOpen).length, gone: new Map() });
  }

  // Positions are never reordered: a new one stands right after its left neighbour.
  lineUp(ids) {
    let left = null;
    for (const id of ids) {
      if (!this.known.has(id)) {
        this.order.splice(left === null ? 0 : this.order.indexOf(left) + 1, 0, id);
        this.known.add(id);
      }
      left = id;
    }
  }

  after(event) {
    const named = (positions) => new Set(positions.map((at) => event.seen[at]));
    const remasked = named(event.remasked);
    const replaced = named(event.replaced);
    const fresh = new Set([...named(event.committed), ...named(event.forced)]);
    for (const id of fresh) this.taken.delete(id);
    for (const id of remasked) this.taken.set(id, "remasked");
    for (const id of replaced) this.taken.set(id, "replaced");
    const before = new Set(event.seen);
    const cells = cellsOf(event).map((cell) => ({
      ...cell,
      kind: this.kind(cell),
      fresh: fresh.has(cell.id) || remasked.has(cell.id) || replaced.has(cell.id),
      inserted: !before.has(cell.id),
      event: remasked.has(cell.id) ? "remasked" : replaced.has(cell.id) ? "replaced" : null,
    }));
    return { cells, masked: event.masked, gone: gone(event) };
  }

  kind(cell) {
    const taken = this.taken.get(cell.id);
    if (cell.kind === "masked") return taken === "remasked" ? "remasked" : "masked";
    return cell.kind === "chosen" && taken === "replaced" ? "replaced" : cell.kind;
  }

  // What could stand at a position: as of the last pass up to a step that saw it masked.
  candidates(id, step) {
    for (let at = step; at > 0; at--) {
      const found = this.seen[at].get(id);
      if (found) return { pass: at, top: found.top };
    }
    return null;
  }

  cell(id, step) {
    return this.steps[step].cells.find((cell) => cell.id === id) ?? null;
  }

  // Lengths of the slots at a step, in order, with what changed since the step before.
  slots(step) {
    const now = count(this.steps[step]);
    const before = step ? count(this.steps[step - 1]) : now;
    return [...now].map(([slot, found]) => ({
      slot,
      ...found,
      change: found.length - (before.get(slot)?.length ?? found.length),
    }));
  }

  longest() {
    const lengths = this.steps.flatMap((step) => [...count(step).values()].map((s) => s.length));
    return Math.max(1, ...lengths);
  }
}

const isOpen = (cell) => cell.kind === "masked" || cell.kind === "remasked";

const blank = (id, slot) => ({ id, slot, kind: "masked", text: null, confidence: 0 });

function cellsOf(event) {
  const owners = event.spans.flatMap(([slot, length]) => Array(length).fill(slot));
  return event.ids.map((id, index) => {
    const known = event.witness[index] !== MASKED;
    const text = known ? event.pieces[index] : null;
    return {
      id,
      slot: owners[index],
      kind: kindOf(event.states[index], text),
      text,
      confidence: known ? event.confidence[index] : 0,
    };
  });
}

function kindOf(state, text) {
  if (state === "committed" || state === "forced") {
    if (text === "") return "null";
    return state === "forced" ? "forced" : "chosen";
  }
  return state;
}

// How many positions went away in a step, by the one before them that stayed (null: the beginning).
function gone(event) {
  const stay = new Set(event.ids);
  const found = new Map();
  let left = null;
  for (const id of event.seen) {
    if (stay.has(id)) left = id;
    else found.set(left, (found.get(left) ?? 0) + 1);
  }
  return found;
}

function count({ cells }) {
  const found = new Map();
  for (const cell of cells) {
    if (cell.slot === null) continue;
    const slot = found.get(cell.slot) ?? { length: 0, open: 0 };
    slot.length += 1;
    slot.open += isOpen(cell) ? 1 : 0;
    found.set(cell.slot, slot);
  }
  return found;
}
