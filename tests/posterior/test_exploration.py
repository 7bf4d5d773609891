"""The explored posterior against brute-force enumeration, on machines small enough for that."""

from __future__ import annotations

import itertools
import math
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata import algebra
from dllm_struct.automata.dfa import empty
from dllm_struct.automata.machine import Machine
from dllm_struct.compiled import compile
from dllm_struct.errors import BudgetExceeded, EmptyLanguage, InvalidInput, NonFiniteLogits
from dllm_struct.languages.base import Language, Lazy, Regular
from dllm_struct.posterior import MASKED, Problem, solve
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.posterior import Reach, solve_by_exploring
from dllm_struct.posterior.exploration.words import (
    NEVER,
    Counting,
    Spelling,
    spelled,
    words_of,
)
from dllm_struct.vocabulary import Vocabulary
from tests.machines import Brackets, Equal, Toy, Wrapped, is_balanced, is_equal, is_toy
from tests.posterior.test_posterior import random_dfa

NULL = 5
REACHES = (Reach(), Reach(beam=None), Reach(beam=1, likely=1), Reach(beam=2, likely=0))


@dataclass(frozen=True)
class Kind:
    language: Language
    is_member: Callable[[bytes], bool]
    vocabulary: Vocabulary


def wrapped(seed: int) -> Kind:
    dfa = random_dfa(np.random.default_rng(seed))
    tokens = Vocabulary([b"a", b"b", b"c", b"ab", b"bc", None])
    return Kind(Lazy("a DFA", Wrapped(dfa)), dfa.matches, tokens)


BRACKETS = Lazy("brackets", Brackets())
EQUAL = Lazy("a's, then as many b's", Equal())
TOY = Lazy("toy JSON", Toy())
KINDS: dict[str, Callable[[int], Kind]] = {
    "wrapped": wrapped,
    "brackets": lambda _: Kind(
        BRACKETS, is_balanced, Vocabulary([b"(", b")", b"[", b"]", b")]", None])
    ),
    "equal": lambda _: Kind(EQUAL, is_equal, Vocabulary([b"a", b"b", b"ab", b"aa", b"bbb", None])),
    "toy": lambda _: Kind(
        TOY, is_toy, Vocabulary([b"[", b"]", b'{"k":', b"0,", b"1", b"}"])
    ),  # its null token has a text, which does not count
}


@dataclass(frozen=True)
class Case:
    kind: Kind
    problem: Problem

    def members(self) -> dict[tuple[int, ...], float]:
        """Every sequence that fits, with its log-weight: the definition, spelled out."""
        problem, n = self.problem, len(self.problem.committed)
        found = {}
        for x in itertools.product(range(6), repeat=n):
            if any(c not in (MASKED, t) for c, t in zip(problem.committed, x, strict=True)):
                continue
            is_null = [t == problem.null_token_id for t in x]
            length = is_null.index(True) if True in is_null else n
            if not all(is_null[length:]):
                continue
            texts = [self.kind.vocabulary.tokens[t] for t in x[:length]]
            if all(texts) and self.kind.is_member(b"".join(text or b"" for text in texts)):
                masked = [i for i in range(n) if problem.committed[i] == MASKED]
                found[x] = sum(float(problem.logits[i, x[i]]) for i in masked)
        return {x: weight for x, weight in found.items() if weight > -math.inf}


def a_case(name: str, seed: int, scale: float) -> Case | None:
    kind = KINDS[name](seed)
    if not kind.language.automaton.start:
        return None
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 7))
    logits = torch.tensor(rng.normal(0, scale, (n, 6)), dtype=torch.float32)
    logits[torch.tensor(rng.random((n, 6)) < rng.choice([0.0, 0.2]))] = -torch.inf
    committed = [int(rng.integers(6)) if rng.random() < 0.25 else MASKED for _ in range(n)]
    witness = [int(rng.integers(-1, 6)) for _ in range(n)] if rng.random() < 0.5 else None
    null = NULL if rng.random() < 0.6 else None
    automaton = LazyAutomaton(kind.language, kind.vocabulary)
    return Case(kind, Problem(automaton, logits, committed, null, witness))


def log_sum(values: list[float]) -> float:
    return float(np.logaddexp.reduce(np.array(values))) if values else -math.inf


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.0, 1.0, 5.0, 300.0, 1e4]))
def test_without_a_beam_a_small_lattice_is_exact(name: str, seed: int, scale: float) -> None:
    case = a_case(name, seed, scale)
    if case is None:
        return
    n, members = len(case.problem.committed), case.members()
    (posterior,) = solve_by_exploring([case.problem], Reach(beam=None))
    total = log_sum(list(members.values()))
    assert posterior.log_evidence == pytest.approx(total, rel=1e-6, abs=1e-5)
    expected = np.zeros((n, 6))
    lengths = np.zeros(n + 1)
    for x, weight in members.items():
        share = math.exp(weight - total)
        expected[np.arange(n), list(x)] += share
        null = case.problem.null_token_id
        lengths[x.index(null) if null in x else n] += share
    np.testing.assert_allclose(posterior.log_marginals.exp().numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(posterior.length().numpy(), lengths, atol=1e-5)
    if not members:
        assert not posterior.has_member
        with pytest.raises(EmptyLanguage):
            posterior.map()
        return
    best = tuple(posterior.map().tolist())
    assert members[best] == pytest.approx(max(members.values()), rel=1e-6, abs=1e-5)
    chosen = posterior.log_probability(torch.tensor(best, dtype=torch.int64)).exp()
    np.testing.assert_allclose(chosen, expected[np.arange(n), list(best)], atol=1e-5)
    assert {tuple(x) for x in posterior.sample(4).tolist()} <= members.keys()


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_a_witness_is_found_whenever_there_is_one(name: str, seed: int) -> None:
    case = a_case(name, seed, 2.0)
    if case is None:
        return
    members = case.members()
    for reach in REACHES:
        (posterior,) = solve_by_exploring([case.problem], reach)
        assert posterior.has_member == bool(members)
        if members:
            assert tuple(posterior.map().tolist()) in members
            assert posterior.log_evidence <= log_sum(list(members.values())) + 1e-4


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_what_the_language_allows_does_not_depend_on_logits(name: str, seed: int) -> None:
    case = a_case(name, seed, 0.0)
    if case is None:
        return
    case.problem.logits.zero_()
    problem, members = case.problem, case.members()
    compiled = compile(case.kind.language, case.kind.vocabulary)
    null, committed = problem.null_token_id, problem.committed
    assert compiled.completable(committed, null) == bool(members)
    allowed = [{x[i] for x in members} for i in range(len(committed))]
    forced = [a.pop() if len(a) == 1 else MASKED for a in allowed]
    known = compiled.forced(committed, null)
    assert solve([problem])[0].forced().tolist() == known
    if members:
        assert all(token in (MASKED, only) for token, only in zip(known, forced, strict=True))
    if name in ("wrapped", "equal"):  # few states: all of them are looked at
        assert known == forced


@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_tokens_are_those_of_the_exact_engine(seed: int) -> None:
    kind = wrapped(seed)
    if not kind.language.automaton.start:
        return
    assert isinstance(kind.language.automaton, Wrapped)
    exact = compile(Regular("it", kind.language.automaton.dfa), kind.vocabulary)
    lazy = compile(kind.language, kind.vocabulary)
    assert lazy.min_tokens == exact.min_tokens
    assert lazy.max_tokens is lazy.num_classes is None


def test_one_hot_rows_stand_for_committed_tokens() -> None:
    kind = KINDS["brackets"](0)
    automaton = LazyAutomaton(kind.language, kind.vocabulary)
    logits = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    one_hot = logits.clone()
    one_hot[2] = -torch.inf
    one_hot[2, 4] = 0.0
    committed = [MASKED, MASKED, 4, MASKED, MASKED]
    by_logits = solve([Problem(automaton, one_hot, [MASKED] * 5, NULL)])[0]
    by_commit = solve([Problem(automaton, logits, committed, NULL)])[0]
    torch.testing.assert_close(by_logits.log_marginals, by_commit.log_marginals)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_non_finite_logits_are_refused(bad: float) -> None:
    kind = KINDS["brackets"](0)
    automaton = LazyAutomaton(kind.language, kind.vocabulary)
    logits = torch.zeros(2, 8)
    logits[1, 7] = bad
    with pytest.raises(NonFiniteLogits, match="token 7 at position 1"):
        solve([Problem(automaton, logits, [MASKED, MASKED], NULL)])
    assert solve([Problem(automaton, logits, [MASKED, 1], NULL)])[0].map().tolist() == [0, 1]


def test_lazy_and_exact_problems_are_solved_together() -> None:
    dfa = algebra.repeat(algebra.strings([b"ab", b"c"]), 1, None)
    vocabulary = Vocabulary([b"a", b"b", b"c", b"ab", b"bc", None])
    exact = compile(Regular("it", dfa), vocabulary)
    lazy = compile(Lazy("it", Wrapped(dfa)), vocabulary)
    logits = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    problems = [Problem(c.automaton, logits, [MASKED] * 4, NULL) for c in (lazy, exact, lazy)]
    first, second, third = solve(problems)
    assert first.log_evidence == pytest.approx(second.log_evidence)
    assert first.map().equal(second.map())
    assert third.map().equal(second.map())


def test_what_was_asked_before_changes_nothing() -> None:
    kind = KINDS["toy"](0)
    generator = torch.Generator().manual_seed(0)
    logits = [torch.randn(30, 6, generator=generator) for _ in range(6)]

    def answer(automaton: LazyAutomaton, index: int) -> list[int]:
        problem = Problem(automaton, logits[index], [MASKED] * 30, NULL)
        return solve_by_exploring([problem], Reach(beam=3, likely=2))[0].map().tolist()

    def machine() -> LazyAutomaton:
        return LazyAutomaton(Lazy("toy", Toy()), kind.vocabulary)

    used = machine()
    together = [answer(used, index) for index in (5, 4, 3, 2, 1, 0)][::-1]
    assert together == [answer(machine(), index) for index in range(6)]
    used.relieve(most_states=1)
    assert used.num_states == 0
    assert together[2:4] == [answer(used, 2), answer(used, 3)]


def test_samples_follow_the_joint_distribution() -> None:
    kind = KINDS["brackets"](0)
    automaton = LazyAutomaton(kind.language, kind.vocabulary)
    logits = torch.randn(4, 6, generator=torch.Generator().manual_seed(2))
    case = Case(kind, Problem(automaton, logits, [MASKED] * 4, NULL))
    members, draws = case.members(), 2000
    total = log_sum(list(members.values()))
    samples = solve([case.problem])[0].sample(draws, torch.Generator().manual_seed(1)).tolist()
    expected = {x: draws * math.exp(w - total) for x, w in members.items()}
    assert {tuple(x) for x in samples} <= members.keys()
    chi_square = sum((samples.count(list(x)) - e) ** 2 / e for x, e in expected.items())
    degrees = len(members) - 1
    # Wilson-Hilferty: the 0.9999 quantile of the chi-square distribution
    quantile = degrees * (1 - 2 / (9 * degrees) + 3.72 * math.sqrt(2 / (9 * degrees))) ** 3
    assert chi_square < quantile


def test_threads_may_share_a_compiled_language() -> None:
    vocabulary = Vocabulary([*(bytes([b]) for b in b"([{)]}"), b"([", b"])", None])
    compiled = compile(Lazy("brackets", Brackets()), vocabulary)
    texts: list[bytes] = []

    def work(seed: int) -> None:
        logits = torch.randn(24, 9, generator=torch.Generator().manual_seed(seed))
        witness = compiled.posterior(logits, 8).map().tolist()
        texts.append(vocabulary.decode(token for token in witness if token != 8))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 8
    assert all(map(is_balanced, texts))


def test_compiled_machines_are_cached_and_pickle() -> None:
    kind = KINDS["brackets"](0)
    compiled = compile(kind.language, kind.vocabulary)
    assert compile(kind.language, kind.vocabulary).automaton is compiled.automaton
    logits = torch.randn(6, 6, generator=torch.Generator().manual_seed(0))
    expected = compiled.posterior(logits, NULL).map()
    assert compiled.num_states > 1
    again = pickle.loads(pickle.dumps(compiled))
    assert again.num_states == 0
    assert again.posterior(logits, NULL).map().equal(expected)


def test_languages_that_are_not_regular() -> None:
    assert BRACKETS.matches("([]{})")
    assert not BRACKETS.matches(b"([)]")
    assert not BRACKETS.matches("\ud800")
    assert (BRACKETS.shortest(), TOY.shortest()) == (b"", b"0")
    with pytest.raises(InvalidInput, match="not regular"):
        _ = BRACKETS.dfa
    assert Lazy("brackets", Brackets()) != BRACKETS
    assert Lazy("one", Brackets(), "brackets") == Lazy("two", Brackets(), "brackets")
    assert len({Lazy("one", Brackets(), "brackets"), Lazy("two", Brackets(), "brackets")}) == 1
    assert Regular("ab", algebra.literal(b"ab")) != EQUAL


@pytest.mark.parametrize("machine", [Wrapped(empty()), Wrapped(algebra.literal(b"ab"))])
def test_what_cannot_be_written_is_refused(machine: Machine) -> None:
    with pytest.raises(EmptyLanguage):
        compile(Lazy("it", machine), Vocabulary([b"a"]))


def test_what_goes_on_for_ever_is_refused() -> None:
    with pytest.raises(BudgetExceeded):
        compile(EQUAL, Vocabulary([b"a", None]))


def test_a_member_that_only_a_detour_can_write() -> None:
    """The machine's own short end needs bytes that no token has."""
    compiled = compile(TOY, Vocabulary([b"1", b"[1", b"]", b","]))
    assert compiled.min_tokens == 1
    assert compiled.posterior(torch.zeros(2, 4)).map().tolist() == [1, 2]


@given(st.binary(max_size=12), st.integers(0, 1000))
def test_spelling(data: bytes, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pieces = [bytes(rng.choice(list(data or b"x"), rng.integers(1, 4))) for _ in range(6)]
    vocabulary = Vocabulary([*(data[i : i + 1] for i in range(len(data))), *pieces, b"x"])
    tokens = spelled(np.frombuffer(data, np.uint8), words_of(vocabulary)).tolist()
    assert vocabulary.decode(tokens) == data
    spelling = Spelling(data, words_of(vocabulary))
    possible = [count for count in range(14) if spelling.counts >> count & 1]
    assert possible[0] == len(tokens)
    assert possible[-1] == len(data)
    for count in possible:
        assert len(spelling.cut(count)) == count
        assert vocabulary.decode(spelling.cut(count)) == data


@given(st.lists(st.tuples(st.binary(max_size=6), st.integers(0, 12)), max_size=6))
def test_texts_that_end_alike_are_counted_as_if_each_came_first(
    changes: list[tuple[bytes, int]],
) -> None:
    words = words_of(Vocabulary([b"a", b"b", b"ab", b"aab", b"ba", b"c", b"cabb"]))
    counting, data = Counting(words), b""
    for head, kept in changes:
        data = bytes(b"abcd"[byte % 4] for byte in head) + data[-kept:]
        tokens = spelled(np.frombuffer(data, np.uint8), words).tolist()
        assert counting.fewest(data) == (NEVER if tokens == [-1] else len(tokens))
