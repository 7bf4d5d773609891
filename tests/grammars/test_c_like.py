"""The grammar of a part of C."""

from __future__ import annotations

import pytest

from tests.grammars.reading import reads

STATEMENTS = [
    ";", "{}", "x;", "x = y = 1;", "x += 2, y--;", "*p++ = *q;", "p->a.b[i](1, 2);", "(x) = 1;",
    "(*p).a = 2;", "a ? b : c ? d : e;", "x = a || b && c | d ^ e & f == g < h << i + j * -k;",
    "return;", "return x;", "if (a) b; else if (c) d; else e;", "if (a) if (b) c; else d;",
    "while (x) { break; }", "do x--; while (x);", "for (;;) ;", "for (i = 0; i < n; ++i) f(i);",
    "for (int i = 0, *p = q; i; i++) {}", "goto end;", "end: x;",
    "switch (x) { case 1: case 'a': y; int z; break; default: ; }", "switch (x) {}",
    "{ int a[3] = {1, 2,}; a; }", '{ const char *s = "a" "\\n\\x41"; }',
    "{ struct p q, *r; static long long n = 0x1FuLL; }", "x = (int)y + sizeof(int) * sizeof x;",
    "x = 1.5e-3f + .5 + 1. + 017 + 'a' + '\\0';", "x = !~-+y;", "&x;", "x = a - -b + +c;",
    "a /* b */ = c; // d\n", "x <<= 1; ", "-x++;", "++*p;", "f(a, (b, c));",
]  # fmt: skip

NO_STATEMENTS = [
    "", "x", "x = ;", "1 = x;", "f() = 1;", "a + b = c;", "x++ = 1;", "++x++;", "5++;", "1++x;",
    "f()++x;", "&5;", "(a ? b : c) = d;", "-x = 1;", "if a b;", "if (a) else b;", "else;",
    "while () x;", "for (i; j) x;", "do x;", "do x; while (y)", "switch (x) { y; }",
    "switch (x) { casey: z; }", "case 1: x;", "switch (x) { case 1: }", "return return;", "int x;",
    "intx = = 1;", "goto 1;", "end:", "{", "}", "{ int x }", "{ int 1x; }", "{ intx y; }",
    "{ void x; }", "{ x y; }", "{ constint x; }", "f(;", "f(a,);", "a[];", "a.1;", "1.a;", "a->;",
    "'ab';", "'';", '"a;', '"\\q";', "08;", "0x;", "1x;", "0xe+1;", "a b;", "x = if;", "int = 1;",
    "/* a", "a /* b;", "#x", "@;", "a === b;", "a ** ;", "(int) = 1;", "sizeof(int)++x;", "a ? b;",
    '"a\nb";', "é;", "x = {1};", "// x \\\n;",
]  # fmt: skip

FILES = [
    "int x;", "int f(void);", "int f();", "void *f(const char *, int n, ...);",
    "int f(int a, char *b[]) {}", "static unsigned long *x = 0, y[2][3];",
    "struct s { int a; struct s *b, c[2]; };", "enum e { A, B = 1 + 2, };", "struct { int x; } y;",
    "struct s f(enum e x) { return y; }", "extern const int x;", "unsigned x;",
    "int main(void)\n{\n    return 0;\n}\n", "char *s = \"\", c = 'c';",
    "struct p q = {1, {2, 3}};",
]  # fmt: skip

NO_FILES = [
    "", "x;", "x = 1;", "intmain() {}", "main() {}", "int f(", "int f(int) {}", "int f(a);",
    "int f(void, int);", "int f(void x);", "void x;", "staticint x;", "int x", "int x y;",
    "struct s { };", "struct s { int a }", "struct s { inta; };", "enum e { };", "enum e { 1 };",
    "int f() int x;", "int if;", "int x = ;", "unsignedint x;", "int f() { int g() {} }",
    "return 0;", "int x[;", "int (*f)(int);", "typedef int t;", "long short x;",
]  # fmt: skip


@pytest.mark.parametrize("text", STATEMENTS)
def test_statement(text: str) -> None:
    assert reads("c_like", text, "statement")
    assert reads("c_like", f"int f(void) {{ {text}\n}}")


@pytest.mark.parametrize("text", NO_STATEMENTS)
def test_no_statement(text: str) -> None:
    assert not reads("c_like", text, "statement")


@pytest.mark.parametrize("text", FILES)
def test_file(text: str) -> None:
    assert reads("c_like", text)


@pytest.mark.parametrize("text", NO_FILES)
def test_no_file(text: str) -> None:
    assert not reads("c_like", text)
