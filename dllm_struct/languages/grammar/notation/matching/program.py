"""A pattern as a program for threads with priorities.

Thompson's construction with ordered choices, as backtracking engines make them (Pike's virtual
machine; Cox, "Regular expression matching: the virtual machine approach", 2009). Loops whose body
may read nothing are stopped as `re` stops them: an iteration that read nothing is the last one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from dllm_struct.automata.alphabet import Ranges
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.regex.python_dialect import Translator, parse_python
from dllm_struct.languages.regex.sre import CODES, Item, combined, parse
from dllm_struct.languages.regex.tree import Alternation, Chars, Concat, Look, Node

MAX_INSTRUCTIONS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Read:
    """Read a character of set number `chars`, go on at `then`."""

    chars: int
    then: int


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at any of `options`, the first one preferred."""

    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """Go on at `then` where lookaround number `look` holds (or, negated, does not)."""

    look: int
    negated: bool
    then: int


@dataclass(frozen=True, slots=True)
class Enter:
    """Begin with a loop whose body may read nothing."""

    loop: int
    then: int


@dataclass(frozen=True, slots=True)
class Until:
    """Between two iterations of such a loop: `body` once more, or on to `tail`."""

    loop: int
    body: int
    tail: int
    lazy: bool


@dataclass(frozen=True, slots=True)
class Accept:
    """The pattern has matched."""


Instruction = Read | Split | Test | Enter | Until | Accept


@dataclass(slots=True)
class Program:
    """A compiled pattern.

    Attributes:
        code: the instructions.
        start: the first one.
        sets: number of each character set that is read.
        looks: number of each lookaround: its body, and whether it looks ahead.
    """

    code: list[Instruction] = field(default_factory=list)
    start: int = 0
    sets: dict[Ranges, int] = field(default_factory=dict)
    looks: dict[tuple[Node, bool], int] = field(default_factory=dict)


def program_of(pattern: str) -> Program:
    """Compile a pattern of Python's `re`.

    Raises:
        InvalidRegex: `re` would not compile it.
        UnsupportedRegex: it is not regular.
        BudgetExceeded: it is too large.
    """
    parse_python(pattern, 0)  # refuses what is malformed or not regular
    parsed = parse(pattern, 0)
    compiler = _Compiler(Translator(pattern, verbose=False))
    end = compiler.emit(Accept())
    compiler.program.start = compiler.sequence(list(parsed), parsed.state.flags, end)
    return compiler.program


class _Compiler:
    """Compiles from the end of the pattern to its beginning."""

    def __init__(self, translator: Translator) -> None:
        self.program = Program()
        self._translator = translator
        self._loops = 0

    def emit(self, instruction: Instruction) -> int:
        """Add an instruction; returns its number."""
        code = self.program.code
        if len(code) >= MAX_INSTRUCTIONS:
            raise BudgetExceeded(
                f"the pattern with its repetitions written out has over {MAX_INSTRUCTIONS} parts",
                hint="lower the repetition bounds",
            )
        code.append(instruction)
        return len(code) - 1

    def sequence(self, items: list[Item], flags: int, then: int) -> int:
        """Code for opcodes, one after the other."""
        for code, argument in reversed(items):
            then = self._item(code, argument, flags, then)
        return then

    def _item(self, code: Any, argument: Any, flags: int, then: int) -> int:
        if code in (CODES.MAX_REPEAT, CODES.MIN_REPEAT):
            return self._repeat(argument, flags, then, lazy=code is CODES.MIN_REPEAT)
        if code is CODES.SUBPATTERN:
            _, added, removed, body = argument
            return self.sequence(list(body), combined(flags, added, removed), then)
        if code is CODES.BRANCH:
            options = [self.sequence(list(option), flags, then) for option in argument[1]]
            return self.emit(Split(tuple(options)))
        return self._single(self._translator.item(code, argument, flags), then)

    def _single(self, node: Node, then: int) -> int:
        """Code for one character, or for a condition."""
        match node:
            case Chars(chars=chars):
                sets = self.program.sets
                return self.emit(Read(sets.setdefault(chars.ranges, len(sets)), then))
            case Look(item=item, ahead=ahead, negated=negated):
                looks = self.program.looks
                return self.emit(Test(looks.setdefault((item, ahead), len(looks)), negated, then))
            case Alternation(options=options):
                return self.emit(Split(tuple([self._single(o, then) for o in options])))
            case Concat(items=items):
                for item in reversed(items):
                    then = self._single(item, then)
                return then
        raise AssertionError("an opcode without a body repeats nothing")

    def _repeat(self, argument: Any, flags: int, then: int, *, lazy: bool) -> int:
        low, high, body = argument
        copy = _Copy(list(body), flags, body.getwidth()[0] == 0, lazy)
        beyond = None if high == CODES.MAXREPEAT else int(high) - int(low)
        entry = self._beyond(copy, beyond, then)
        for _ in range(int(low)):
            entry = self.sequence(copy.items, flags, entry)
        return entry

    def _beyond(self, copy: _Copy, count: int | None, then: int) -> int:
        """The iterations beyond the lower bound: at most ``count``."""
        self._loops += 1
        loop, entry = self._loops, then
        if count is None:
            entry = self.emit(Split(()))  # replaced below: the body leads back to it
            body = self.sequence(copy.items, copy.flags, entry)
            self.program.code[entry] = copy.until(loop, body, then)
        else:
            for _ in range(count):
                body = self.sequence(copy.items, copy.flags, entry)
                entry = self.emit(copy.until(loop, body, then))
        return self.emit(Enter(loop, entry)) if copy.nullable else entry


@dataclass(frozen=True, slots=True)
class _Copy:
    """What is repeated, and how."""

    items: list[Item]
    flags: int
    nullable: bool
    lazy: bool

    def until(self, loop: int, body: int, tail: int) -> Instruction:
        """What stands between two iterations."""
        if self.nullable:
            return Until(loop, body, tail, self.lazy)
        return Split((tail, body) if self.lazy else (body, tail))
