// The page: a request from the form, its steps on the canvas, its result below.

import { CanvasView } from "./canvas.js";
import { byId, reducedMotion } from "./dom.js";
import { Form } from "./form.js";
import { Heatmap } from "./heatmap.js";
import { Player } from "./player.js";
import { Popover } from "./popover.js";
import { showResult, Slots } from "./result.js";
import { Run } from "./run.js";
import { curl, python } from "./snippets.js";
import { infill, languages, Refused } from "./stream.js";

let run = null;
let abort = null;
let language = "curl";

const form = new Form(showCode);
const canvas = new CanvasView(byId("canvas"));
const slots = new Slots(byId("slots"));
const popover = new Popover(byId("popover"));
const player = new Player(
  {
    slider: byId("step"),
    play: byId("play"),
    back: byId("back"),
    forward: byId("forward"),
    text: byId("step-text"),
  },
  show,
);
const map = new Heatmap(byId("map"), {
  onStep: (step) => player.go(step),
  onPoint: (id, step, { clientX, clientY }) => {
    const box = { left: clientX + 12, top: clientY, bottom: clientY + 12 };
    popover.show(run, id, step, box);
  },
  onLeave: () => popover.hide(),
});

// Shows the canvas after a step, and everything that belongs to it.
function show(step) {
  popover.hide();
  canvas.show(run.steps[step]);
  slots.show(run, step);
  map.show(run, step);
  if (canvas.root.contains(document.activeElement)) point(document.activeElement);
}

function point(element) {
  if (!element.dataset?.id || !run) return;
  const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
  popover.show(run, Number(element.dataset.id), player.step, box, element);
}

function say(status, aloud = status) {
  byId("status").textContent = status;
  byId("live").textContent = aloud;
}

async function start() {
  clearError();
  let body;
  try {
    body = form.body();
    body = { ...body, stream: true, events: true, candidates: form.candidates };
  } catch (error) {
    return showError(error);
  }
  reset();
  const own = (abort = new AbortController());
  setRunning(true);
  say("Waiting for the server …", "Started");
  if (matchMedia("(max-width: 56rem)").matches) {
    byId("viewer").scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth" });
  }
  try {
    for await (const [name, data] of infill(body, form.key, own.signal)) take(name, data);
  } catch (error) {
    if (own.signal.aborted) {
      say("Stopped");
      if (!run.steps.length) byId("empty").textContent = "Stopped before the first pass.";
    }
    else showError(error);
  } finally {
    setRunning(false);
    player.ended();
  }
}

function take(name, data) {
  if (name === "step") {
    run.add(data);
    byId("empty").textContent = "";
    byId("run").hidden = false;
    player.grew();
    say(`Pass ${run.last}, ${data.masked} masked`, byId("live").textContent);
  } else if (name === "done") {
    showResult(data);
    if (!run.steps.length) {
      byId("empty").textContent = "The constraint left nothing to choose: no pass was needed.";
    }
    say(`Done in ${data.stats.nfe} passes`, `Done in ${data.stats.nfe} passes. ${data.text}`);
  }
}

function reset() {
  run = new Run();
  popover.hide();
  canvas.clear();
  slots.clear();
  byId("empty").textContent = "Waiting for the first pass.";
  byId("run").hidden = true;
  byId("result").hidden = true;
  player.follow(run);
}

function setRunning(isRunning) {
  const [start, stop] = [byId("start"), byId("stop")];
  const [off, on] = isRunning ? [start, stop] : [stop, start];
  on.disabled = false;
  if (document.activeElement === off) on.focus({ preventScroll: true });
  off.disabled = true;
  byId("viewer").setAttribute("aria-busy", String(isRunning));
}

function showError(error) {
  const told = error instanceof Refused ? error : new Refused({ message: String(error) });
  byId("error-message").textContent = told.message;
  for (const name of ["param", "code"]) {
    byId(`error-${name}`).textContent = told[name] ?? "";
    byId(`error-${name}`).parentElement.hidden = told[name] === null;
  }
  byId("error").hidden = false;
  if (run && !run.steps.length) byId("empty").textContent = "";
  form.mark(told.param);
  say("Failed", "");
  byId("error").scrollIntoView({ block: "nearest" });
}

function clearError() {
  byId("error").hidden = true;
  form.mark(null);
}

function showCode() {
  const url = new URL("v1/infill", location.href).href;
  let text;
  try {
    text = (language === "curl" ? curl : python)(url, form.body(), form.key !== "");
  } catch (error) {
    text = error.message;
  }
  byId("code-panel").textContent = text;
}

function choose(tab) {
  for (const other of byId("tabs").children) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  byId("code-panel").setAttribute("aria-labelledby", tab.id);
  language = tab.id === "tab-curl" ? "curl" : "python";
  showCode();
}

async function copy() {
  const text = byId("code-panel").textContent;
  try {
    await navigator.clipboard.writeText(text);
    byId("copy").textContent = "Copied";
    byId("live").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(byId("code-panel"));
    byId("copy").textContent = "Selected";
  }
  setTimeout(() => (byId("copy").textContent = "Copy"), 2000);
}

async function loadMenus() {
  try {
    form.offer(await languages(form.key));
    if (byId("error-code").textContent === "invalid_api_key") clearError();
  } catch (error) {
    showError(error);
    if (error.code === "invalid_api_key") {
      byId("settings").open = true;
      byId("key").setAttribute("aria-invalid", "true");
    }
  }
  showCode();
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (abort === null || byId("stop").disabled) start();
});
byId("stop").addEventListener("click", () => abort?.abort());
byId("key").addEventListener("change", loadMenus);
byId("copy").addEventListener("click", copy);
byId("tabs").addEventListener("click", ({ target }) => target.role === "tab" && choose(target));
byId("tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = [...byId("tabs").children].find((tab) => tab.tabIndex === -1);
  choose(other);
  other.focus();
});
byId("canvas").addEventListener("pointerover", ({ target }) => point(target));
byId("canvas").addEventListener("pointerleave", () => popover.hide());
byId("canvas").addEventListener("focusin", ({ target }) => point(target));
byId("canvas").addEventListener("focusout", () => popover.hide());
byId("viewer").addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || !run?.steps.length) return;
  if (event.key === ",") player.go(player.step - 1);
  else if (event.key === ".") player.go(player.step + 1);
  else if (event.key === "p") player.toggle();
});
addEventListener("keydown", ({ key }) => key === "Escape" && popover.hide());
loadMenus();
