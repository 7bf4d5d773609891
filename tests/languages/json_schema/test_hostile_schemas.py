"""Schemas made to hurt: each ends in a language or a typed error, in a process with little memory.

No test looks at the clock; what never ends is stopped by a generous limit of processor time, and
that is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MEBIBYTES = 700
SECONDS = 120  # of processor time, for what never ends

PROGRAM = """
import json, os, resource, sys
import dllm_struct as ds

VOCABULARY = ds.Vocabulary([bytes([value]) for value in range(256)])
ds.compile(ds.json_schema({"type": "object", "properties": {"a": {}}}), VOCABULARY)

def run(schema, texts):
    try:
        language = ds.json_schema(schema)
        found = [language.matches(text) for text in texts]
        ds.compile(language, VOCABULARY)
        language.template()
    except ds.DllmStructError as error:
        assert error.hint
        return type(error).__name__
    return found

def nested(schema, levels):
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema

def limited(made):
    with open("/proc/self/statm") as sizes:
        pages = int(sizes.read().split()[0])
    memory = pages * resource.getpagesize() + MEBIBYTES * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    names = {"nested": nested}
    exec(made, names)
    return run(names["schema"], names["texts"])

for name, made in json.load(sys.stdin).items():
    child = os.fork()
    if child == 0:
        try:
            print(json.dumps([name, limited(made)]), flush=True)
        except BaseException as error:
            print(json.dumps([name, "not refused: " + repr(error)[:500]]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""

# Code that makes `schema` and `texts`; then what has to come out.
HOSTILE: dict[str, tuple[str, list[bool] | None]] = {
    "allOf in allOf, twice a level": (
        "schema = {'type': 'integer'}\n"
        "for _ in range(40): schema = {'allOf': [schema, schema]}\n"
        "texts = ['1', 'null']",
        None,
    ),
    "allOf of references that double": (
        "names = [f'd{i}' for i in range(60)]\n"
        "defs = {n: {'allOf': [{'$ref': '#/$defs/' + m}] * 2} for n, m in zip(names, names[1:])}\n"
        "schema = {'$defs': {**defs, names[-1]: {'type': 'integer'}}, '$ref': '#/$defs/d0'}\n"
        "texts = ['1', 'null']",
        None,
    ),
    "anyOf times anyOf": (
        "schema = {'type': 'object', 'allOf': [\n"
        "    {'anyOf': [{'required': [f'{i}a']}, {'required': [f'{i}b']}]} for i in range(30)]}\n"
        "texts = ['{}']",
        None,
    ),
    "oneOf times oneOf": (
        "schema = {'allOf': [{'oneOf': [{'properties': {f'p{i}': {'minimum': k}},\n"
        "    'required': [f'q{i}_{k}']} for k in range(8)]} for i in range(8)]}\n"
        "texts = ['{}']",
        None,
    ),
    "oneOf of 200 alike": (
        "schema = {'oneOf': [{'properties': {'kind': {'const': i}}, 'required': ['kind']}\n"
        "    for i in range(200)]}\n"
        "texts = ['{\"kind\": 7}', '{\"kind\": 200}']",
        None,
    ),
    "not in not": (
        "schema = {'type': 'integer'}\n"
        "for _ in range(100): schema = {'not': schema}\n"
        "texts = ['1', '\"x\"']",
        None,
    ),
    "a pattern that remembers much": (
        "schema = {'type': 'string', 'pattern': '(a|aa){1,500}$'}\n"
        "texts = ['\"' + 'a' * 40 + '\"']",
        None,
    ),
    "a pattern that counts backwards": (
        "schema = {'type': 'string', 'pattern': 'a.{40}$'}\ntexts = ['\"' + 'a' * 41 + '\"']",
        None,
    ),
    "patterns that multiply": (
        "schema = {'allOf': [{'type': 'string', 'pattern': f'[{c}].{{{n}}}x'}\n"
        "    for n, c in enumerate('abcdefghijkl', 5)]}\n"
        "texts = ['\"a\"']",
        None,
    ),
    "repetition of repetition": (
        "schema = {'type': 'string', 'pattern': '^(((a{1,100}){1,100}){1,100}){1,100}$'}\n"
        "texts = ['\"a\"']",
        None,
    ),
    "an enum of 10 MB": (
        "schema = {'enum': [f'{i:040d}' for i in range(250_000)]}\n"
        "texts = ['\"' + '0' * 40 + '\"', '\"' + '1' * 40 + '\"']",
        None,
    ),
    "a string of 10 MB": (
        "schema = {'const': 'x' * 10_000_000}\ntexts = ['\"x\"']",
        None,
    ),
    "10,000 levels": (
        "schema = nested({'type': 'integer'}, 10_000)\ntexts = ['{\"a\": 1}']",
        None,
    ),
    "100 levels": (
        "schema = nested({'type': 'integer'}, 100)\n"
        "texts = ['{\"a\": ' * 100 + '1' + '}' * 100, '{\"a\": ' * 99 + '1' + '}' * 99]",
        [True, False],
    ),
    "1,000 properties": (
        "schema = {'type': 'object', 'properties': {f'p{i}': {'type': 'integer'}\n"
        "    for i in range(1000)}, 'required': ['p3', 'p999']}\n"
        'texts = [\'{"p3": 1, "p999": 2}\', \'{"p3": 1}\', \'{"p3": 1, "x": [], "p999": 2}\']',
        [True, False, True],
    ),
    "1,000 properties in any number": (
        "schema = {'type': 'object', 'properties': {f'p{i}': {'type': 'integer'}\n"
        "    for i in range(1000)}, 'additionalProperties': False, 'minProperties': 500}\n"
        'texts = [\'{"p3": 1, "p999": 2}\']',
        None,
    ),
    "1,000 patterns of names": (
        "schema = {'type': 'object', 'patternProperties': {f'{i:03d}': {'minimum': i}\n"
        "    for i in range(1000)}}\n"
        "texts = ['{\"x\": 1}']",
        None,
    ),
    "a loop of references": (
        "schema = {'$defs': {'a': {'$ref': '#/$defs/b'}, 'b': {'$ref': '#/$defs/a'}},\n"
        "    '$ref': '#/$defs/a'}\n"
        "texts = ['1']",
        None,
    ),
    "a schema that is itself": ("schema = {'$ref': '#'}\ntexts = ['1']", None),
    "a schema that is not itself": ("schema = {'not': {'$ref': '#'}}\ntexts = ['1']", None),
    "a recursion without end": (
        "schema = {'type': 'object', 'properties': {'a': {'$ref': '#'}}, 'required': ['a']}\n"
        "texts = ['{}']",
        None,
    ),
    "a recursion that grows": (
        "inner = {'allOf': [{'$ref': '#'}, {'not': {'$ref': '#/items'}}]}\n"
        "schema = {'type': 'array', 'items': inner}\n"
        "texts = ['[]']",
        None,
    ),
    "a dynamic recursion": (
        "schema = {'$dynamicAnchor': 'n', 'type': 'array', 'items': {'oneOf': [\n"
        "    {'$dynamicRef': '#n'}, {'allOf': [{'$dynamicRef': '#n'}, {'minItems': 3}]}]}}\n"
        "texts = ['[]', '[[]]']",
        None,
    ),
    "huge counts": (
        "schema = {'type': 'array', 'minItems': 10**9, 'items': {'type': 'string',\n"
        "    'minLength': 10**12}}\n"
        "texts = ['[]']",
        None,
    ),
    "huge numbers": (
        "schema = {'minimum': -10**400, 'maximum': 10**400, 'multipleOf': 10**9 + 7}\n"
        "texts = ['0']",
        None,
    ),
    "many contains": (
        "schema = {'type': 'array', 'allOf': [{'contains': {'const': i}} for i in range(40)]}\n"
        "texts = ['[]']",
        None,
    ),
    "dependencies of everything on everything": (
        "names = [f'n{i}' for i in range(60)]\n"
        "schema = {'properties': {n: {} for n in names},\n"
        "    'dependentSchemas': {n: {'minProperties': i, 'properties': {m: {'minimum': i}\n"
        "    for m in names}} for i, n in enumerate(names)}}\n"
        "texts = ['{\"n0\": 1}']",
        None,
    ),
    "ifs in a row": (
        "schema = {'allOf': [{'if': {'properties': {f'a{i}': {'const': 1}}},\n"
        "    'then': {'properties': {f'b{i}': {'const': 2}}},\n"
        "    'else': {'required': [f'c{i}']}} for i in range(25)]}\n"
        "texts = ['{}']",
        None,
    ),
    "unevaluated over many branches": (
        "schema = {'anyOf': [{'properties': {f'p{i}': {}}, 'required': [f'p{i}']}\n"
        "    for i in range(40)], 'unevaluatedProperties': False}\n"
        'texts = [\'{"p1": 1, "p2": 2}\']',
        None,
    ),
    "unique items of a large enum": (
        "schema = {'type': 'array', 'items': {'enum': list(range(300))}, 'uniqueItems': True,\n"
        "    'minItems': 299}\n"
        "texts = ['[1, 1]']",
        None,
    ),
}


REFUSALS = ("BudgetExceeded", "EmptyLanguage", "UnsupportedSchema", "InvalidSchema")


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What became of each schema; one that killed its process has no answer."""
    program = PROGRAM.replace("MEBIBYTES", str(MEBIBYTES)).replace("SECONDS", str(SECONDS))
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps({name: made for name, (made, _) in HOSTILE.items()}),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=True,
    )
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited with RLIMIT_AS")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_schemas(name: str, answers: dict[str, Any]) -> None:
    _, expected = HOSTILE[name]
    answer = answers.get(name, "killed")
    if expected is None:
        assert isinstance(answer, list) or answer in REFUSALS
    else:
        assert answer == expected
