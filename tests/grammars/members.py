"""Realistic texts of the languages of the grammars that ship with the package."""

from __future__ import annotations

from typing import Final

JSON: Final = (
    "{}",
    "[]",
    '"a \\"quoted\\" word, a tab \\t and \\u00e9"',
    "-12.5e+3",
    '{"name": "Ada Lovelace", "born": 1815, "fields": ["mathematics", "computing"]}',
    "[1, 2.5, -3, 0, 1e10, 6.02E23, -0.0]",
    '{"nested": {"a": {"b": {"c": [[], [[]], {}]}}}, "empty": ""}',
    '{"ok": true, "error": null, "retry": false}',
    """{
  "id": "order-1042",
  "customer": {"name": "M. Okafor", "email": "m.okafor@example.org"},
  "lines": [
    {"sku": "TEA-01", "quantity": 2, "price": 4.50},
    {"sku": "MUG-07", "quantity": 1, "price": 11.00}
  ],
  "paid": true,
  "note": null
}""",
    '[{"lat": 52.52, "lon": 13.405}, {"lat": -33.87, "lon": 151.21}]',
    '  {"spaces"  :  [ 1 , 2 ]  }\n',
    '{"emoji": "😀", "kanji": "漢字", "escaped": "\\ud83d\\ude00", "path": "C:\\\\temp\\/x"}',
)

ARITHMETIC: Final = (
    "1",
    "1 + 2",
    "2 * (3 + 4)",
    "-5 ** 2",
    "10 / 4 - 3 % 2",
    "((((1))))",
    "3.14159 * 2 ** 2",
    "1 - -1",
    "+(7 - 2) * -(3 + 0.5)",
    "100 / (2 * (3 + 4) - 1) + 8 ** (1 / 3)",
    "2**3**2",
    "0.1+0.2",
)

PYTHON: Final = (
    '''def fibonacci(n):
    """Return the first n Fibonacci numbers."""
    numbers = []
    a, b = 0, 1
    while len(numbers) < n:
        numbers.append(a)
        a, b = b, a + b
    return numbers
''',
    '''import os
import re
from collections import Counter, defaultdict
from pathlib import Path as P


def words(path: P, *, lower: bool = True) -> Counter[str]:
    """Count the words of a file."""
    counts: Counter[str] = Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.lower() if lower else line
            counts.update(re.findall(r"\\w+", line))
    return counts


if __name__ == "__main__":
    for word, count in words(P(os.environ["INPUT"])).most_common(10):
        print(f"{word:>12} {count}")
''',
    '''class Stack:
    """A stack that grows as needed."""

    __slots__ = ("_items",)

    def __init__(self, items=()):
        self._items = list(items)

    def push(self, item):
        self._items.append(item)

    def pop(self):
        if not self._items:
            raise IndexError("pop from an empty stack")
        return self._items.pop()

    @property
    def top(self):
        return self._items[-1] if self._items else None

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        yield from reversed(self._items)
''',
    """from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0
    tags: list[str] = field(default_factory=list)

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y, [*self.tags, *other.tags])

    @classmethod
    def parse(cls, text: str) -> Point | None:
        # "1.5, 2" and the like
        try:
            x, y = map(float, text.split(","))
        except ValueError:
            return None
        else:
            return cls(x, y)
""",
    """import asyncio


async def fetch(session, url, retries=3):
    for attempt in range(retries):
        try:
            async with session.get(url, timeout=10) as response:
                response.raise_for_status()
                return await response.json()
        except (TimeoutError, ConnectionError) as error:
            if attempt == retries - 1:
                raise RuntimeError(f"gave up on {url!r} after {retries} tries") from error
            await asyncio.sleep(2**attempt)


async def fetch_all(session, urls):
    tasks = [asyncio.create_task(fetch(session, url)) for url in urls]
    return {url: result async for url, result in zip_results(urls, tasks) if result is not None}
""",
    '''def solve(board):
    """Solve a sudoku in place by backtracking."""
    for row in range(9):
        for column in range(9):
            if board[row][column] == 0:
                for digit in range(1, 10):
                    if valid(board, row, column, digit):
                        board[row][column] = digit
                        if solve(board):
                            return True
                        board[row][column] = 0
                return False
    return True


def valid(board, row, column, digit):
    if digit in board[row]:
        return False
    if any(board[i][column] == digit for i in range(9)):
        return False
    top, left = 3 * (row // 3), 3 * (column // 3)
    square = [board[i][j] for i in range(top, top + 3) for j in range(left, left + 3)]
    return digit not in square
''',
    '''import functools
import time


def timed(function=None, *, report=print, digits: int = 3):
    """Report how long a function took, as a decorator with or without arguments."""
    if function is None:
        return functools.partial(timed, report=report, digits=digits)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            took = time.perf_counter() - begin
            report(f"{function.__name__} took {round(took, digits)} s")

    return wrapper


@timed(digits=1)
def slow(n, /, step=1, *rest, scale=2.0, **options):
    total = 0
    for i in range(0, n, step):
        total += i * scale
    return total
''',
    """def histogram(data, bins=10, width=40):
    low, high = min(data), max(data)
    if low == high:
        return [f"{low:8.3f} | {'#' * width}"]
    size = (high - low) / bins
    counts = [0] * bins
    for value in data:
        index = min(int((value - low) / size), bins - 1)
        counts[index] += 1
    peak = max(counts)
    lines = []
    for index, count in enumerate(counts):
        bar = "#" * round(width * count / peak)
        lines.append(f"{low + index * size:8.3f} | {bar} {count}")
    return lines
""",
    '''"""A tiny command line calculator."""

import sys

OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else float("nan"),
}
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


def evaluate(tokens):
    values, pending = [], []
    for token in tokens:
        if token in OPERATORS:
            while pending and PRECEDENCE[pending[-1]] >= PRECEDENCE[token]:
                apply(values, pending.pop())
            pending.append(token)
        else:
            values.append(float(token))
    while pending:
        apply(values, pending.pop())
    (result,) = values
    return result


def apply(values, operator):
    right, left = values.pop(), values.pop()
    values.append(OPERATORS[operator](left, right))


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(evaluate(argv))
    except (ValueError, IndexError) as error:
        print("error:", error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
''',
    '''from typing import Generic, TypeVar

T = TypeVar("T")


class Node(Generic[T]):
    def __init__(self, value: T, next: "Node[T] | None" = None) -> None:
        self.value, self.next = value, next


class LinkedList(Generic[T]):
    """A singly linked list."""

    def __init__(self) -> None:
        self.head: Node[T] | None = None
        self.size = 0

    def prepend(self, value: T) -> None:
        self.head = Node(value, self.head)
        self.size += 1

    def __getitem__(self, index: int) -> T:
        node = self.head
        while node is not None and index > 0:
            node, index = node.next, index - 1
        if node is None:
            raise IndexError(index)
        return node.value

    def reverse(self) -> None:
        previous = None
        node = self.head
        while node:
            node.next, previous, node = previous, node, node.next
        self.head = previous

    def __contains__(self, value: object) -> bool:
        node = self.head
        while node:
            if node.value == value:
                return True
            node = node.next
        return False
''',
    """def parse(text):
    result, section = {}, None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        elif line.startswith("[") and line.endswith("]"):
            section = result.setdefault(line[1:-1], {})
        elif (equal := line.find("=")) > 0:
            if section is None:
                raise SyntaxError(f"line {number}: no section yet")
            section[line[:equal].rstrip()] = line[equal + 1 :].lstrip()
        else:
            raise SyntaxError(f"line {number}: {line!r}")
    return result
""",
    """x = 1; y = 2
matrix = [[i * j for j in range(4)] for i in range(4)]
flat = {value for row in matrix for value in row if value % 2 == 0}
squares = {n: n**2 for n in range(10)}
first, *middle, last = sorted(flat)
total = sum(x * y for x, y in zip(first, middle)) if middle else 0
text = ("one " "two "
        "three")
data[1:10:2], other.attribute = other.attribute, data[::-1]
assert total >= 0, "negative"
del squares[0], matrix
global_names = b"bytes\\x00", r"\\d+", 0xFF, 0b1010, 1_000_000, 3.5e-2, 2j, ...
try:
    pass
except* OSError as group:
    print(*group.exceptions, sep="\\n")
finally:
    done = not False and (x or y) is not None
""",
)

C_LIKE: Final = (
    """int main(void) {
    return 0;
}
""",
    """int gcd(int a, int b) {
    while (b != 0) {
        int t = a % b;
        a = b;
        b = t;
    }
    return a;
}
""",
    """/* Sorts an array in place. */
void sort(int *values, int count) {
    for (int i = 1; i < count; i++) {
        int value = values[i];
        int j = i - 1;
        while (j >= 0 && values[j] > value) {
            values[j + 1] = values[j];
            j--;
        }
        values[j + 1] = value;
    }
}
""",
    """struct node {
    int value;
    struct node *next;
};

struct node *push(struct node *head, int value) {
    struct node *fresh = malloc(sizeof(struct node));
    if (fresh == 0)
        return head;
    fresh->value = value;
    fresh->next = head;
    return fresh;
}

int length(const struct node *head) {
    int n = 0;
    for (; head; head = head->next)
        ++n;
    return n;
}
""",
    """static const char *names[] = {"red", "green", "blue"};
enum color { RED, GREEN = 4, BLUE };

const char *name_of(enum color c) {
    switch (c) {
    case RED:
        return names[0];
    case GREEN:
        return names[1];
    case BLUE:
        return names[2];
    default:
        break;
    }
    return "unknown";
}
""",
    """unsigned long hash(const char *text) {
    unsigned long h = 5381UL;
    int c;
    while ((c = *text++))
        h = ((h << 5) + h) ^ (unsigned char)c;
    return h;
}
""",
    """// Matrices of doubles, row by row.
void multiply(int n, double *a, double *b, double *c) {
    int i, j, k;
    for (i = 0; i < n; i++)
        for (j = 0; j < n; j++) {
            double sum = 0.0;
            for (k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}
""",
    """int binary_search(const int *a, int n, int key) {
    int low = 0, high = n - 1;
    do {
        int middle = low + (high - low) / 2;
        if (a[middle] < key)
            low = middle + 1;
        else if (a[middle] > key)
            high = middle - 1;
        else
            return middle;
    } while (low <= high);
    return -1;
}
""",
    """extern int printf(const char *format, ...);

int is_prime(int n) {
    int d;
    if (n < 2) return 0;
    for (d = 2; d * d <= n; d += 1)
        if (n % d == 0) return 0;
    return 1;
}

int main(int argc, char **argv) {
    int found = 0, i = 0;
    while (found < 10) {
        if (is_prime(i)) {
            printf("%d%c", i, found == 9 ? '\\n' : ' ');
            found++;
        }
        i++;
    }
    return found != 10;
}
""",
    """struct point { double x, y; };
struct shape {
    struct point corners[16];
    unsigned int count;
};

static double area(const struct shape *s) {
    double twice = 0;
    unsigned int i;
    if (!s || s->count < 3)
        goto empty;
    for (i = 0; i < s->count; i++) {
        const struct point *p = &s->corners[i];
        const struct point *q = &s->corners[(i + 1) % s->count];
        twice += p->x * q->y - q->x * p->y;
    }
    return twice < 0 ? -twice / 2 : twice / 2;
empty:
    return 0.0;
}
""",
    """char buffer[256];
int used;

int append(const char *text, long n) {
    long i;
    if (n > (long)sizeof buffer - used) {
        return -1;
    }
    for (i = 0; i < n && text[i] != '\\0'; i++) {
        buffer[used++] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
    }
    return used & 0xFF;
}
""",
    """int popcount(unsigned x) {
    int bits = 0;
    for (;;) {
        if (!x) break;
        bits += x & 1u;
        x >>= 1;
        continue;
    }
    return ~~bits;
}

void swap(int *a, int *b) { *a ^= *b; *b ^= *a; *a ^= *b; }
""",
)

JAVASCRIPT: Final = (
    'console.log("Hello, world!");\n',
    """function factorial(n) {
  if (n <= 1) {
    return 1;
  }
  return n * factorial(n - 1);
}
""",
    """const add = (a, b) => a + b;
const square = x => x ** 2;
const noop = () => {};
const pair = (...items) => ({ first: items[0], rest: items.slice(1) });
""",
    """class Counter extends Base {
  static instances = 0;
  count = 0;

  constructor(start = 0, { step = 1, ...options } = {}) {
    super(options);
    this.count = start;
    this.step = step;
    Counter.instances++;
  }

  get value() {
    return this.count;
  }

  set value(next) {
    this.count = next;
  }

  async increment() {
    await this.save?.();
    return (this.count += this.step);
  }

  static create() { return new Counter(1); }
}
""",
    """async function load(url, { retries = 3 } = {}) {
  for (let attempt = 0; attempt < retries; attempt++) {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } catch (error) {
      if (attempt === retries - 1) {
        throw error;
      }
    } finally {
      console.debug(`attempt ${attempt + 1} of ${retries}`);
    }
  }
}
""",
    """// Counts words.
let counts = {};
for (const word of text.split(" ")) {
  if (word === "") continue;
  counts[word] = (counts[word] ?? 0) + 1;
}
for (const key in counts) {
  /* most of them are rare */
  if (counts[key] > 1) console.log(key, counts[key]);
}
""",
    """const user = {
  name,
  "full-name": "Ada Lovelace",
  age: 36,
  tags: ["a", "b", ...others],
  greet(other) { return `Hi ${other.name}, I'm ${this.name}`; },
  [key + 1]: null,
};
const { name: alias, address: { city = "?" } = {}, ...rest } = user;
const [first, second = first] = list;
""",
    """function fizzbuzz(limit) {
  const lines = [];
  for (let i = 1; i <= limit; i += 1) {
    const line = i % 15 === 0 ? "FizzBuzz" : i % 5 === 0 ? "Buzz" : i % 3 === 0 ? "Fizz" : i;
    lines.push(line);
  }
  return lines.join("\\n");
}
""",
    """switch (action.type) {
  case "add":
    state = { ...state, items: [...state.items, action.item] };
    break;
  case "remove": {
    const items = state.items.filter((item) => item.id !== action.id);
    state = { ...state, items };
    break;
  }
  default:
    throw new TypeError("unknown action: " + action.type);
}
""",
    """var i = 10;
do {
  i--;
  if (typeof i === "undefined" || i < 0) break;
} while (i > 0 && !done);
while (true) { i = (i << 1) | 1; if (i > 0xff) { break; } }
delete cache[i], void 0;
(function () { "use strict"; })();
""",
    """const debounce = (callback, wait) => {
  let timer = null;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...args), wait);
  };
};
document.querySelector("#search")?.addEventListener("input", debounce(async (event) => {
  const results = await search(event.target.value.trim());
  render(results.map((result) => result.title));
}, 250));
""",
)

SQL: Final = (
    "SELECT 1",
    "SELECT * FROM users;",
    "SELECT id, name AS full_name FROM users WHERE age >= 18 AND city = 'Ulm' ORDER BY name DESC",
    "SELECT u.name, COUNT(*) AS orders, SUM(o.total) FROM users u "
    "LEFT JOIN orders o ON o.user_id = u.id "
    "GROUP BY u.name HAVING COUNT(*) > 3 ORDER BY orders DESC NULLS LAST LIMIT 10 OFFSET 20;",
    """select p.title,
       round(avg(r.stars), 2) as rating
from products as p
join reviews as r using (product_id)
where p.category in ('books', 'music') and r.stars is not null
group by p.title
having avg(r.stars) between 3 and 5
limit 5""",
    "SELECT name FROM employees WHERE salary > (SELECT AVG(salary) FROM employees)",
    "SELECT CASE WHEN score >= 90 THEN 'A' WHEN score >= 80 THEN 'B' ELSE 'C' END AS x FROM exams",
    "WITH recent AS (SELECT * FROM logins WHERE at > '2024-01-01') "
    "SELECT DISTINCT user_id FROM recent UNION ALL SELECT id FROM admins",
    "INSERT INTO users (name, mail, age) VALUES ('Ada', 'ada@x.org', 36), ('O''Brien', NULL, 41)",
    "INSERT INTO archive SELECT * FROM orders WHERE created < '2020-01-01';",
    "UPDATE products SET price = price * 1.05, new = 0 WHERE category = 'tea' AND NOT sold_out = 1",
    "DELETE FROM sessions WHERE expires < 1700000000 -- old ones\n",
    "SELECT a.x || '-' || b.y, -a.z % 3 FROM s.a CROSS JOIN \"my table\" AS b, c "
    "WHERE EXISTS (SELECT 1 FROM d WHERE d.id = a.id) OR a.name NOT LIKE 'x%' /* comment */",
    "SELECT COALESCE(nick, name, '?'), CAST(age AS INTEGER), UPPER(TRIM(city)) FROM people",
)

SMILES: Final = (
    "C",
    "CCO",
    "c1ccccc1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "C[C@H](N)C(=O)O",
    "[Na+].[Cl-]",
    "F/C=C/F",
    "OC[C@@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O",
    "[13CH4]",
    "N#Cc1ccc(cc1)[N+](=O)[O-]",
    "C1CC2CCC1CC2",
    "[O-]S(=O)(=O)[O-].[Cu+2]",
    "CC(C)(C)c1cc(O)ccc1%10.C%10",
    "[2H]C([2H])([2H])Cl",
    "c1cc2c(cc1Br)[nH]cc2",
)

CSV: Final = (
    "name,age",
    "name,age\nAda,36\nAlan,41\n",
    'id,comment\r\n1,"a, b"\r\n2,"she said ""hi"""\r\n',
    "a,b,c\n1,,3\n,,\n",
    '"multi\nline",x\n',
    "one\ntwo\nthree",
    "x,y\n1\n1,2,3\n",
    "Zürich,Genève,東京\n47.37,46.20,35.68\n",
    "date,amount,currency\n2024-05-01,12.50,EUR\n2024-05-02,-3,USD\n",
    '"",""\n',
    "path;with;semicolons,'quoted',$5\n",
)

REGEX: Final = (
    "abc",
    r"\d{4}-\d{2}-\d{2}",
    r"[A-Za-z_][A-Za-z0-9_]*",
    r"^(?:https?://)?[\w.]+\.(?:com|org|net)(?:/[^ ]*)?$",
    r"(a|b)*c+?d??",
    r"[^\s,;]+(?:,[^\s,;]+){0,5}",
    r"(?i)hello|world",
    r"\bword\b(?!ly)",
    r"(?<=\$)\d+(?:\.\d\d)?",
    r"(?<!un)done",
    r"(?=.*[0-9])(?=.*[a-z]).{8,64}",
    r"[+\-*/()=.\]\[]",
    r"\x41\u00e9\t\\",
    r"(?s:.*?)end\Z",
    r"x{3}y{2,}z{,4}",
)

FUNCTION_CALL: Final = (
    "now()",
    'get_weather(city="Berlin")',
    'get_weather(city="São Paulo", unit="celsius", days=3)',
    "add(1, 2)",
    "math.sqrt(x=16.0)",
    'send_email(to=["a@example.org", "b@example.org"], subject="Hi", urgent=false)',
    'search("diffusion models", limit=10, filters={"year": 2024, "open": true})',
    'set_alarm(time="07:30", repeat=[1, 2, 3, 4, 5], label=null)',
    'create_user(profile={"name": "Ada", "tags": [], "address": {"city": "London", "zip": "NW1"}})',
    "a.b.c.d(_x=-1.5e3)",
    'book_flight("BER", "LIS", seats=2, options={"window": true, "meal": null}, price=199.99)',
    'log(message="line one\\nline two \\"quoted\\" \\u00e9")',
)

CHESS: Final = (
    "1. e4",
    "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O",
    "1. f3 e5 2. g4 Qh4# 0-1",
    "1. d4 d5 2. c4 dxc4 3. e3 b5 4. a4 c6 5. axb5 cxb5 6. Qf3 1-0",
    "34. Rad1 R8xe2+ 35. Kf1 exd1=Q+",
    "1. c4 1/2-1/2",
    "10. O-O-O Kb8 11. N1f3 *",
)
"""The one grammar in GBNF."""

MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "json": JSON,
    "arithmetic": ARITHMETIC,
    "python": PYTHON,
    "c_like": C_LIKE,
    "javascript": JAVASCRIPT,
    "sql": SQL,
    "smiles": SMILES,
    "csv": CSV,
    "regex": REGEX,
    "function_call": FUNCTION_CALL,
}
"""By name of the grammar; each is read by its grammar from the start rule it is used with."""

START: Final[dict[str, str]] = {"python": "file_input"}
"""Start rules that are not called ``start``."""
