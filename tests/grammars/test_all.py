"""What holds for every grammar that ships with the package."""

from __future__ import annotations

import logging
import re

import pytest
from lark import Lark, logger
from lark.indenter import PythonIndenter

from dllm_struct.languages.grammar.notation import read
from tests.grammars.members import CHESS, MEMBERS, START
from tests.grammars.reading import FOLDER, reads

LARK = sorted(path.stem for path in FOLDER.glob("*.lark"))
GBNF = sorted(path.stem for path in FOLDER.glob("*.gbnf"))
EVERY_MEMBER = [(name, text) for name, texts in MEMBERS.items() for text in texts]

# A game as its notation is usually described, for the one grammar that lark does not read.
MOVE = r"(?:O-O(?:-O)?|[KQRBN][a-h]?[1-8]?x?[a-h][1-8]|(?:[a-h]x)?[a-h](?:[2-7]|[18]=[QRBN]))[+#]?"
GAME = rf"\d+\. {MOVE}(?: {MOVE})?(?: \d+\. {MOVE}(?: {MOVE})?)*(?: (?:1-0|0-1|1/2-1/2|\*))?"


def test_members_of_every_grammar() -> None:
    assert sorted(MEMBERS) == LARK
    assert all(len(texts) >= 10 for texts in MEMBERS.values())
    assert GBNF == ["chess"]


@pytest.mark.parametrize(("name", "text"), EVERY_MEMBER)
def test_members_are_read(name: str, text: str) -> None:
    assert reads(name, text)


@pytest.mark.parametrize("name", LARK)
def test_no_conflicts(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger.name)
    Lark(
        (FOLDER / f"{name}.lark").read_text(encoding="utf-8"),
        parser="lalr",
        start=START.get(name, "start"),
        postlex=PythonIndenter() if name == "python" else None,
        debug=True,
    )
    assert "onflict" not in caplog.text


@pytest.mark.parametrize("name", [*LARK, *GBNF])
def test_every_start_rule(name: str) -> None:
    (path,) = FOLDER.glob(f"{name}.*")
    text = path.read_text(encoding="utf-8")
    starts = re.search(r"Start rules: (.*?)(?:\.\s|\n(?://|#)?\s*\n|$)", text, re.DOTALL)
    assert starts is not None
    names = re.findall(r"[a-z_]+", re.sub(r"\([^)]*\)|\n(?://|#)", " ", starts[1]))
    assert names[0] == ("root" if path.suffix == ".gbnf" else START.get(name, "start"))
    for start in names:
        assert read(text, start=start).rules


@pytest.mark.parametrize("text", CHESS)
def test_chess(text: str) -> None:
    assert re.fullmatch(GAME, text)


def test_readme_lists_every_grammar() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE) == sorted([*LARK, *GBNF])
