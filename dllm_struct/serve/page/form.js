// The form: what is asked for, and as which request.

import { byId, make } from "./dom.js";
import { EXAMPLES, NEW } from "./examples.js";
import { Refused } from "./stream.js";

const LABELS = {
  json_schema: ["Example", "Schema", 10, "A JSON Schema. The output is JSON that is valid against it."],
  regex: ["Example", "Regular expression", 3, "The whole output matches it."],
  choice: ["Example", "Options", 5, "One a line; the output is one of them."],
  grammar: ["Grammar", "Text of the grammar", 10, "Lark's or GBNF's syntax; the start rule derives the whole output."],
  template: ["Template", "Text of the template", 10, "Fixed text, and slots in double braces. The prompt may stay empty."],
  document: ["Example", "Pieces of the document", 10, "JSON: a list of fixed texts and holes, each hole with a type of its own; or an object with such a document and a grammar of the whole."],
};
const JSON_KINDS = { json_schema: ["schema", "output_type"], document: ["document", "document"] };
const WHOLE = new Set(["template", "document"]);
const PROMPTS = new Set(Object.values(EXAMPLES).flatMap((all) => all.map(({ prompt }) => prompt)));
const NUMBERS = ["steps", "block_length"];
const CHOICES = ["sampler", "length", "remasking"];
const FIELDS = { prompt: "prompt", prefix: "prefix", suffix: "suffix", seed: "seed", candidates: "candidates", temperature: "temperature", max_tokens: "max_tokens" };

export class Form {
  constructor(onChange) {
    this.element = byId("form");
    this.shipped = { grammar: [], template: [] };
    this.presets = {};
    this.texts = {};
    this.chosen = {};
    this.show("json_schema");
    byId("kinds").addEventListener("change", ({ target }) => this.show(target.value));
    byId("menu").addEventListener("change", () => this.choose());
    byId("constraint").addEventListener("input", () => (this.texts[this.kind] = byId("constraint").value));
    this.element.addEventListener("input", onChange);
    this.element.addEventListener("change", onChange);
  }

  get key() {
    return byId("key").value.trim();
  }

  // Takes what the server offers.
  offer({ grammars, templates, presets, settings }) {
    this.shipped = { grammar: grammars, template: templates };
    this.presets = presets;
    options(byId("preset"), [["", "default"], ...Object.keys(presets).map((name) => [name, name])]);
    for (const name of CHOICES) {
      const known = settings[name].map((value) => [value, value]);
      options(byId(name), [["", "as above"], ...known]);
    }
    this.show(this.kind);
  }

  examples() {
    const shipped = (this.shipped[this.kind] ?? []).map(({ name, text }) => ({ name, text, shipped: name }));
    return [...EXAMPLES[this.kind], ...shipped, ...(NEW[this.kind] ? [NEW[this.kind]] : [])];
  }

  // Shows the fields of a kind of constraint.
  show(kind) {
    const isNew = kind !== this.kind || !this.texts[kind];
    this.kind = kind;
    const [menu, label, rows, note] = LABELS[kind];
    byId("constraint").rows = rows;
    byId("menu-label").textContent = menu;
    byId("constraint-label").textContent = label;
    byId("constraint-note").textContent = note;
    byId("infilling").hidden = WHOLE.has(kind);
    const names = this.examples().map(({ name }, index) => [index, name]);
    options(byId("menu"), names);
    byId("menu").value = String(this.chosen[kind] ?? 0);
    if (isNew && this.texts[kind] !== undefined) byId("constraint").value = this.texts[kind];
    else this.choose();
  }

  choose() {
    this.chosen[this.kind] = Number(byId("menu").value);
    const example = this.examples()[this.chosen[this.kind]];
    byId("constraint").value = this.texts[this.kind] = example.text;
    const isOwn = byId("prompt").value && !PROMPTS.has(byId("prompt").value);
    if (example.prompt && !isOwn) byId("prompt").value = example.prompt;
  }

  // The request's body, without what only concerns streaming.
  body() {
    const value = this.constraint();
    const body = {};
    const [prompt, prefix, suffix] = ["prompt", "prefix", "suffix"].map((id) => byId(id).value);
    if (prompt) body.prompt = prompt;
    if (this.kind === "template") {
      body.template = value;
    } else if (this.kind === "document") {
      Object.assign(body, Array.isArray(value) ? { document: value } : value);
    } else {
      if (prefix || suffix) Object.assign(body, { prefix, suffix });
      body.output_type = { [this.kind]: value };
    }
    const decoding = this.decoding();
    if (decoding) body.decoding = decoding;
    for (const name of ["max_tokens", "seed", "temperature"]) {
      const given = number(name);
      if (given !== null) body[name] = given;
    }
    return body;
  }

  get candidates() {
    return number("candidates") ?? 0;
  }

  constraint() {
    const text = byId("constraint").value;
    if (this.kind === "choice") return text.split("\n").filter((line) => line !== "");
    if (!JSON_KINDS[this.kind]) {
      const known = this.examples().find((example) => example.shipped && example.text === text);
      return known ? known.shipped : text;
    }
    const [what, param] = JSON_KINDS[this.kind];
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Refused({ message: `The ${what} is no JSON: ${error.message}`, param, code: "invalid_json" });
    }
  }

  // A preset's name alone; with further settings, all of them as fields.
  decoding() {
    const preset = byId("preset").value;
    const own = {};
    for (const name of NUMBERS) if (number(name) !== null) own[name] = number(name);
    for (const name of CHOICES) if (byId(name).value) own[name] = byId(name).value;
    if (!Object.keys(own).length) return preset || null;
    const settings = { ...(this.presets[preset] ?? {}) };
    if (own.sampler && own.sampler !== settings.sampler) delete settings.threshold;
    return { ...settings, ...own };
  }

  // The field that a part of the request came from.
  field(param) {
    if (!param) return null;
    const [first, second] = param.split(".");
    if (first === "decoding") return byId(second) ?? byId("preset");
    if (["output_type", "template", "grammar", "document"].includes(first)) return byId("constraint");
    return FIELDS[first] ? byId(FIELDS[first]) : null;
  }

  // Marks the field that an error is about, and no other.
  mark(param) {
    for (const field of this.element.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
    }
    const field = this.field(param);
    if (!field) return;
    field.closest("details")?.setAttribute("open", "");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-errormessage", "error-message");
  }
}

// A field's number; null where it is empty.
function number(id) {
  const field = byId(id);
  if (field.validity.badInput) {
    const message = `'${field.labels[0].textContent}' is no number.`;
    throw new Refused({ message, param: id, code: "invalid_value" });
  }
  return field.value.trim() === "" ? null : Number(field.value);
}

function options(select, pairs) {
  const before = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => make("option", { value, text })));
  if (pairs.some(([value]) => String(value) === before)) select.value = before;
}
