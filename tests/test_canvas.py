"""The canvas: invariants only move, slots keep what is committed, borders follow the tokenizer."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from dllm_struct.canvas import MASKED, Canvas, State
from dllm_struct.canvas.binding import BoundInvariant, BoundSlot, bind
from dllm_struct.errors import EmptyLanguage, InvalidInput
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec
from tests.tiny import BOOLEAN, CODEC, NUMBER, TEMPLATE, WORD

CAPACITIES = {"/name": 4, "/n": 2, "/b": 3}
INVARIANTS = [b'{"name": "', b'", "n": ', b', "b": ', b"}"]


def canvas() -> Canvas:
    return Canvas(bind(TEMPLATE, CODEC), CAPACITIES)


def invariants(laid_out: Canvas) -> list[bytes]:
    return [CODEC.decode(span.tokens) for span in laid_out.spans if span.slot is None]


def test_everything_in_slots_is_masked_at_first() -> None:
    laid_out = canvas()
    assert invariants(laid_out) == INVARIANTS
    assert laid_out.slots == ("/name", "/n", "/b")
    assert laid_out.tokens.count(MASKED) == len(laid_out.masked) == sum(CAPACITIES.values())
    assert [laid_out.locate(p) for p in laid_out.masked][:5] == [
        *[("/name", index) for index in range(4)],
        ("/n", 0),
    ]


def test_only_the_proposed_token_of_a_masked_position_can_be_committed() -> None:
    laid_out = canvas()
    with pytest.raises(InvalidInput):
        laid_out.commit("/n", 0)
    laid_out.propose("/n", 0, ord("7"), 0.5)
    laid_out.commit("/n", 0)
    assert laid_out.slot("/n") == (ord("7"), MASKED)
    for change in (laid_out.commit, lambda *at: laid_out.propose(*at, ord("8"), 1.0)):
        with pytest.raises(InvalidInput):
            change("/n", 0)
    with pytest.raises(InvalidInput):
        laid_out.locate(0)


edits = st.tuples(
    st.sampled_from(list(CAPACITIES)),
    st.sampled_from(["insert", "delete", "commit"]),
    st.integers(0, 8),
    st.integers(1, 4),
)


@given(st.lists(edits, max_size=25))
def test_edits_move_invariants_and_never_change_them(
    changes: list[tuple[str, str, int, int]],
) -> None:
    """The oracle is one plain list a slot."""
    laid_out = canvas()
    model: dict[str, list[int]] = {slot: [MASKED] * n for slot, n in CAPACITIES.items()}
    for slot, verb, where, count in changes:
        tokens = model[slot]
        index = min(where, len(tokens))
        if verb == "insert":
            laid_out.insert(slot, index, count)
            tokens[index:index] = [MASKED] * count
        elif verb == "delete":
            laid_out.delete(slot, index, count)
            del tokens[index : index + count]
        elif index < len(tokens) and tokens[index] == MASKED:
            laid_out.propose(slot, index, where + 1, 0.5)
            laid_out.commit(slot, index, State.FORCED)
            tokens[index] = where + 1
    assert invariants(laid_out) == INVARIANTS
    assert {slot: list(laid_out.slot(slot)) for slot in CAPACITIES} == model
    assert len(laid_out) == len(laid_out.tokens)
    for span in laid_out.spans:
        assert len({len(row) for row in span.rows}) == 1


def test_null_tail_counts_what_ends_a_slot() -> None:
    laid_out = canvas()
    for index in (0, 2, 3):
        laid_out.propose("/name", index, 99, 1.0)
        laid_out.commit("/name", index)
    assert laid_out.null_tail("/name", 99) == 2
    assert laid_out.null_tail("/name", None) == 0


# --- where the tokenizer cuts ---------------------------------------------------------------


def byte_level(pattern: str, texts: list[str], size: int = 400) -> Tokenizer:
    """A trained byte-level BPE with a pre-tokeniser of its own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False, special_tokens=["<m>"]
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


TEXTS = ['{"ok": true, "n": 17, "name": "abc"}', '{"ok": false, "n": 4, "name": "else"}'] * 20
GPT2_LIKE = r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+"
STRUCTURE_APART = r"\": |\{\"|, \"|\p{L}+|\p{N}|, |."
VALUES = Template(
    (
        Invariant('{"ok": '),
        Slot("/ok", BOOLEAN, samples=("true", "false")),
        Invariant(', "name": "'),
        Slot("/name", WORD, samples=("abc", "else")),
        Invariant('"}'),
    )
)


def text_of(parts: tuple[BoundInvariant | BoundSlot, ...], codec: Codec) -> list[bytes]:
    return [
        codec.decode(part.tokens) if isinstance(part, BoundInvariant) else part.lead
        for part in parts
    ]


def test_a_space_that_merges_with_content_moves_into_the_slot() -> None:
    codec = Codec(byte_level(GPT2_LIKE, TEXTS))
    parts = bind(VALUES, codec)
    assert text_of(parts, codec) == [b'{"ok":', b" ", b', "name": "', b"", b'"}']
    slot = parts[1]
    assert isinstance(slot, BoundSlot)
    assert slot.language.matches(" true")
    assert not slot.language.matches("true")
    whole = codec.exact('{"ok": true, "name": "abc"}')
    start = parts[0]
    assert isinstance(start, BoundInvariant)
    assert tuple(whole[: len(start.tokens)]) == start.tokens


def test_structure_that_never_merges_is_tokenised_on_its_own() -> None:
    codec = Codec(byte_level(STRUCTURE_APART, TEXTS))
    for part, bound in zip(VALUES.parts, bind(VALUES, codec), strict=True):
        if isinstance(part, Invariant):
            assert isinstance(bound, BoundInvariant)
            assert bound.tokens == tuple(codec.exact(part.text))
        else:
            assert isinstance(bound, BoundSlot)
            assert bound.lead == b""


def test_typical_length_is_that_of_the_longest_sample() -> None:
    parts = bind(VALUES, Codec(byte_level(STRUCTURE_APART, TEXTS)))
    assert [part.typical for part in parts if isinstance(part, BoundSlot)] == [1, 1]


@given(st.integers(0, 10_000), st.integers(0, 80))
def test_invariants_keep_their_bytes_with_any_merges(seed: int, merges: int) -> None:
    rng = random.Random(seed)
    alphabet = b'{}":, abelnomrtu'
    merged = [bytes(rng.choices(alphabet, k=rng.randint(2, 5))) for _ in range(merges)]
    tokens = dict.fromkeys([*(bytes([b]) for b in range(256)), *merged])
    codec = Codec(Vocabulary(list(tokens)))
    parts = bind(TEMPLATE, codec)
    rendered = [
        part.lead + sample if isinstance(part, BoundSlot) else codec.decode(part.tokens)
        for part, sample in zip(parts, [b"", b"abc", b"", b"12", b"", b"true", b""], strict=True)
    ]
    wanted = TEMPLATE.render({"/name": "abc", "/n": "12", "/b": "true"})
    assert b"".join(rendered) == wanted.encode()


def test_spelling_takes_the_fewest_tokens() -> None:
    codec = Codec(Vocabulary([b"ab", b"a", b"bc", b"c", b"abcab"]))
    assert codec.spell(b"abc") == [0, 3]  # the longest first among equally few
    assert codec.spell(b"abbc") == [0, 2]
    assert codec.spell(b"") == []


def test_an_invariant_that_cannot_be_written_is_refused() -> None:
    codec = Codec(Vocabulary([b"1", b"2"]))
    with pytest.raises(EmptyLanguage):
        bind(Template((Invariant("x"), Slot("n", NUMBER))), codec)


def test_special_tokens_in_fixed_text_are_spelled_out() -> None:
    codec = Codec(byte_level(GPT2_LIKE, TEXTS))
    (part,) = bind(Template((Invariant("a<m>b"),)), codec)
    assert isinstance(part, BoundInvariant)
    assert codec.decode(part.tokens) == b"a<m>b"


def metaspace() -> Tokenizer:
    """SentencePiece-like: a space before the first word, bytes for unknown characters."""
    alphabet = [*(f"<0x{value:02X}>" for value in range(256)), *sorted(set("▁" + "".join(TEXTS)))]
    merges = [("t", "r"), ("tr", "u"), ("tru", "e"), ("▁", "true"), ("a", "b"), ("▁", "ab")]
    tokens = [*alphabet, *(left + right for left, right in merges)]
    ids = {token: index for index, token in enumerate(dict.fromkeys(tokens).keys())}
    tokenizer = Tokenizer(models.BPE(ids, merges, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return tokenizer


def word_piece() -> Tokenizer:
    """BERT-like: drops spaces and case."""
    characters = sorted(set("".join(TEXTS)) - {" "})
    tokens = ["[UNK]", *characters, *(f"##{char}" for char in characters), "true", "##lse"]
    ids = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    return tokenizer


@pytest.mark.parametrize("make", [metaspace, word_piece])
@pytest.mark.parametrize("text", ['{"ok": ', "abc", '": "', "e: ", " x", ""])
def test_other_tokenizers_keep_the_bytes_of_invariants(
    make: Callable[[], Tokenizer], text: str
) -> None:
    codec = Codec(make())
    texts = (text, "else") if text else ("else",)
    parts = (Invariant(text), Slot("/ok", BOOLEAN, samples=("true", "false")), Invariant("else"))
    try:
        bound = bind(Template(parts), codec)
    except EmptyLanguage:
        assert make is word_piece  # it has no token for a space alone
        return
    written = [codec.decode(part.tokens) for part in bound if isinstance(part, BoundInvariant)]
    leads = [part.lead for part in bound if isinstance(part, BoundSlot)]
    assert b"".join([*written[:-1], *leads, written[-1]]) == "".join(texts).encode()


def test_a_metaspace_before_content_moves_into_the_slot() -> None:
    codec = Codec(metaspace())
    slot = Slot("/ok", BOOLEAN, samples=("true",))
    parts = bind(Template((Invariant('{"ok": '), slot, Invariant("}"))), codec)
    assert text_of(parts, codec) == [b'{"ok":', b" ", b"}"]
