"""Sets of strings: regular expressions, choices, JSON Schemas, and Python types that have one."""
