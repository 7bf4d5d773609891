"""Languages given by context-free grammars, in Lark's notation or GBNF."""
