// The same request in other languages. Keys are never part of it.

const VARIABLE = "DLLM_STRUCT_API_KEY";

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function curl(url, body, hasKey) {
  const lines = [`curl ${quoted(url)}`, "-H 'Content-Type: application/json'"];
  if (hasKey) lines.push(`-H "Authorization: Bearer $${VARIABLE}"`);
  lines.push(`--data-raw ${quoted(JSON.stringify(body, null, 2))}`);
  return lines.join(" \\\n  ");
}

export function python(url, body, hasKey) {
  const authorization = hasKey ? `, "Authorization": f"Bearer {os.environ['${VARIABLE}']}"` : "";
  return `import json
${hasKey ? "import os\n" : ""}import urllib.request

body = ${literal(body, "")}
request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json"${authorization}},
)
with urllib.request.urlopen(request) as reply:
    print(json.load(reply)["text"])
`;
}

// A value as Python writes it; JSON's strings are Python's too.
function literal(value, indent) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  const short = `${open}${parts.join(", ")}${close}`;
  if (short.length < 70 && !short.includes("\n")) return short;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}
