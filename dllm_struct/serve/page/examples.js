// Requests to start from.

const json = (value) => JSON.stringify(value, null, 2);

const object = (properties) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const ORDER = `Please extract customer (name, email), items (name, quantity), express and delivery_date from the text and answer with JSON.

Hello,

I would like to order 3 green lamps, 2 office chairs and 5 pens. Please ship by express, they should arrive on 14 March 2025.

Kind regards,
Maria Jensen
maria.jensen@example.com`;

const order = object({
  customer: object({ name: { type: "string" }, email: { type: "string", format: "email" } }),
  items: {
    type: "array",
    items: object({ name: { type: "string" }, quantity: { type: "integer", minimum: 1 } }),
  },
  express: { type: "boolean" },
  delivery_date: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
});

const person = object({
  name: { type: "string", maxLength: 30 },
  age: { type: "integer", minimum: 0, maximum: 150 },
  languages: { type: "array", items: { enum: ["de", "en", "es", "fr"] }, maxItems: 3 },
});

const verdict = object({
  sentiment: { enum: ["good", "neutral", "bad"] },
  score: { type: "integer", minimum: 1, maximum: 5 },
  quote: { type: "string", maxLength: 60 },
});

const configuration = [
  { text: "host = " },
  { hole: "host", type: { regex: "[a-z]{1,8}[.](com|org)" } },
  { text: "\nport = " },
  { hole: "port", type: { regex: "[1-9][0-9]{3}" } },
  { text: "\nmode = " },
  { hole: "mode", type: { choice: ["fast", "safe"] } },
  { text: "\n" },
];

const program = [
  { text: "def area(width, height):\n    return " },
  { hole: "value", type: { regex: "[a-z]+ [-+*] [a-z]+" } },
  { text: "\n\nprint(area(" },
  { hole: "arguments", type: { regex: "[1-9][0-9]*, [1-9][0-9]*" } },
  { text: "))\n" },
];

export const EXAMPLES = {
  json_schema: [
    { name: "An order from an e-mail", text: json(order), prompt: ORDER },
    {
      name: "A person",
      text: json(person),
      prompt: "Ada is 36 and speaks English and French. Answer with JSON.",
    },
    {
      name: "A review, judged",
      text: json(verdict),
      prompt: "Judge this review: 'The lamp is lovely, but it arrived two weeks late.'",
    },
  ],
  regex: [
    { name: "A day", text: "20[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]", prompt: "When do the lamps arrive? On 14 March 2025." },
    { name: "A time", text: "([01][0-9]|2[0-3]):[0-5][0-9]", prompt: "When does the train leave? At half past nine." },
    { name: "An e-mail address", text: "[a-z]+([.][a-z]+)*@example[.](com|org)", prompt: "Who wrote? Maria Jensen, maria.jensen@example.com." },
  ],
  choice: [
    { name: "A verdict", text: "good\nneutral\nbad", prompt: "Judge this review: 'The lamp is lovely, but it arrived two weeks late.'" },
    { name: "Yes or no", text: "yes\nno\nit does not say", prompt: "Maria ordered by express. Is the order urgent?" },
  ],
  grammar: [],
  template: [],
  document: [
    { name: "A configuration", text: json(configuration) },
    { name: "Two holes in a program", text: json({ document: program, grammar: "python" }) },
  ],
};

export const NEW = {
  grammar: { name: "A grammar of my own", text: 'start: greeting ", " name "!"\ngreeting: "Hello" | "Goodbye"\nname: /[A-Z][a-z]{1,9}/\n' },
  template: { name: "A template of my own", text: 'Dear {{ name | line | max_length(20) }},\n\nwe have sent {{ count | integer(minimum=1, maximum=99) }} lamps.\n' },
};
