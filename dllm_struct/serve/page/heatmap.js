// The map of confidence: a column for each position, a line for each pass.

const TALLEST = 420;
const DRAFT = [0.04, 0.3]; // opacity where nothing is sure, and what certainty adds
const SETTLED = [0.55, 0.4];
const MARKS = { chosen: "dot", forced: "ring", replaced: "diamond", remasked: "cross" };

export class Heatmap {
  constructor(element, { onStep, onPoint, onLeave }) {
    this.element = element;
    this.run = null;
    this.step = 0;
    element.addEventListener("pointerdown", (event) => onStep(this.at(event).step));
    element.addEventListener("pointermove", (event) => {
      const { step, id } = this.at(event);
      if (event.buttons & 1) onStep(step);
      else onPoint(id, step, event);
    });
    element.addEventListener("pointerleave", onLeave);
    element.addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (move) onStep(this.step + move);
      else if (event.key === "Home") onStep(0);
      else if (event.key === "End") onStep(this.run.last);
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => this.draw()).observe(element.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  // Draws a run; call again when it has grown.
  show(run, step) {
    this.run = run;
    this.step = step;
    this.draw();
  }

  at(event) {
    const box = this.element.getBoundingClientRect();
    const share = (value, most) => Math.min(Math.max(Math.floor(value * most), 0), most - 1);
    const step = share((event.clientY - box.top) / box.height, this.run.steps.length);
    const column = share((event.clientX - box.left) / box.width, this.run.order.length);
    return { step, id: this.run.order[column] };
  }

  draw() {
    if (!this.run?.steps.length || !this.element.offsetParent) return;
    const lines = this.run.steps.length;
    const height = Math.min(Math.max(Math.floor(TALLEST / lines), 3), 14);
    const width = this.element.parentElement.clientWidth;
    const scale = devicePixelRatio || 1;
    this.element.style.height = `${height * lines}px`;
    this.element.width = Math.round(width * scale);
    this.element.height = Math.round(height * lines * scale);
    const context = this.element.getContext("2d");
    context.scale(scale, scale);
    const painter = new Painter(context, this.element, width / this.run.order.length, height);
    const columns = new Map(this.run.order.map((id, column) => [id, column]));
    this.run.steps.forEach(({ cells }, line) => {
      for (const cell of cells) painter.cell(cell, columns.get(cell.id), line);
    });
    painter.current(this.step, width);
    this.say();
  }

  say() {
    const { masked } = this.run.steps[this.step];
    this.element.setAttribute("aria-valuemax", this.run.last);
    this.element.setAttribute("aria-valuenow", this.step);
    this.element.setAttribute("aria-valuetext", `${this.step} of ${this.run.last}, ${masked} masked`);
  }
}

class Painter {
  constructor(context, element, width, height) {
    const style = getComputedStyle(element);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.context = context;
    this.width = width;
    this.height = height;
    this.accent = colour("--accent");
    this.fixed = colour("--line");
    this.ink = colour("--ink");
    this.paper = colour("--paper");
  }

  cell(cell, column, line) {
    const { context, width, height } = this;
    const [x, y] = [column * width, line * height];
    const gap = width > 4 ? 1 : 0;
    const isFixed = cell.kind === "invariant";
    const isDraft = cell.kind === "masked" || cell.kind === "remasked";
    const [least, spread] = isDraft ? DRAFT : SETTLED;
    context.globalAlpha = isFixed ? 1 : least + spread * cell.confidence;
    context.fillStyle = isFixed ? this.fixed : this.accent;
    context.fillRect(x, y, width - gap, height - (height > 4 ? 1 : 0));
    context.globalAlpha = 1;
    const kind = cell.event ?? cell.kind;
    if (cell.fresh && Math.min(width, height) >= 3) {
      context.fillStyle = context.strokeStyle = isDraft ? this.ink : this.paper;
      this.mark(MARKS[kind], x + (width - gap) / 2, y);
    }
  }

  mark(shape, x, top) {
    const { context, height, width } = this;
    const radius = Math.min(width, height, 10) * 0.28;
    const y = top + (height - 1) / 2;
    context.lineWidth = 1;
    context.beginPath();
    if (shape === "cross") {
      context.moveTo(x - radius, y - radius);
      context.lineTo(x + radius, y + radius);
      context.moveTo(x + radius, y - radius);
      context.lineTo(x - radius, y + radius);
    } else if (shape === "diamond") {
      const reach = radius * 1.4;
      context.moveTo(x, y - reach);
      context.lineTo(x + reach, y);
      context.lineTo(x, y + reach);
      context.lineTo(x - reach, y);
      context.closePath();
    } else {
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    if (shape === "dot" || shape === "diamond") context.fill();
    else context.stroke();
  }

  current(step, width) {
    const { context, height } = this;
    context.strokeStyle = this.ink;
    context.lineWidth = 1.5;
    context.strokeRect(0.75, step * height, width - 1.5, Math.max(height - 0.75, 2));
  }
}
