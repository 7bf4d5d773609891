(() => {
  const states = { i: "invariant", m: "masked", c: "committed", f: "forced", n: "null" };
  const changes = { "+": "new", r: "remasked", x: "replaced", "^": "inserted" };

  function token(trace, step, at, owner) {
    const state = states[step.states[at]], change = changes[step.changes[at]];
    const box = document.createElement("i");
    box.className = change ? `${state} ${change}` : state;
    box.textContent = trace.pieces[step.pieces[at]];
    box.style.setProperty("--p", step.confidence[at] / 100);
    const sure = state === "invariant" ? "" : ` ${step.confidence[at]} %`;
    const draft = state === "masked" ? `, draft ${JSON.stringify(trace.pieces[step.drafts[at]])}` : "";
    box.title = `${owner === null ? "" : `${owner || "/"}: `}${state}${sure}${draft}${change ? `, ${change}` : ""}`;
    return box;
  }

  function draw(root, trace, number) {
    const step = trace.steps[number];
    const owners = step.spans.flatMap(([slot, length]) => Array(length).fill(slot));
    const boxes = step.pieces.map((_, at) => token(trace, step, at, owners[at]));
    root.querySelector(".canvas").replaceChildren(...boxes);
    root.querySelector(".said").textContent = step.said;
  }

  for (const root of document.querySelectorAll(".dllm-struct[data-trace]:not([data-ready])")) {
    root.dataset.ready = "";
    const trace = JSON.parse(root.dataset.trace);
    const slider = root.querySelector("input");
    slider.addEventListener("input", () => draw(root, trace, slider.valueAsNumber - 1));
    slider.disabled = false;
    draw(root, trace, slider.valueAsNumber - 1);
  }
})();
