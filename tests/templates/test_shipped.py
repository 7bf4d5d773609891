"""Every shipped template, filled by a network that answers at random, is read by a judge."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import torch
import yaml
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding import Fixed
from dllm_struct.shipped import names, shipped
from tests.conftest import TOKENS

ROOT = Path(__file__).parents[2]
SHIPPED = names("templates", ".jinja")
ROOMY = ds.Decoding(steps=6, length=Fixed(initial=12))
DAY = r"\d{4}-\d\d-\d\d"


def a_model(seed: int) -> ds.Model:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return 3 * torch.randn(*input_ids.shape, len(TOKENS), generator=generator)

    family = ds.Family(mask_token_id=len(TOKENS) - 2, null_token_id=len(TOKENS) - 1)
    return ds.Model(network, ds.Vocabulary(TOKENS), family)


def judge_of_changelogs(text: str) -> None:
    head, *items = text.splitlines()
    number = r"(0|[1-9]\d*)"
    found = re.fullmatch(rf"## \[{number}\.{number}\.{number}\] - ({DAY})", head)
    assert found
    date.fromisoformat(found[4])
    assert [line[:2] for line in items if line] == ["##", "- ", "- ", "##", "- ", "- "]


def judge_of_commits(text: str) -> None:
    types = "feat|fix|docs|refactor|test|perf|build|ci|chore"
    head, empty, *body = text.split("\n")
    found = re.fullmatch(rf"({types})(\([a-z0-9-]+\))?: ([a-z].*[^.])", head)
    assert found
    assert len(found[3]) <= 60
    assert not empty
    assert "".join(body).strip()


def judge_of_letters(text: str) -> None:
    subject, _, greeting, _, thanks, *_, sender = text.split("\n")
    assert subject.startswith("Subject: Re: ")
    assert re.fullmatch(r"Dear [^,]+,", greeting)
    assert thanks.strip()
    assert sender.strip()


def judge_of_entities(text: str) -> None:
    found = json.loads(text)
    assert list(found) == ["people", "organisations", "places", "dates"]
    assert all(isinstance(name, str) and name for names in found.values() for name in names)
    assert all(date.fromisoformat(day) for day in found["dates"])


def judge_of_front_matter(text: str) -> None:
    before, front, after = re.split(r"^---$", text, flags=re.MULTILINE)
    found = yaml.safe_load(front)
    assert before + after == ""
    kinds = {
        "title": str,
        "description": str,
        "date": date,
        "author": str,
        "tags": list,
        "draft": bool,
    }
    assert {name: type(value) for name, value in found.items()} == kinds
    assert all(isinstance(tag, str) for tag in found["tags"])


def judge_of_functions(text: str) -> None:
    (function,) = [node for node in ast.parse(text).body[:1]]
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function)


def judge_of_tests(text: str) -> None:
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert function.name.startswith("test_")
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(text)))


def judge_of_comments(text: str) -> None:
    head, empty, *discussion = text.split("\n")
    labels = "praise|nitpick|suggestion|issue|todo|question|thought|chore|note"
    assert re.fullmatch(rf"({labels})( \((blocking|non-blocking|if-minor)\))?: \S.{{0,79}}", head)
    assert not empty
    assert "".join(discussion).strip()


def judge_of_calls(text: str) -> None:
    found = json.loads(text)
    assert list(found) == ["name", "arguments"]
    assert re.fullmatch("[A-Za-z_][A-Za-z0-9_-]{0,63}", found["name"])
    assert isinstance(found["arguments"], dict)


def judge_of_queries(text: str) -> None:
    """SQLite parses a whole statement before it looks for tables and columns."""
    assert re.match(r"SELECT .* ?\nFROM ", text, re.DOTALL)
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute(text)
        except sqlite3.Error as error:
            message = str(error)
            for problem in ("syntax error", "unrecognized token", "incomplete input"):
                assert problem not in message


def judge_of_verdicts(text: str) -> None:
    found = json.loads(text)
    assert found["reasons"]
    assert found["score"] in range(1, 6)
    assert found["verdict"] in ("pass", "fail", "unsure")


JUDGES: dict[str, Callable[[str], None]] = {
    "changelog_entry": judge_of_changelogs,
    "commit_message": judge_of_commits,
    "email_reply": judge_of_letters,
    "entity_extraction": judge_of_entities,
    "front_matter": judge_of_front_matter,
    "python_function": judge_of_functions,
    "review_comment": judge_of_comments,
    "sql_report": judge_of_queries,
    "tool_call": judge_of_calls,
    "unit_test": judge_of_tests,
    "verdict": judge_of_verdicts,
}


def test_every_template_has_a_judge_and_a_row() -> None:
    table = (ROOT / "templates/README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == SHIPPED
    assert sorted(JUDGES) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_template_says_what_it_is_for(name: str) -> None:
    text = (shipped("templates") / f"{name}.jinja").read_text("utf-8")
    assert re.match(r"\{# [A-Z][^#]{20,}\.( -)?#?\}?", text)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_random_network_writes_is_read_by_a_judge(name: str, seed: int) -> None:
    template = ds.read_template(name)
    output = a_model(seed).infill(template, decoding=ROOMY, seed=seed)
    JUDGES[name](output.text)
    assert template.render(output.slots) == output.text


def test_given_values_stand_where_they_belong() -> None:
    arguments = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 8}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }
    tools = ds.choice(["get_weather", "get_time"])
    template = ds.read_template("tool_call", name=tools, arguments=arguments)
    output = a_model(0).infill(template, decoding=ROOMY, seed=0)
    found = json.loads(output.text)
    assert found["name"] in ("get_weather", "get_time")
    assert list(found["arguments"]) == ["city", "days"]
    assert sorted(output.slots) == ["arguments/city", "arguments/days", "name"]
