"""Instructions that name the fields of a schema, in many wordings."""

from __future__ import annotations

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.types import Schema

SENTENCES = (
    "Extract {fields} as JSON.",
    "Extract {fields}.",
    "Extract the following fields as JSON: {fields}.",
    "Read the text and return JSON with {fields}.",
    "Return {fields} as a JSON object.",
    "Give me {fields} as JSON.",
    "Find {fields} in the text below.",
    "Which {fields} does the text mention? Answer in JSON.",
    "Please pull out {fields} and write them as JSON.",
    "Write a JSON object with the keys {fields}.",
    "Fields: {fields}",
    "JSON fields: {fields}",
    "Keys: {fields}",
    "Turn this into JSON ({fields}).",
    "Convert the text to JSON with {fields}.",
    "I need {fields}.",
    "Fill in {fields} from the text.",
    "Parse the message into {fields}.",
    "Output a record with {fields}.",
    "Get {fields} from this text.",
    "Look up {fields} and reply in JSON.",
    "List {fields} in JSON format.",
    "Pick {fields} out of the message.",
    "Please find {fields}; reply with a JSON object.",
    "Make JSON out of this. Keys: {fields}",
    "The answer should be JSON with {fields}.",
    "What are {fields}?",
    "Tell me {fields}.",
    "Can you give me {fields} as JSON?",
    "Produce a JSON object that has {fields}.",
    "Wanted: {fields}",
    "Needed fields: {fields}.",
    "Schema: {fields}",
    "Format: {fields}",
    "Answer format: {fields}",
    "Task: find {fields}.",
    "Summarise as JSON: {fields}",
    "Read {fields} from the text and answer in JSON.",
    "Structure the text as {fields}.",
    "Identify {fields} and output JSON.",
    "Extract data. Properties: {fields}",
    "Note down {fields} as a JSON record.",
    "Store this as {fields}.",
    "We want a JSON object of {fields} from the message.",
    "Gather {fields}. Answer with an object.",
    "Build an object from the text: {fields}.",
    "Your JSON must have {fields}.",
    "Attributes: {fields}",
    "Select {fields} from the text and send back JSON.",
    "Take {fields} from what follows or precedes, as JSON.",
    "Report {fields} in an object.",
    "Copy {fields} into JSON.",
)

HELD_OUT_SENTENCES = (
    "Please extract {fields} from the text and answer with JSON.",
    "Create JSON with the fields {fields}.",
    "Required keys: {fields}",
    "Collect {fields} and return a JSON object.",
)

TYPE_NAMES = {
    "string": ("string", "str", "text"),
    "integer": ("integer", "int"),
    "number": ("number", "float"),
    "boolean": ("boolean", "bool"),
}


def with_instruction(draw: Draw, text: str, schema: Schema) -> str:
    """Return the text with an instruction that names every field, before or after it."""
    sentence = draw.pick(HELD_OUT_SENTENCES if draw.held_out else SENTENCES)
    instruction = sentence.replace("{fields}", _fields(draw, schema))
    gap = draw.pick(("\n\n", "\n\n", "\n", "\n---\n"))
    if not draw.held_out and draw.chance(0.15):
        gap = draw.pick((" ", "\n\n\n", "\n###\n", "\n***\n"))
    if draw.chance(0.65):
        label = draw.pick(("", "", "", "Text: ", "Input: "))
        return f"{instruction}{gap}{label}{text}"
    return f"{text}{gap}{instruction}"


def _fields(draw: Draw, schema: Schema) -> str:
    """Name the fields: bare, with their types, or as a skeleton of the object."""
    style = draw.rng.random()
    if not draw.held_out and draw.chance(0.08):
        return "".join(f"\n- {part}" for part in _typed(draw, schema))
    if style < 0.6:
        mark = draw.pick(("?", "?", " (optional)", " if given"))
        return _bare(schema, mark, " and " if draw.chance(0.5) else ", ")
    if style < 0.85:
        return ", ".join(_typed(draw, schema))
    return "{" + ", ".join(_typed(draw, schema)) + "}"


def _bare(schema: Schema, optional: str, last: str = ", ") -> str:
    names = []
    for key, sub in schema["properties"].items():
        inner = _inner(sub)
        mark = "" if key in schema.get("required", ()) else optional
        names.append(f"{key}{mark}" + (f" ({_bare(inner, optional)})" if inner else ""))
    return last.join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _typed(draw: Draw, schema: Schema) -> list[str]:
    required = schema.get("required", ())
    return [
        f"{key}{'' if key in required else '?'}: {_type(draw, sub)}"
        for key, sub in schema["properties"].items()
    ]


def _type(draw: Draw, schema: Schema) -> str:
    if "anyOf" in schema:
        return f"{_type(draw, schema['anyOf'][0])} or null"
    if "enum" in schema:
        return "|".join(schema["enum"])
    if schema["type"] == "array":
        return f"[{_type(draw, schema['items'])}]"
    if schema["type"] == "object":
        return "{" + ", ".join(_typed(draw, schema)) + "}"
    return draw.pick(TYPE_NAMES[schema["type"]])


def _inner(schema: Schema) -> Schema | None:
    """Return the object schema inside nullability and arrays, if there is one."""
    if "anyOf" in schema:
        return _inner(schema["anyOf"][0])
    if schema.get("type") == "array":
        return _inner(schema["items"])
    return schema if schema.get("type") == "object" else None
