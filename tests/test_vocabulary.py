"""Token bytes against tokenizers trained on the spot, the trie against its definition."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from dllm_struct.errors import InvalidInput, UnsupportedTokenizer
from dllm_struct.vocabulary import Trie, Vocabulary

CORPUS = [
    "the cat sat on the mat, and the dog sat on the cat.",
    '{"name": "the dog", "age": 12, "tags": ["a", "b"]}',
    "don't stop! it's the end? we're here; they've gone.",
    "naïve Zoë drank café au lait, 日本語 🙂 the end",
    "def area(r):\n    return 3.14 * r ** 2\n",
]
SPECIAL = ["<unk>", "<mask>", "<null>"]
SPACE = "▁"


def byte_level() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_level_without_decoder() -> Tokenizer:
    tokenizer = byte_level()
    tokenizer.decoder = None
    return tokenizer


def _with_byte_fallback() -> Tokenizer:
    """The layout of Llama 2 and Gemma: BPE over ▁ and characters, bytes for the rest."""
    words = ["t", "h", "e", SPACE, "c", "a", "th", "the", f"{SPACE}the", f"{SPACE}ca"]
    pieces = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *words]
    merges = [("t", "h"), ("th", "e"), (SPACE, "the"), ("c", "a"), (SPACE, "ca")]
    pieces.insert(len(pieces) - 1, "ca")
    tokenizer = Tokenizer(
        models.BPE(
            vocab={piece: i for i, piece in enumerate(pieces)},
            merges=merges,
            byte_fallback=True,
            unk_token="<unk>",
            fuse_unk=True,
        )
    )
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def llama() -> Tokenizer:
    tokenizer = _with_byte_fallback()
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return tokenizer


def gemma() -> Tokenizer:
    tokenizer = _with_byte_fallback()
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=150, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def word_piece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=250, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def word_suffix() -> Tokenizer:
    """The layout of GPT-1: a suffix at the end of a word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.BPEDecoder()
    trainer = trainers.BpeTrainer(
        vocab_size=250,
        special_tokens=SPECIAL,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


LOSSLESS = [byte_level, byte_level_without_decoder, llama, gemma]
KINDS = [*LOSSLESS, unigram, word_piece, word_suffix]
MAKERS = {maker.__name__: maker() for maker in KINDS}
VOCABULARIES = {name: Vocabulary.from_tokenizer(tokenizer) for name, tokenizer in MAKERS.items()}
kinds = pytest.mark.parametrize("kind", [maker.__name__ for maker in KINDS])


@kinds
def test_tokens_without_text(kind: str) -> None:
    tokenizer, vocabulary = MAKERS[kind], VOCABULARIES[kind]
    assert len(vocabulary) == tokenizer.get_vocab_size()
    for token in SPECIAL:
        assert vocabulary.tokens[tokenizer.token_to_id(token)] is None
    assert sum(token is not None for token in vocabulary.tokens) > len(SPECIAL)


@kinds
def test_decode_agrees_with_the_tokenizer_on_known_text(kind: str) -> None:
    tokenizer, vocabulary = MAKERS[kind], VOCABULARIES[kind]
    if tokenizer.decoder is None:
        tokenizer = byte_level()
    for text in CORPUS:
        ids = [i for i in tokenizer.encode(text).ids if vocabulary.tokens[i] is not None]
        assert vocabulary.decode(ids).decode().strip(" ") == tokenizer.decode(ids).strip(" ")


@pytest.mark.parametrize("kind", [maker.__name__ for maker in LOSSLESS])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters=SPACE)))
def test_bytes_of_encoded_text_join_to_the_text(kind: str, text: str) -> None:
    tokenizer = MAKERS[kind]
    found = VOCABULARIES[kind].decode(tokenizer.encode(text, add_special_tokens=False).ids)
    space = " " if kind == "llama" and text else ""  # its normaliser writes one before any text
    assert found == (space + text).encode()


@given(ids=st.lists(st.integers(0, 400), min_size=1, max_size=12))
@kinds
def test_decode_agrees_with_the_tokenizer_on_any_ids(kind: str, ids: list[int]) -> None:
    tokenizer, vocabulary = MAKERS[kind], VOCABULARIES[kind]
    if tokenizer.decoder is None:
        return
    word = tokenizer.encode("the").ids  # what follows is not at the edge of a text
    known = word + [i for i in ids if i < len(vocabulary) and vocabulary.tokens[i] is not None]
    expected = tokenizer.decode(known)
    if "\N{REPLACEMENT CHARACTER}" not in expected:
        assert vocabulary.decode(known).decode().strip(" ") == expected.strip(" ")


@pytest.mark.parametrize(
    ("kind", "token", "expected"),
    [
        ("byte_level", "Ġthe", b" the"),
        ("byte_level", "Ċ", b"\n"),
        ("llama", f"{SPACE}the", b" the"),
        ("llama", "<0x0A>", b"\n"),
        ("llama", "<0xE6>", b"\xe6"),
        ("unigram", f"{SPACE}the", b" the"),
        ("word_piece", "the", b" the"),
        ("word_piece", "##t", b"t"),
        ("word_piece", "!", b"!"),
        ("word_suffix", "the</w>", b"the "),
    ],
)
def test_bytes_of_a_token(kind: str, token: str, expected: bytes) -> None:
    assert VOCABULARIES[kind].tokens[MAKERS[kind].token_to_id(token)] == expected


def test_added_tokens_have_no_bytes() -> None:
    tokenizer = byte_level()
    tokenizer.add_tokens(["plain addition", AddedToken("    ")])
    vocabulary = Vocabulary.from_tokenizer(tokenizer)
    assert vocabulary.tokens[tokenizer.token_to_id("plain addition")] is None
    assert vocabulary.tokens[tokenizer.token_to_id("    ")] is None


def test_transformers_tokenizer() -> None:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_level(), mask_token="<mask>", eos_token="<end>"
    )
    vocabulary = Vocabulary.from_tokenizer(tokenizer)
    assert vocabulary.tokens[tokenizer.convert_tokens_to_ids("<end>")] is None
    ids = tokenizer("the cat\n", add_special_tokens=False)["input_ids"]
    assert vocabulary.decode([*ids, tokenizer.mask_token_id]) == b"the cat\n"


def test_ids_without_a_token_are_silent() -> None:
    vocab = {"a": 0, "b": 3, "<unk>": 4}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="<unk>"))
    tokenizer.decoder = decoders.ByteLevel()
    assert Vocabulary.from_tokenizer(tokenizer).tokens == (b"a", None, None, b"b", None)


def no_decoder() -> Tokenizer:
    tokenizer = word_piece()
    tokenizer.decoder = None
    return tokenizer


def ctc() -> Tokenizer:
    tokenizer = word_piece()
    tokenizer.decoder = decoders.CTC()
    return tokenizer


def regex_replacement() -> Tokenizer:
    tokenizer = gemma()
    tokenizer.decoder = decoders.Replace(Regex("[▁_]"), " ")
    return tokenizer


def step_after_fuse() -> Tokenizer:
    tokenizer = gemma()
    tokenizer.decoder = decoders.Sequence([decoders.Fuse(), decoders.Replace(SPACE, " ")])
    return tokenizer


def stripped_letters() -> Tokenizer:
    tokenizer = gemma()
    tokenizer.decoder = decoders.Sequence([decoders.Fuse(), decoders.Strip("t", 1, 0)])
    return tokenizer


def lossy_without_decoder() -> Tokenizer:
    """Its pre-tokenizer promises ▁ for spaces, its model never writes it."""
    tokenizer = Tokenizer(models.WordLevel({"the": 0, "<unk>": 1}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_decoder, "no decoder"),
        (lossy_without_decoder, "no decoder"),
        (ctc, "CTC"),
        (regex_replacement, "regex"),
        (step_after_fuse, "Replace step after Fuse"),
        (stripped_letters, "strips 't'"),
        (dict, "dict is not a fast tokenizer"),
    ],
)
def test_refused_with_a_hint(make: Callable[[], Tokenizer], message: str) -> None:
    with pytest.raises(UnsupportedTokenizer, match=message) as caught:
        Vocabulary.from_tokenizer(make())
    assert "Vocabulary(" in caught.value.hint


def test_tokenizer_that_contradicts_its_decoder_is_refused() -> None:
    tokenizer = byte_level_without_decoder()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    with pytest.raises(UnsupportedTokenizer, match="have the bytes of"):
        Vocabulary.from_tokenizer(tokenizer)


def test_plain_list() -> None:
    vocabulary = Vocabulary([b"a", None, b"", b"ab"])
    assert vocabulary.tokens == (b"a", None, None, b"ab")
    assert len(vocabulary) == 4
    assert vocabulary.decode([3, 1, 2, 0]) == b"aba"


@pytest.mark.parametrize("tokens", [["text"], [None, b""], []])
def test_bad_lists_are_refused(tokens: list[bytes | None]) -> None:
    with pytest.raises(InvalidInput):
        Vocabulary(tokens)


TOKENS = st.lists(st.none() | st.binary(max_size=4), max_size=12)
TOKENS = TOKENS.filter(any)


@given(first=TOKENS, second=TOKENS)
def test_equal_by_content(first: list[bytes | None], second: list[bytes | None]) -> None:
    one, other = Vocabulary(first), Vocabulary(second)
    assert (one == other) == (one.tokens == other.tokens)
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert hash(again) == hash(one)


def test_fingerprint_sees_where_tokens_end() -> None:
    assert Vocabulary([b"a", b"bc"]) != Vocabulary([b"ab", b"c"])
    assert Vocabulary([b"a"]) != Vocabulary([b"a", None])
    assert Vocabulary([b"a"]) != (b"a",)


def strings(trie: Trie) -> list[bytes]:
    """Every node's bytes, from depth and edge alone."""
    path: list[int] = []
    found = []
    for byte, depth in zip(trie.byte, trie.depth, strict=True):
        path[int(depth) - 1 :] = [int(byte)]
        found.append(bytes(path))
    return found


@given(TOKENS)
def test_trie_is_the_sorted_prefixes(tokens: list[bytes | None]) -> None:
    vocabulary = Vocabulary(tokens)
    trie = vocabulary.trie
    texts = [token for token in vocabulary.tokens if token]
    nodes = sorted({token[:n] for token in texts for n in range(1, len(token) + 1)})
    assert strings(trie) == nodes
    for i, node in enumerate(nodes):
        inside = [j for j, other in enumerate(nodes) if other.startswith(node)]
        assert (i, int(trie.end[i])) == (inside[0], inside[-1] + 1)
        ids = trie.tokens[trie.token_start[i] : trie.token_start[i + 1]]
        assert ids.tolist() == [k for k, token in enumerate(vocabulary.tokens) if token == node]
    assert trie.token_start[0] == 0
    assert trie.token_start[-1] == len(trie.tokens) == len(texts)


def test_trie_types() -> None:
    trie = Vocabulary([b"a", b"ab"]).trie
    assert [trie.byte.dtype, trie.depth.dtype, trie.end.dtype] == ["uint8", "int32", "int32"]
    assert [trie.token_start.dtype, trie.tokens.dtype] == ["int32", "int32"]


def test_trie_of_one_very_long_token() -> None:
    trie = Vocabulary([b"a" * 5000, b"a" * 4999, b"b"]).trie
    assert len(trie.byte) == 5001
    assert trie.end[0] == 5000
