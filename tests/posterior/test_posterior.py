"""The posterior against brute-force enumeration, on both engines."""

from __future__ import annotations

import itertools
import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dllm_struct.automata import algebra
from dllm_struct.automata.dfa import DFA, minimal
from dllm_struct.automata.tokens import TokenAutomaton, lift
from dllm_struct.compiled import compile
from dllm_struct.errors import EmptyLanguage, InvalidInput, NonFiniteLogits
from dllm_struct.languages.base import Regular
from dllm_struct.posterior import MASKED, Posterior, Problem, solve
from dllm_struct.posterior.device import solve_on_device
from dllm_struct.posterior.host import solve_on_host
from dllm_struct.vocabulary import Vocabulary

TOKENS = [b"a", b"b", b"c", b"ab", b"bc", None]
NULL = 5
VOCABULARY = Vocabulary(TOKENS)
Engine = Callable[[Sequence[Problem]], list[Posterior]]
ENGINES = pytest.mark.parametrize("engine", [solve_on_host, solve_on_device])


@dataclass(frozen=True)
class Case:
    dfa: DFA
    automaton: TokenAutomaton
    problem: Problem

    def members(self) -> dict[tuple[int, ...], float]:
        """Every sequence that fits, with its log-weight: the definition, spelled out."""
        n, problem = len(self.problem.committed), self.problem
        found = {}
        for x in itertools.product(range(len(TOKENS)), repeat=n):
            if any(c not in (MASKED, t) for c, t in zip(problem.committed, x, strict=True)):
                continue
            length = x.index(NULL) if NULL in x else n
            if NULL in x and problem.null_token_id is None:
                continue
            if any(t != NULL for t in x[length:]):
                continue
            if self.dfa.matches(VOCABULARY.decode(x[:length])):
                masked = [i for i in range(n) if problem.committed[i] == MASKED]
                found[x] = sum(float(problem.logits[i, x[i]]) for i in masked)
        return found


def random_dfa(rng: np.random.Generator) -> DFA:
    states = int(rng.integers(2, 6))
    table = np.zeros((states, 4), np.int32)
    table[1:, 1:] = rng.integers(0, states, (states - 1, 3))
    byte_class = np.zeros(256, np.uint8)
    byte_class[[ord("a"), ord("b"), ord("c")]] = 1, 2, 3
    accepting = rng.random(states) < 0.4
    accepting[0] = False
    return minimal(table, byte_class, 1, accepting)


def random_case(seed: int, scale: float) -> Case | None:
    rng = np.random.default_rng(seed)
    dfa = random_dfa(rng)
    if dfa.is_empty:
        return None
    n = int(rng.integers(0, 6))
    logits = torch.tensor(rng.normal(0, scale, (n, len(TOKENS))), dtype=torch.float32)
    committed = [int(rng.integers(len(TOKENS))) if rng.random() < 0.2 else MASKED for _ in range(n)]
    null = NULL if rng.random() < 0.6 else None
    automaton = lift(dfa, VOCABULARY)
    return Case(dfa, automaton, Problem(automaton, logits, committed, null))


def log_sum(values: Sequence[float]) -> float:
    return float(np.logaddexp.reduce(np.array(values))) if values else -math.inf


def marginals(members: dict[tuple[int, ...], float], n: int) -> np.ndarray:
    total = log_sum(list(members.values()))
    result = np.zeros((n, len(TOKENS)))
    for x, weight in members.items():
        result[np.arange(n), list(x)] += math.exp(weight - total)
    return result


@ENGINES
@settings(max_examples=150, deadline=None)
@example(seed=550, scale=300.0)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.0, 1.0, 5.0, 300.0, 1e4]))
def test_agrees_with_enumeration(engine: Engine, seed: int, scale: float) -> None:
    case = random_case(seed, scale)
    if case is None:
        return
    n = len(case.problem.committed)
    posterior = engine([case.problem])[0]
    members = case.members()
    if not members:
        assert not posterior.has_member
        assert posterior.log_evidence == -math.inf
        assert not posterior.log_marginals.isfinite().any()
        assert float(posterior.length().sum()) == 0.0
        with pytest.raises(EmptyLanguage):
            posterior.map()
        with pytest.raises(EmptyLanguage):
            posterior.sample(1)
        return
    evidence = log_sum(list(members.values()))
    assert posterior.log_evidence == pytest.approx(evidence, rel=1e-6, abs=1e-5)
    expected = marginals(members, n)
    np.testing.assert_allclose(posterior.log_marginals.exp().numpy(), expected, atol=1e-5)

    witness = tuple(posterior.map().tolist())
    assert members[witness] == pytest.approx(max(members.values()), rel=1e-6, abs=1e-5)
    chosen = posterior.log_probability(torch.tensor(witness, dtype=torch.int64)).exp()
    np.testing.assert_allclose(chosen, expected[np.arange(n), list(witness)], atol=1e-5)
    assert tuple(posterior.witness().tokens.tolist()) == witness
    np.testing.assert_allclose(posterior.witness().log_confidence.exp(), chosen, atol=1e-5)
    masked = np.array([c == MASKED for c in case.problem.committed], bool)
    null = (
        expected[masked, NULL] if case.problem.null_token_id is not None else np.zeros(sum(masked))
    )
    np.testing.assert_allclose(posterior.null_confidence().numpy()[masked], null, atol=1e-5)

    if scale <= 5.0:  # beyond, what a float32 rounds away counts
        entropy = torch.special.entr(torch.from_numpy(expected)).sum(1).numpy()
        found = posterior.spread()
        np.testing.assert_allclose(found.entropy.numpy(), entropy, atol=1e-5)
        np.testing.assert_allclose(found.top.numpy(), -np.sort(-expected, 1)[:, :2], atol=1e-5)

    lengths = np.zeros(n + 1)
    for x, weight in members.items():
        lengths[x.index(NULL) if NULL in x else n] += math.exp(weight - evidence)
    np.testing.assert_allclose(posterior.length().numpy(), lengths, atol=1e-5)

    allowed = [sorted({x[i] for x in members}) for i in range(n)]
    assert posterior.forced().tolist() == [a[0] if len(a) == 1 else -1 for a in allowed]
    if scale <= 5.0:  # beyond, a probability may be too small for a float
        support = posterior.log_marginals.isfinite()
        assert [torch.nonzero(row).flatten().tolist() for row in support] == allowed


@ENGINES
def test_samples_follow_the_joint_distribution(engine: Engine) -> None:
    dfa = algebra.union(algebra.strings([b"ab", b"abc", b"cab"]), algebra.literal(b"bb"))
    logits = torch.tensor(np.random.default_rng(0).normal(0, 1, (3, len(TOKENS))))
    automaton = lift(dfa, VOCABULARY)
    case = Case(dfa, automaton, Problem(automaton, logits.float(), [MASKED] * 3, NULL))
    members = case.members()
    total = log_sum(list(members.values()))
    draws = 2000
    posterior = engine([case.problem])[0]
    samples = posterior.sample(draws, torch.Generator().manual_seed(1)).tolist()
    seen = {x: samples.count(list(x)) for x in members}
    assert sum(seen.values()) == draws
    chi_square = sum(
        (seen[x] - draws * math.exp(w - total)) ** 2 / (draws * math.exp(w - total))
        for x, w in members.items()
    )
    degrees = len(members) - 1
    # Wilson-Hilferty: the 0.9999 quantile of the chi-square distribution
    quantile = degrees * (1 - 2 / (9 * degrees) + 3.72 * math.sqrt(2 / (9 * degrees))) ** 3
    assert chi_square < quantile


@ENGINES
def test_samples_are_reproducible(engine: Engine) -> None:
    case = random_case(11, 1.0)
    assert case is not None
    draws = [
        engine([case.problem])[0].sample(5, torch.Generator().manual_seed(7)) for _ in range(2)
    ]
    assert torch.equal(draws[0], draws[1])


@settings(max_examples=40, deadline=None)
@given(seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_a_batch_answers_as_each_alone(seeds: list[int]) -> None:
    problems = [case.problem for case in map(lambda s: random_case(s, 2.0), seeds) if case]
    for together, alone in zip(solve_on_device(problems), solve(problems), strict=True):
        assert together.has_member == alone.has_member
        if alone.has_member:
            assert together.log_evidence == pytest.approx(alone.log_evidence, abs=1e-5)
            torch.testing.assert_close(together.log_marginals, alone.log_marginals)


@ENGINES
def test_an_unlikely_language_keeps_its_evidence(engine: Engine) -> None:
    """Every allowed token is 10^4 nats below the best: nothing may underflow."""
    n = 12
    logits = torch.zeros(n, len(TOKENS))
    logits[:, 2] = 1e4
    automaton = lift(algebra.repeat(algebra.literal(b"a"), 0, None), VOCABULARY)
    posterior = engine([Problem(automaton, logits, [MASKED] * n, NULL)])[0]
    assert posterior.log_evidence == pytest.approx(math.log(n + 1))
    np.testing.assert_allclose(posterior.length().numpy(), np.full(n + 1, 1 / (n + 1)), atol=1e-6)


@ENGINES
@pytest.mark.parametrize("size", [1e18, 1e30, 3e38])
def test_logits_of_any_finite_size(engine: Engine, size: float) -> None:
    logits = torch.tensor([[size, -size, 0, 0, 0, 0], [-size, size, 0, 0, 0, 0]])
    automaton = lift(algebra.repeat(algebra.byte_set([(97, 98)]), 2, 2), VOCABULARY)
    posterior = engine([Problem(automaton, logits, [MASKED, MASKED], None)])[0]
    assert posterior.map().tolist() == [0, 1]
    assert posterior.log_probability(posterior.map()).tolist() == [0.0, 0.0]
    assert posterior.sample(1, torch.Generator().manual_seed(0)).tolist() == [[0, 1]]
    assert posterior.log_evidence == pytest.approx(2 * size)


@ENGINES
def test_large_logits_cancel_in_float64(engine: Engine) -> None:
    logits = torch.full((1, len(TOKENS)), 8191.7)
    logits[0, 1] += 0.5
    automaton = lift(algebra.strings([b"a", b"b", b"ab"]), VOCABULARY)
    posterior = engine([Problem(automaton, logits, [MASKED], None)])[0]
    exact = logits[0, [0, 1, 3]].double().log_softmax(0)
    torch.testing.assert_close(
        posterior.log_marginals[0, [0, 1, 3]].double(), exact, atol=1e-6, rtol=0
    )


@ENGINES
def test_one_hot_rows_stand_for_committed_tokens(engine: Engine) -> None:
    automaton = lift(algebra.repeat(algebra.byte_set([(97, 99)]), 0, None), VOCABULARY)
    logits = torch.randn(4, len(TOKENS), generator=torch.Generator().manual_seed(0))
    one_hot = logits.clone()
    one_hot[1] = -torch.inf
    one_hot[1, 3] = 0.0
    by_logits = engine([Problem(automaton, one_hot, [MASKED] * 4, NULL)])[0]
    by_commit = engine([Problem(automaton, logits, [MASKED, 3, MASKED, MASKED], NULL)])[0]
    torch.testing.assert_close(by_logits.log_marginals, by_commit.log_marginals)


def in_a_table(problem: Problem, seed: int) -> Problem:
    """The same problem; the logits of masked positions lie in any order in a table."""
    n, rng = len(problem.committed), np.random.default_rng(seed)
    row_of = rng.permutation(n + 1)[:n]
    table = torch.full((n + 1, problem.logits.shape[1]), 0.5)
    table[torch.from_numpy(row_of)] = problem.logits
    row_of[np.asarray(problem.committed, np.int64) != MASKED] = -1
    return replace(problem, logits=table, rows=row_of)


def assert_same(found: Posterior, expected: Posterior) -> None:
    """Two posteriors give the same answers."""
    assert found.has_member == expected.has_member
    assert found.log_evidence == pytest.approx(expected.log_evidence, rel=1e-6, abs=1e-5)
    for name in ("log_marginals", "support"):
        torch.testing.assert_close(getattr(found, name), getattr(expected, name))
    torch.testing.assert_close(found.length(), expected.length())
    torch.testing.assert_close(found.forced(), expected.forced())
    assert found.log_prediction == pytest.approx(expected.log_prediction, rel=1e-5, abs=1e-4)
    if not expected.has_member:
        return
    assert found.map().equal(expected.map())
    masked = torch.tensor(expected.problem.committed) == MASKED
    for one, other in zip(found.witness(), expected.witness(), strict=True):
        torch.testing.assert_close(one, other)
    null = (one.null_confidence()[masked] for one in (found, expected))
    torch.testing.assert_close(*null)
    drawn = [one.sample(3, torch.Generator().manual_seed(0)) for one in (found, expected)]
    assert drawn[0].equal(drawn[1])
    for tokens in (expected.map(), drawn[0][0]):
        torch.testing.assert_close(found.log_probability(tokens), expected.log_probability(tokens))
    for one, other in zip(found.spread(), expected.spread(), strict=True):
        torch.testing.assert_close(one, other)


@ENGINES
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_rows_may_lie_in_a_table(engine: Engine, seed: int) -> None:
    case = random_case(seed, 2.0)
    if case is not None:
        assert_same(*engine([in_a_table(case.problem, seed), case.problem]))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), temperature=st.sampled_from([0.5, 1.0, 7.0, 1e60]))
def test_logits_are_divided_as_they_are_read(seed: int, temperature: float) -> None:
    case = random_case(seed, 2.0)
    if case is None:
        return
    problem = replace(in_a_table(case.problem, seed), temperature=temperature)
    (found,), (expected,) = solve_on_device([problem]), solve_on_host([problem.divided()])
    assert_same(found, expected)
    assert solve([problem])[0].log_evidence == expected.log_evidence


@ENGINES
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_non_finite_logits_are_refused(engine: Engine, bad: float) -> None:
    automaton = lift(algebra.strings([b"ab"]), VOCABULARY)
    logits = torch.zeros(2, len(TOKENS))
    logits[1, 4] = bad
    with pytest.raises(NonFiniteLogits, match="token 4 at position 1"):
        engine([Problem(automaton, logits, [MASKED, MASKED], NULL)])[0].map()
    engine([Problem(automaton, logits, [MASKED, 1], NULL)])[0].map()  # committed rows do not count


def test_wrong_shapes_are_refused() -> None:
    automaton = lift(algebra.strings([b"ab"]), VOCABULARY)
    with pytest.raises(InvalidInput, match="positions"):
        Problem(automaton, torch.zeros(3, len(TOKENS)), [MASKED], None)
    with pytest.raises(InvalidInput, match="tokens"):
        Problem(automaton, torch.zeros(1, 2), [MASKED], None)


def test_logits_may_be_wider_than_the_vocabulary() -> None:
    automaton = lift(algebra.strings([b"ab"]), VOCABULARY)
    logits = torch.zeros(2, len(TOKENS) + 10)
    logits[:, -1] = 50.0
    posterior = solve([Problem(automaton, logits, [MASKED, MASKED], None)])[0]
    assert posterior.map().tolist() == [0, 1]
    assert posterior.log_marginals.shape == logits.shape
    assert posterior.log_marginals[:, -1].eq(-torch.inf).all()


def test_compiled_languages_are_cached_and_pickle() -> None:
    language = Regular(
        "ab*",
        algebra.concatenation(
            algebra.literal(b"a"), algebra.repeat(algebra.literal(b"b"), 0, None)
        ),
    )
    compiled = compile(language, VOCABULARY)
    assert compile(language, VOCABULARY).automaton is compiled.automaton
    assert (compiled.min_tokens, compiled.max_tokens) == (1, None)
    logits = torch.randn(4, len(TOKENS), generator=torch.Generator().manual_seed(0))
    again = pickle.loads(pickle.dumps(compiled))
    assert again.posterior(logits, NULL).map().equal(compiled.posterior(logits, NULL).map())
    assert compiled.completable([0, MASKED, 1], None)
    assert not compiled.completable([1, MASKED], NULL)
    assert compiled.forced([MASKED, MASKED, 1], None) == [-1, 1, 1]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_the_host() -> None:
    for seed in range(40):
        case = random_case(seed, 2.0)
        if case is None:
            continue
        p = case.problem
        moved = Problem(p.automaton, p.logits.cuda(), p.committed, p.null_token_id)
        there, here = solve([moved])[0], solve([p])[0]
        assert there.has_member == here.has_member
        if here.has_member:
            assert there.map().cpu().equal(here.map())
            torch.testing.assert_close(there.log_marginals.cpu(), here.log_marginals)
            for one, other in zip(there.spread(), here.spread(), strict=True):
                torch.testing.assert_close(one.cpu(), other)
