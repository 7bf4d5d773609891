"""Samplers against their rules on hand-worked numbers, and the files that some of them read."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.cli import main
from dllm_struct.decoding.samplers import Candidates, Sampler
from dllm_struct.decoding.samplers.base import best_or_drawn
from dllm_struct.decoding.samplers.calibrated import Calibrated
from dllm_struct.decoding.samplers.confidence import Confidence
from dllm_struct.decoding.samplers.entropy import Entropy
from dllm_struct.decoding.samplers.entropy_bounded import EntropyBounded
from dllm_struct.decoding.samplers.factor import Factor
from dllm_struct.decoding.samplers.margin import Margin
from dllm_struct.decoding.samplers.position_calibrated import SHIPPED, PositionCalibrated
from dllm_struct.errors import InvalidDecoding, InvalidInput
from dllm_struct.posterior.spread import spread_of
from dllm_struct.vocabulary.codec import Codec
from tests.tiny import PROFILE, TEMPLATE, VOCABULARY, frequencies, model, random_network


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def over(*rows: list[float], quota: int = 1, start: int = 10) -> Candidates:
    """Candidates whose posterior marginals are the rows; the witness has the best tokens."""
    p = torch.tensor(rows)
    return Candidates(
        positions=torch.arange(10, 10 + len(rows)),
        tokens=p.argmax(1),
        log_confidence=p.amax(1).log(),
        read_log_marginals=lambda chosen: p[chosen].log(),
        decode=bytes,
        quota=quota,
        start=start,
    )


def sure(*confidence: float, quota: int = 1) -> Candidates:
    """Candidates whose witness has these probabilities."""
    rows = over(*([value, 1 - value] for value in confidence), quota=quota)
    return replace(rows, log_confidence=torch.tensor(confidence).log())


def chosen(sampler: Sampler, candidates: Candidates) -> list[int]:
    return sampler.choose(candidates, generator()).tolist()


THREE_WAY = [0.5, 0.25, 0.25]  # entropy 1.04, margin 0.25
TWO_WAY = [0.5, 0.5, 0.0]  # entropy 0.69, margin 0


def test_entropy_takes_the_least_uncertain_and_zero_probabilities_do_not_count() -> None:
    rows = over(THREE_WAY, TWO_WAY, [1.0, 0.0, 0.0], quota=3)
    assert chosen(Entropy(), rows) == [2, 1, 0]
    assert rows.spread.entropy.tolist() == pytest.approx([1.5 * math.log(2), math.log(2), 0.0])


def test_margin_takes_the_clearest_winner() -> None:
    assert chosen(Margin(), over(THREE_WAY, TWO_WAY, [0.6, 0.3, 0.1], quota=3)) == [2, 0, 1]


def test_the_margin_of_a_single_token_is_its_probability() -> None:
    assert over([1.0], [1.0]).spread.top.tolist() == [[1.0, 0.0]] * 2


def test_the_posterior_tells_its_spread_without_its_marginals() -> None:
    seen: list[Candidates] = []

    class Spy:
        def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
            seen.append(candidates)
            assert candidates.read_spread is not None
            expected = spread_of(candidates.log_marginals)
            torch.testing.assert_close(
                candidates.spread.entropy, expected.entropy, atol=1e-5, rtol=0
            )
            torch.testing.assert_close(candidates.spread.top, expected.top, atol=1e-5, rtol=0)
            return torch.tensor([0])

    tested = model(random_network())
    outputs = tested.generate(["", "x"], TEMPLATE, ds.Decoding(Spy(), block_length=7), seed=0)
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    tested.generate("", ds.json_schema(schema), ds.Decoding(Spy(), structure="free"), seed=0)
    assert len(seen) > sum(output.stats.nfe for output in outputs)


ENTROPIES = [[0.99, 0.01], [0.95, 0.05], [0.98, 0.02], [0.6, 0.4]]  # 0.056, 0.199, 0.098, 0.673


@pytest.mark.parametrize(
    ("gamma", "quota", "expected"),
    [
        (0.0, 1, {0}),
        (0.05, 1, {0}),
        (0.06, 1, {0, 2}),  # 0.056 counts, the largest does not
        (0.16, 1, {0, 1, 2}),  # 0.056 + 0.098
        (0.35, 1, {0, 1, 2}),  # + 0.199 would be 0.353
        (0.36, 1, {0, 1, 2, 3}),
        (0.0, 3, {0, 1, 2}),
    ],
)
def test_entropy_bounded_leaves_the_largest_out_of_the_sum(
    gamma: float, quota: int, expected: set[int]
) -> None:
    assert set(chosen(EntropyBounded(gamma), over(*ENTROPIES, quota=quota))) == expected


@pytest.mark.parametrize(
    ("confidence", "factor", "quota", "expected"),
    [
        ([0.4, 0.3], 1.0, 1, {0}),  # 0.4 < 1 - 1/2, but one is committed
        ([0.5, 0.7], 1.0, 1, {1}),  # 0.7 >= 1/2; 0.5 < 2/3
        ([0.7, 0.7], 1.0, 1, {0, 1}),  # both >= 2/3
        ([0.99, 0.76, 0.74], 1.0, 1, {0, 1}),  # 0.74 < 3/4
        ([0.99, 0.76, 0.75], 1.0, 1, {0, 1, 2}),
        ([0.99, 0.76, 0.74], 2.0, 1, {0, 1, 2}),
        ([0.99, 0.76, 0.74], 0.1, 1, {0}),
        ([0.99, 0.76, 0.74], 0.1, 2, {0, 1}),
    ],
)
def test_factor_asks_for_more_the_more_there_are(
    confidence: list[float], factor: float, quota: int, expected: set[int]
) -> None:
    assert set(chosen(Factor(factor), sure(*confidence, quota=quota))) == expected


@pytest.mark.parametrize("sampler", [Confidence(0.5), Entropy(0.5), Margin(0.5)])
def test_drawn_positions_follow_the_softmax_without_replacement(sampler: Sampler) -> None:
    """The rule: multinomial draws of 2 from softmax(confidence / alg_temp), one after the other."""
    rows = over([0.9, 0.1], [0.5, 0.5], [0.7, 0.3], quota=2)
    top, entropy = rows.spread.top, rows.spread.entropy
    scores = {Confidence: top[:, 0], Entropy: -entropy, Margin: top[:, 0] - top[:, 1]}
    p = (scores[type(sampler)].double() / 0.5).softmax(0).tolist()
    expected = {(a, b): p[a] * p[b] / (1 - p[a]) for a, b in permutations(range(3), 2)}
    draws, source = 4000, generator(1)
    seen = Counter(tuple(sampler.choose(rows, source).tolist()) for _ in range(draws))
    assert seen.total() == draws
    chi_square = sum((seen[x] - draws * q) ** 2 / (draws * q) for x, q in expected.items())
    assert chi_square < 20.5  # 5 degrees of freedom, p = 0.001


def test_drawing_fills_the_quota_where_all_shares_underflow() -> None:
    scores = torch.tensor([0.0, -1.0, -1.0, -1.0])
    assert sorted(best_or_drawn(scores, 4, 1e-6, generator()).tolist()) == [0, 1, 2, 3]
    assert best_or_drawn(scores, 1, 1e-6, generator()).tolist() == [0]


@pytest.mark.parametrize("sampler", [Confidence(), Entropy(), Margin(), Factor(), EntropyBounded()])
def test_none_chooses_more_than_there_are(sampler: Sampler) -> None:
    assert sorted(chosen(sampler, sure(0.99, 0.98, quota=2))) == [0, 1]
    assert chosen(sampler, sure(0.1, quota=1)) == [0]


def test_position_calibrated_on_paper() -> None:
    """f = 0.1, 0.01, 0 for the tokens a, b, c; 1 for the null token."""
    vocabulary = ds.Vocabulary([b"a", b"b", b"c", None])
    table = ds.Frequencies(vocabulary.fingerprint, 100, {0: 10, 1: 1})
    sampler = PositionCalibrated(table).bound(Codec(vocabulary))
    rows = [
        [0.9, 0.1, 0.0, 0.0],  # 1 * 0.9 * 2.303 = 2.07
        [0.4, 0.6, 0.0, 0.0],  # 0.779 * 0.6 * 4.605 = 2.15
        [0.0, 0.0, 1.0, 0.0],  # 0.607 * min(20.7, 10) = 6.07
        [0.0, 0.0, 0.0, 1.0],  # 0
    ]
    assert chosen(sampler, over(*rows, quota=4)) == [2, 1, 0, 3]
    assert chosen(sampler, over(*rows, quota=1)) == [2]
    flat = PositionCalibrated(table, decay=0.0, ceiling=2.5).bound(Codec(vocabulary))
    assert chosen(flat, over(*rows, quota=3)) == [1, 2, 0]  # 2.5, 2.5 and 2.07


def test_the_index_counts_from_the_start_of_the_block() -> None:
    vocabulary = ds.Vocabulary([b"a", b"b"])
    table = ds.Frequencies(vocabulary.fingerprint, 10, {0: 5, 1: 5})
    sampler = PositionCalibrated(table, decay=100.0).bound(Codec(vocabulary))
    late = over([0.5, 0.5], [0.9, 0.1], start=9)  # exp(-100) and exp(-200) are still told apart
    assert chosen(sampler, late) == [0]


def test_frequencies_of_another_vocabulary_are_refused() -> None:
    with pytest.raises(InvalidDecoding, match="another vocabulary"):
        model(random_network()).generate("", TEMPLATE, ds.Decoding("pc"))
    with pytest.raises(InvalidDecoding, match="no vocabulary"):
        PositionCalibrated().choose(sure(0.5), generator())


def test_a_table_ships_for_the_bundled_model() -> None:
    table = ds.Frequencies.load(SHIPPED)
    assert table.total == sum(table.counts.values())
    bundled = ds.load("bundled")
    out = bundled.generate("Reply yes.", ds.regex("[a-z]{3}"), ds.Decoding("pc"), seed=0)
    assert len(out.text) == 3


def test_a_table_counts_what_the_tokenizer_makes_of_texts(tmp_path: Path) -> None:
    vocabulary = ds.Vocabulary([b"a", b"b", b"ab", None])
    table = ds.Frequencies.count(["ab", "aba"], vocabulary)
    assert (table.total, table.counts) == (3, {0: 1, 2: 2})
    assert table.of(vocabulary).tolist() == pytest.approx([1 / 3, 0, 2 / 3, 1])
    table.save(tmp_path / "table.json")
    assert ds.Frequencies.load(tmp_path / "table.json") == table
    with pytest.raises(InvalidInput, match="no token"):
        ds.Frequencies.count([""], vocabulary)


def test_frequencies_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, table = tmp_path / "text", tmp_path / "table.json"
    text.write_text("a line\nanother line\n")
    with pytest.raises(SystemExit) as end:
        main(["frequencies", str(text), str(text), "--output", str(table)])
    assert end.value.code == 0
    found = ds.Frequencies.load(table)
    tokenizer = ds.load("bundled").tokenizer
    ids = tokenizer.encode("a line\nanother line\n", add_special_tokens=False)
    assert found.counts == {token: 2 * count for token, count in sorted(Counter(ids).items())}
    assert capsys.readouterr().out == ""


def test_thresholds_of_a_profile() -> None:
    known = ds.Profile((((0.9, 0.8), (0.6,)), ((0.5,), (0.7,))))
    mean = Calibrated(known, kappa=1.0, epsilon=0.0)
    assert mean.threshold(0, 0) == mean.threshold(0, 5) == pytest.approx(2.3 / 3)
    assert mean.threshold(1, 0) == mean.threshold(9, 0) == pytest.approx(0.6)
    step = Calibrated(known, by="step", kappa=1.0, epsilon=0.0)
    assert [step.threshold(0, s) for s in range(3)] == pytest.approx([0.85, 0.6, 0.6])
    assert [step.threshold(7, s) for s in range(3)] == pytest.approx([0.5, 0.7, 0.7])
    median = Calibrated(known, statistic="median", kappa=0.75, epsilon=0.2)
    assert median.threshold(0, 0) == pytest.approx(0.75 * 0.8)
    quantile = Calibrated(known, statistic=0.25, kappa=1.0, epsilon=0.0)
    assert quantile.threshold(0, 0) == pytest.approx(0.7)


def test_calibrated_commits_what_reaches_the_threshold() -> None:
    sampler = Calibrated(ds.Profile((((0.9, 0.8),),)), kappa=0.8, epsilon=0.1)  # 0.72
    assert set(chosen(sampler, sure(0.73, 0.71, 0.99))) == {0, 2}
    assert chosen(sampler, sure(0.5, 0.6)) == [1]
    assert set(chosen(sampler, sure(0.5, 0.6, 0.55, quota=2))) == {1, 2}


def test_a_profile_is_what_a_trace_committed(tmp_path: Path) -> None:
    decoding = ds.Decoding("threshold", threshold=0.2, block_length=6)
    output = model(random_network()).generate("go", TEMPLATE, decoding, max_tokens=60, seed=1)
    profile = ds.Profile.of(output.trace)
    found = [value for block in profile.blocks for step in block for value in step]
    assert len(found) == output.stats.committed
    assert len(profile.blocks) > 1
    last = output.trace[-1].canvas
    kept = {
        c for c, state in zip(last.confidence, last.states, strict=True) if state == "committed"
    }
    assert kept <= {*found}
    profile.save(tmp_path / "profile.json")
    assert ds.Profile.load(tmp_path / "profile.json") == profile


def test_an_empty_trace_makes_no_profile() -> None:
    with pytest.raises(InvalidInput, match="nothing was committed"):
        ds.Profile.of(())


def test_calibrate_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "profile.json"
    with pytest.raises(SystemExit) as end:
        main(["calibrate", "Say a word.", "--regex", "[a-z]{4}", "--output", str(file)])
    assert end.value.code == 0
    assert capsys.readouterr().out == ""
    sampler = f"osdt(profile={str(file)!r})"
    out = ds.load("bundled").generate("Say a word.", ds.regex("[a-z]{4}"), ds.Decoding(sampler))
    assert len(out.text) == 4


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"format": "dllm-struct confidence profile 1"},
        {"format": "dllm-struct confidence profile 1", "blocks": []},
        {"format": "dllm-struct confidence profile 1", "blocks": [[]]},
        {"format": "dllm-struct confidence profile 1", "blocks": [[[]]]},
        {"format": "dllm-struct confidence profile 1", "blocks": [[[1.5]]]},
        {"format": "dllm-struct confidence profile 1", "blocks": [[["high"]]]},
        {"format": "dllm-struct token frequencies 1", "vocabulary": "", "total": 0, "counts": {}},
        {
            "format": "dllm-struct token frequencies 1",
            "vocabulary": "",
            "total": 1,
            "counts": {"a": 1},
        },
    ],
)
def test_files_that_hold_something_else_are_refused(tmp_path: Path, data: object) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps(data))
    with pytest.raises(InvalidInput, match="holds no"):
        ds.Profile.load(file)
    with pytest.raises(InvalidInput, match="holds no"):
        ds.Frequencies.load(file)


@pytest.mark.parametrize(
    "sampler",
    [
        "entropy(alg_temp=-1.0)",
        "margin(alg_temp=1e999)",
        "confidence(alg_temp=-0.1)",
        "eb(gamma=-0.1)",
        "factor(factor=0)",
        "pc(decay=-1)",
        "pc(ceiling=0)",
        "ssd(drafts=0)",
        "osdt",
        {"name": "osdt", "profile": PROFILE, "by": "token"},
        {"name": "osdt", "profile": PROFILE, "statistic": "mode"},
        {"name": "osdt", "profile": PROFILE, "statistic": 1.5},
        {"name": "osdt", "profile": PROFILE, "kappa": 0.0},
        {"name": "osdt", "profile": PROFILE, "epsilon": 1.0},
    ],
)
def test_impossible_parameters_are_refused(sampler: object) -> None:
    with pytest.raises(InvalidDecoding):
        ds.Decoding(sampler)  # type: ignore[arg-type]


def test_a_missing_file_is_refused_before_the_first_pass() -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        ds.Decoding("osdt(profile='no/such/file')")
    decoding = ds.Decoding("pc(frequencies='no/such/file')")
    with pytest.raises(InvalidInput, match="cannot read"):
        model(random_network()).generate("", TEMPLATE, decoding)


def test_tables_tell_their_vocabulary() -> None:
    assert frequencies().of(VOCABULARY)[-2:].tolist() == [1.0, 1.0]
