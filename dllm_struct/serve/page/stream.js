// Requests to the server, and streams of events from it.

export class Refused extends Error {
  constructor({ message, param = null, code = null }) {
    super(message);
    this.param = param;
    this.code = code;
  }
}

const headers = (key) => (key ? { Authorization: `Bearer ${key}` } : {});

async function refusal(response) {
  try {
    return new Refused((await response.json()).error);
  } catch {
    return new Refused({ message: `The server answered with status ${response.status}.` });
  }
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused({ message: "The server cannot be reached.", code: "unreachable" });
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export const languages = async (key) =>
  (await ask("v1/languages", { headers: headers(key) })).json();

// Yields the frames [name, data] of a streamed reply.
export async function* infill(body, key, signal) {
  const response = await ask("v1/infill", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers(key) },
    body: JSON.stringify(body),
    signal,
  });
  for await (const { name, data } of frames(response.body)) {
    if (data === "[DONE]") return;
    const value = JSON.parse(data);
    if (name === "error") throw new Refused(value.error);
    yield [name, value];
  }
  throw new Refused({ message: "The stream broke off.", code: "broken_stream" });
}

async function* frames(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      yield* blocks.map(frame);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function frame(block) {
  const found = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) found.name = line.slice(7);
    if (line.startsWith("data: ")) found.data += line.slice(6);
  }
  return found;
}
