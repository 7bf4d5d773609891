"""The grammar of a part of JavaScript."""

from __future__ import annotations

import pytest

from tests.grammars.reading import reads

READ = [
    "", ";", "x;", "x = y = 1;", "x += 1, y--;", "a.b[c](d, ...e).if;", "a?.b?.[c]?.(d).e;",
    "let x;", "let x, y = 1;", "const { a, b: c = 1, 'd': [e], ...f } = g;",
    "const [a, [b] = c, ...d] = e;", "var x = 1;", "if (a) b; else c;", "if (a) if (b) c; else d;",
    "while (a) { break; }", "do x--; while (x);", "for (;;) ;", "for (const x of y) z;",
    "for (let i = 0, j = a.b; i < j; i++) f(i);", "for (const k in o) {}",
    "for await (const x of y) {}", "for (i = 0; ; ) {}",
    "switch (x) { case 1: case 2: y; default: z; case 3: }", "switch (x) {}",
    "try { a; } catch { b; } finally { c; }", "try {} catch ({ message }) {}",
    "throw new Error(`a ${b + `c ${d}`} $ $$${e}`);", "return;", "return x;",
    "function f(a, { b = 1 } = {}, ...c) { return a; }", "async function f() { await g(); }",
    "x = function () {};", "x = function g() {};", "x = async () => {};", "x = async a => await a;",
    "x = (a, b) => a + b;", "x = () => ({});", "x = a => b => c;", "x = (...a) => a;",
    "f(a => a, function () {});", "(a);", "(a, b);", "(a, b + 1, c);", "({ a: 1 }).a;",
    "class A {}", "class A extends B.c { constructor() { super(); } }",
    "class A { static x = 1; y; get z() { return 1; } set z(v) {} }",
    "class A { async w() {} [k]() {} }", "x = class {};",
    "x = { a, b: 1, 'c': 2, 3: 4, [d]: 5, e() {}, async f() {}, ...g, if: 6 };",
    "x = [1, ...a, [], ];", "x = a ?? b;", "x = a || b && c;", "x = a ? b : c ? d : e;",
    "x = (-a) ** 3;", "x = -a + +b - !c;", "x = a ** -b;",
    "x = typeof a === 'b' && !(c in d) && e instanceof F;", "delete a.b;", "void 0;",
    "x = 0xFF + 1_000 + 1e3 + 1.5 + 10n;", "x = 1..toFixed();", "x = 'a\\n\\x41\\u{1F600}\\\nb';",
    "tag`a`;", "x\n  .y()\n  .z();", "x /* a */ = /* b */ 1; // c", "a = b\n+ c;", "get = set;",
    "a ||= b; c ??= d; e **= 2;", "new A(b).c;", "new (f(x))();", "this.x = arguments;",
]  # fmt: skip

NOT_READ = [
    "x = a++ in2;", "x = a++inb;", "x++ y;",
    "x", "x y;", "x = ;", "1 = x;", "f() = 1;", "a + b = c;", "a?.b = 1;", "x++ = 1;", "5++;",
    "f()++x;", "(a, b) = c;", "let x = ;", "const x;", "let { a };", "let let = 1;", "var if = 1;",
    "if (a) let b;", "if (a) function f() {}", "if a b;", "else x;", "while () x;",
    "for (x of y) z;", "for (const x = 1 of y) z;", "for (let i = 'a' in b; ; ) c;",
    "for (i; j) k;", "for (const x ofy) z;", "do x; while y;", "switch (x) { y; }",
    "switch (x) { casey: z; }", "switch (x) { default: a; default: b; }", "try {}",
    "try {} catchx {}", "catch {}", "throw;", "throw\nx;", "function () {}", "function f(a,, b) {}",
    "function f(...a, b) {}", "function f(1) {}", "x = functionf() {};", "(a, b) =>;",
    "x = (a + 1) => b;", "x = (a.b) => c;", "x = a\n=> b;", "x = () => {}.a;", "x = () => {} || b;",
    "{ a: 1, b: 2 };", "class {}", "class A extendsB {}", "class A { x y; }",
    "class A { get x(a) {} }", "class A { x: 1 }", "x = { a b };", "x = { a: };", "x = { a = 1 };",
    "x = [, ", "x = a ?? b || c;", "x = -a ** 2;", "x = a ? b;", "x = a inb;", "x = 1in b;",
    "delete 1;", "x = 010;", "x = 0x;", "x = 1.a;", "x = 1__0;", "x = 3px;", "x = 'a;",
    "x = 'a\nb';", "x = '\\x4';", "x = '\\u{110000}';", "x = `a;", "x = `${}`;", "x = `${a`;",
    "a\n++;", "a /* b\n*/ ++;", "/* a", "a /* b;", "x = /a/;", "import a;", "export x;", "yield x;",
    "a => a;", "async x;", "asyncfunction f() {}", "new A;", "super;", "x = @a;", "#a;", "x = é;",
    "return\n{ a: 1, b: 2 };", "x = a <!> b;", "x === = y;", "x => { };", "f(a b);", "f(,);",
]  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_read(text: str) -> None:
    assert reads("javascript", text)


@pytest.mark.parametrize("text", NOT_READ)
def test_not_read(text: str) -> None:
    assert not reads("javascript", text)


@pytest.mark.parametrize(
    ("start", "text", "member"),
    [
        ("expression", "a, b", True),
        ("assignment", "a => b", True),
        ("assignment", "a, b", False),
        ("statement", "if (a) b;", True),
        ("block", "{ a; }", True),
        ("name", "a1", True),
        ("name", "if", False),
        ("template", "`a ${b}`", True),
    ],
)
def test_start(start: str, text: str, member: bool) -> None:
    assert reads("javascript", text, start) is member
