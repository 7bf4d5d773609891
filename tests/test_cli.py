"""The command line from outside: what is printed where, and how it ends."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import dllm_struct as ds
from dllm_struct.cli import main

Run = Callable[..., tuple[int, str, str]]

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.fixture
def run(
    noise_model: ds.Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command with a model that answers at random; return status, output and messages."""
    monkeypatch.setattr(ds, "load", lambda name, device="auto": noise_model)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert isinstance(end.value.code, int)
        return (end.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def schema_file(tmp_path: Path) -> str:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    return str(path)


@pytest.mark.parametrize("structure", ["template", "free"])
def test_generate_prints_the_text_alone(run: Run, schema_file: str, structure: str) -> None:
    status, output, messages = run(
        "generate", "A prompt.", "--schema", schema_file, "--structure", structure, "--seed", "1"
    )
    assert status == 0
    assert output.endswith("}\n")
    jsonschema.validate(json.loads(output), SCHEMA)
    assert "forward passes" in messages


def test_generate_from_a_regex(run: Run) -> None:
    status, output, _ = run("generate", "When?", "--regex", r"\d{4}-\d\d", "--max-tokens", "7")
    assert status == 0
    assert re.fullmatch(r"\d{4}-\d\d\n", output)


def test_thinking_goes_to_standard_error(run: Run, schema_file: str) -> None:
    status, text, messages = run(
        *("generate", "hello", "--schema", schema_file, "--seed", "1", "--think", "6"),
        *("--think-sampler", "threshold(threshold=0.5)", "--think-steps", "3"),
        *("--think-patience", "2", "--think-opening", "<", "--think-closing", ">"),
    )
    assert status == 0
    jsonschema.validate(json.loads(text), SCHEMA)
    assert text.count("\n") == 1
    plain = run("generate", "hello", "--schema", schema_file, "--seed", "1")
    assert len(messages) > len(plain[2])


def test_thinking_that_is_described_has_to_be_asked_for(run: Run) -> None:
    status, text, messages = run("generate", "x", "--regex", "a|b", "--think-sampler", "random")
    assert (status, text) == (2, "")
    assert "--think-sampler without --think" in messages
    unknown = run("generate", "x", "--regex", "a|b", "--think", "4", "--think-sampler", "no such")
    assert unknown[0] == 2 and "unknown sampler" in unknown[2]


def test_equal_seeds_give_equal_texts(run: Run) -> None:
    arguments = ("generate", "x", "--regex", "[a-z]{1,9}", "--temperature", "1", "--seed", "7")
    assert run(*arguments)[:2] == run(*arguments)[:2]


def test_prompt_from_standard_input_and_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, noise_model: ds.Model
) -> None:
    prompts = []
    stream = noise_model.stream

    def listen(prompt: str, *arguments: object) -> object:
        prompts.append(prompt)
        return stream(prompt, *arguments)

    monkeypatch.setattr(noise_model, "stream", listen)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("käse\n".encode())))
    file = tmp_path / "prompt.txt"
    file.write_text("from a file", encoding="utf-8")
    for argument in ("-", f"@{file}", "plain"):
        assert run("generate", argument, "--regex", "a|b")[0] == 0
    assert prompts == ["käse\n", "from a file", "plain"]


def test_watch_draws_on_standard_error(run: Run, schema_file: str) -> None:
    status, output, messages = run("generate", "x", "--schema", schema_file, "--watch")
    assert status == 0
    jsonschema.validate(json.loads(output), SCHEMA)
    assert "NFE" in messages
    assert "/name" in messages


def test_trace_has_a_line_for_every_step(run: Run, schema_file: str, tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    status, output, _ = run("generate", "x", "--schema", schema_file, "--trace", str(file))
    assert status == 0
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [event["step"] for event in events] == [*range(1, len(events) + 1)]
    assert events[-1]["text"] + "\n" == output
    assert events[-1]["masked"] == 0


def test_compile_explains_a_schema(run: Run, schema_file: str) -> None:
    status, output, _ = run("compile", "--schema", schema_file)
    assert status == 0
    assert '{"name": "⟨/name⟩", "age": ⟨/age⟩' in output
    for word in ("/name", "/age", "/tags", "states", "classes", "free form"):
        assert word in output


def test_compile_prints_json(run: Run, schema_file: str) -> None:
    status, output, _ = run("compile", "--schema", schema_file, "--json")
    assert status == 0
    found = json.loads(output)
    assert [slot["id"] for slot in found["slots"]] == ["/name", "/age", "/tags", "free form"]
    assert found["parts"][0] == {"invariant": '{"name": "'}
    assert found["slots"][0]["engine"] == "automaton"


def test_compile_warns(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text('{"type": "string", "format": "of-my-own"}')
    status, output, _ = run("compile", "--schema", str(path))
    assert status == 0
    assert "warning at /format" in output
    assert "of-my-own" in output


def test_compile_explains_a_regex(run: Run) -> None:
    status, output, _ = run("compile", "--regex", "[0-9]{2,4}")
    assert status == 0
    assert "[0-9]{2,4}" in output
    assert "free form" not in output


TEMPLATE = '{{ who | regex("[a-z]{1,5}") }} has {{ count | integer(minimum=1, maximum=9) }}\n'


@pytest.fixture
def template_file(tmp_path: Path) -> str:
    path = tmp_path / "has.jinja"
    path.write_text(TEMPLATE)
    return str(path)


def test_generate_from_a_template(run: Run, template_file: str) -> None:
    status, output, _ = run("generate", "x", "--template", template_file)
    assert status == 0
    assert re.fullmatch("[a-z]{1,5} has [1-9]\n", output)
    assert (
        run("generate", "x", "--template", template_file, "--set", "who=ann")[1][:8] == "ann has "
    )


def test_generate_from_a_shipped_template(run: Run) -> None:
    values = "--set", "reasons=" + json.dumps("It is = short."), "--set", "score=5"
    status, output, _ = run("generate", "x", "--template", "verdict", *values)
    assert status == 0
    assert json.loads(output)["reasons"] == "It is = short."


def test_generate_from_a_grammar(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sum.lark"
    path.write_text('start: DIGIT ("+" DIGIT)~2\nDIGIT: /[0-9]/\n')
    status, output, _ = run("generate", "x", "--grammar", str(path))
    assert status == 0
    assert re.fullmatch(r"\d\+\d\+\d\n", output)


def test_compile_explains_a_template(run: Run, template_file: str) -> None:
    status, output, _ = run("compile", "--template", template_file, "--json")
    assert status == 0
    found = json.loads(output)
    assert found["parts"] == [{"slot": "who"}, {"invariant": " has "}, {"slot": "count"}]
    assert [slot["id"] for slot in found["slots"]] == ["who", "count"]


def test_compile_explains_a_language_around_slots(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pair.jinja"
    path.write_text('{% set language = regex("[a-z]+=[0-9]+") %}\n{{ a }}={{ b }}')
    status, output, _ = run("compile", "--template", str(path))
    assert status == 0
    assert "⟨a⟩=⟨b⟩" in output


def test_infill_keeps_everything_else(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffä <FILL>\r\n".encode())
    status, output, messages = run("infill", str(path), "--regex", "[a-z]{1,5}")
    assert status == 0
    assert re.fullmatch("\ufeffä [a-z]{1,5}\r\n", output)
    assert "forward passes" in messages


def test_infill_fills_every_hole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("??: ?? ??")
    status, output, _ = run("infill", str(path), "--hole", "??", "--regex", "[a-z]{1,5}", "--watch")
    assert status == 0
    assert re.fullmatch("[a-z]{1,5}: [a-z]{1,5} [a-z]{1,5}", output)


def test_infill_without_a_constraint(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a <FILL> b")))
    trace = tmp_path / "trace.jsonl"
    status, output, _ = run("infill", "-", "--prompt", "Fill it.", "--trace", str(trace))
    assert status == 0
    assert output.startswith("a ")
    assert output.endswith(" b")
    assert trace.read_text(encoding="utf-8")


def test_infill_within_a_grammar(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sum.txt"
    path.write_text('{"a": [<FILL>]}')
    status, output, _ = run("infill", str(path), "--grammar", "json")
    assert status == 0
    assert output.startswith('{"a": [')
    assert isinstance(json.loads(output)["a"], list)


FILES = {
    "t.jinja": b"{{ a }}\n{{ a }}",
    "no.txt": b"no hole",
    "bad.json": b'{"a" ] <FILL>',
    "malformed": b'{"type": "object",\n "properties": }',
    "twice": b'{"type": "string", "type": "null"}',
    "infinite": b'{"minimum": Infinity}',
    "unsupported": b'{"properties": {"a": {"$ref": "http://localhost/other"}}}',
    "empty": b'{"type": "integer", "minimum": 3, "maximum": 2}',
    "list": b"[1, 2]",
    "deep": b"[" * 100_000,
    "latin": b'{"title": "\xe9"}',
}


def with_schema(name: str) -> tuple[str, ...]:
    return "generate", "x", "--schema", name


def with_regex(*more: str) -> tuple[str, ...]:
    return "generate", "x", "--regex", *more


def with_template(*more: str) -> tuple[str, ...]:
    return "generate", "x", "--template", "verdict", *more


BAD_INPUT = {
    "malformed JSON": (with_schema("malformed"), "line 2, column 16"),
    "duplicate key": (with_schema("twice"), "'type' is there twice"),
    "not a JSON number": (with_schema("infinite"), "Infinity is not JSON"),
    "unsupported reference": (with_schema("unsupported"), "http://localhost/other"),
    "empty language": (with_schema("empty"), ""),
    "schema is a list": (with_schema("list"), ""),
    "too deep": (with_schema("deep"), "nested too deeply"),
    "not UTF-8": (with_schema("latin"), "not UTF-8"),
    "unknown file": (with_schema("missing.json"), "cannot read 'missing.json'"),
    "folder instead of file": (with_schema("."), "cannot read '.'"),
    "unknown prompt file": (("generate", "@missing", "--regex", "a"), "cannot read 'missing'"),
    "no constraint": (("generate", "x"), "there is no constraint"),
    "two constraints": ((*with_schema("empty"), "--regex", "a"), "there are two constraints"),
    "grammar and regex": ((*with_regex("a"), "--grammar", "json"), "there are two constraints"),
    "malformed template": (("generate", "x", "--template", "t.jinja"), "line 2: 'a'"),
    "unknown template": (("generate", "x", "--template", "tool_cal"), "tool_call"),
    "unknown template file": (("generate", "x", "--template", "b.jinja"), "cannot read 'b.jinja'"),
    "unknown name": (with_template("--set", "a=b"), "no 'a'"),
    "value that does not fit": (with_template("--set", "score=6"), "value of 'score'"),
    "nothing set": (with_template("--set", "score"), "'score' sets nothing"),
    "value without template": ((*with_regex("a"), "--set", "a=b"), "--set is of no use"),
    "start without grammar": ((*with_regex("a"), "--start", "b"), "--start is of no use"),
    "template in free form": (with_template("--structure", "free"), "free form"),
    "unknown grammar": (("generate", "x", "--grammar", "jsn"), "jsn"),
    "unknown grammar file": (("generate", "x", "--grammar", "a.lark"), "cannot read 'a.lark'"),
    "text outside the grammar": (("infill", "bad.json", "--grammar", "json"), "(byte 5 of"),
    "no hole": (("infill", "no.txt"), "the text has no hole"),
    "empty mark": (("infill", "no.txt", "--hole", ""), "the text has no hole"),
    "unknown text": (("infill", "none.txt"), "cannot read 'none.txt'"),
    "text not UTF-8": (("infill", "latin"), "not UTF-8"),
    "infill with two constraints": (
        ("infill", "no.txt", "--regex", "a", "--schema", "empty"),
        "there are two constraints",
    ),
    "malformed regex": (with_regex("a("), ""),
    "backreference": (with_regex(r"(a)\1"), ""),
    "limit too small": (with_regex("[0-9]{40}", "--max-tokens", "10"), "10"),
    "unknown sampler": (with_regex("a|b", "--sampler", "no"), "sampler"),
    "prompt too long": (("generate", "x" * 600, "--regex", "a|b"), "512"),
    "unwritable trace": (with_regex("a|b", "--trace", "no/trace"), "cannot write 'no/trace'"),
    "compile without constraint": (("compile",), "there is no constraint"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_one_line_with_a_hint(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    status, output, messages = run(*arguments)
    assert status == 2
    assert output == ""
    assert re.fullmatch(r"error: .+ \(.+\)\n", messages)
    assert message in messages


@pytest.mark.parametrize(
    "arguments",
    [("generate",), ("generate", "x", "--steps", "0"), ("unknown",), ("generate", "x", "--no")],
)
def test_bad_usage(run: Run, arguments: tuple[str, ...]) -> None:
    status, output, messages = run(*arguments)
    assert status == 2
    assert output == ""
    assert "Usage" in messages


def test_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["generate", "x", "--regex", "a|b", "--model", "./no/such/folder"])
    assert end.value.code == 2
    assert "no/such/folder" in capsys.readouterr().err


def test_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(name: str, device: str = "auto") -> ds.Model:
        raise KeyboardInterrupt

    monkeypatch.setattr(ds, "load", interrupt)
    assert run("generate", "x", "--regex", "a|b")[0] == 130
