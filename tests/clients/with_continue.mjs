// Continue's adapters: fill-in-the-middle as with Mistral, chat as with OpenAI.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const { DLLM_STRUCT_URL, DLLM_STRUCT_KEY, CLIENT_FOLDER } = process.env;
const require = createRequire(join(CLIENT_FOLDER, "package.json"));
const { constructLlmApi } = require("@continuedev/openai-adapters");

const apiOf = (provider) =>
  constructLlmApi({ provider, apiKey: DLLM_STRUCT_KEY, apiBase: `${DLLM_STRUCT_URL}/v1/` });
const signal = new AbortController().signal;
const model = "bundled";
const messages = [{ role: "user", content: "Ada Lovelace is 36 years old." }];
const schema = {
  type: "object",
  properties: { age: { type: "integer", minimum: 0, maximum: 150 } },
  required: ["age"],
  additionalProperties: false,
};
const responseFormat = { type: "json_schema", json_schema: { name: "age", schema } };

/** Join the text of a stream of chunks. */
async function textOf(stream) {
  let text = "";
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
  }
  return text;
}

const checks = {
  async fim_stream() {
    const hole = { model, prompt: "def f(x):\n    ", suffix: "\n    return y\n", max_tokens: 8 };
    assert.equal(typeof (await textOf(apiOf("mistral").fimStream(hole, signal))), "string");
  },
  async fim_stream_with_an_empty_suffix() {
    const hole = { model, prompt: "a = ", suffix: "", max_tokens: 8 };
    assert.equal(typeof (await textOf(apiOf("mistral").fimStream(hole, signal))), "string");
  },
  async chat_stream() {
    const asked = { model, messages, response_format: responseFormat, stream: true };
    const text = await textOf(apiOf("openai").chatCompletionStream(asked, signal));
    assert.deepEqual(Object.keys(JSON.parse(text)), ["age"]);
  },
  async chat() {
    const asked = { model, messages, response_format: responseFormat, stream: false };
    const reply = await apiOf("openai").chatCompletionNonStream(asked, signal);
    assert.deepEqual(Object.keys(JSON.parse(reply.choices[0].message.content)), ["age"]);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.error(error);
    console.log(`failed ${name}`);
    process.exitCode = 1;
  }
}
