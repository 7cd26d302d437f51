"""Text, pieces and words say the same thing, whatever is typed."""

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from transformer import UsageError
from transformer.tokenizer import (
    BEGIN,
    END,
    PAD,
    UNKNOWN,
    Tokenizer,
    check,
    group_words,
    normalise,
)

LETTERS = "abcdeghilmnopqrstuàâçéèêëîïôùûœÉŒ"
SIGNS = "''’‘ʼ-_«»“”\"….,;:!?()<>/*$#[]\u00a0\u202f   ▁"
OTHERS = "0123456789😀👍🏽🇫🇷\u200d日本語한국어שלוםمرحبا\u0301\u202e½²"
TEXT = st.text(
    st.one_of(
        st.sampled_from(LETTERS),
        st.sampled_from(SIGNS),
        st.sampled_from(OTHERS),
        st.characters(codec="utf-8"),
    ),
    max_size=30,
)
EXAMPLES = (
    "« L’été, où es-tu ? » dit l’élève…",
    "J'ai 12,5 ans et 1 000 000 € d'avance.",
    "👨‍👩‍👧 mange 🇫🇷!",
    "日本語 et 한국어",
    "שלום עולם, مرحبا",
    '<script>alert("x")</script> **gras** $x$ ![](http://a.fr/b.png)',
    "</s> <s> <unk> <pad> <0x41> ▁ ⁇ ▅",
    "e\u0301cole A\u030a \u0301seul",
)


def examples(test):  # type: ignore[no-untyped-def]
    for text in EXAMPLES:
        test = example(text)(test)
    return given(TEXT)(test)


def readable(text: str) -> str:
    """The normalised text; texts that are refused are not what a test is about."""
    try:
        return check(normalise(text))
    except UsageError:
        assume(False)
        raise


@examples
def test_decoding_gives_back_the_normalised_text(tokenizer: Tokenizer, text: str) -> None:
    expected = readable(text)
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens.ids) == tokens.text == expected


@examples
def test_nothing_is_ever_unknown(tokenizer: Tokenizer, text: str) -> None:
    readable(text)
    assert not {PAD, UNKNOWN, BEGIN} & set(tokenizer.encode(text).ids)


@given(TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once == once.strip()
    assert unicodedata.is_normalized("NFC", once)


def test_normalising_keeps_what_typography_means() -> None:
    assert normalise("10\u202fm² ½ ﬁn “l’été”…") == '10 m² ½ ﬁn "l\'été"...'


def test_invisible_marks_of_files_and_the_web_are_left_out() -> None:
    assert (
        normalise("\ufeffIl a\u00adjou\u00adté\u200b un e\u2060\u0301t\u00e9.")
        == "Il ajouté un été."
    )


@examples
def test_training_sees_the_same_ids(tokenizer: Tokenizer, text: str) -> None:
    readable(text)
    tokens = tokenizer.encode(text)
    assert tokenizer.encode_corpus([text, text]) == [list(tokens.ids)] * 2
    assert [tokenizer.piece(i) for i in tokens.ids] == list(tokens.pieces)


@examples
def test_spans_run_through_the_text(tokenizer: Tokenizer, text: str) -> None:
    readable(text)
    tokens = tokenizer.encode(text)
    place = 0
    for begin, end in tokens.spans:
        assert place <= begin <= end
        assert tokens.text[place:begin].strip(" ") == "", "only spaces belong to no piece"
        place = end
    assert place == len(tokens.text)


@examples
def test_a_piece_spells_its_span(tokenizer: Tokenizer, text: str) -> None:
    readable(text)
    tokens = tokenizer.encode(text)
    for piece, id, (begin, end) in zip(tokens.pieces, tokens.ids, tokens.spans, strict=True):
        if id == END:
            assert begin == end == len(tokens.text)
        elif not piece.startswith("<0x"):
            assert tokens.text[begin:end] == piece.removeprefix("▁")


@examples
def test_words_hold_every_piece_once(tokenizer: Tokenizer, text: str) -> None:
    readable(text)
    tokens = tokenizer.encode(text)
    assert [i for word in tokens.words for i in word.pieces] == list(range(len(tokens.pieces)))


@examples
def test_words_spell_the_text(tokenizer: Tokenizer, text: str) -> None:
    expected = readable(text)
    words = [word for word in tokenizer.encode(text).words if not word.special]
    assert all(word.text == expected[word.begin : word.end] for word in words)
    assert "".join(word.text for word in words) == expected.replace(" ", "")


@given(st.lists(st.integers(0, 499), max_size=12))
def test_whatever_the_model_writes_can_be_shown(tokenizer: Tokenizer, ids: list[int]) -> None:
    tokens = tokenizer.tokens([min(i, len(tokenizer) - 1) for i in ids])
    assert tokens.text == tokenizer.decode(tokens.ids)
    assert sorted(i for word in tokens.words for i in word.pieces) == list(range(len(ids)))
    ends = [end for _, end in tokens.spans]
    assert ends == sorted(ends) and max(ends, default=0) <= len(tokens.text)


def words_of(tokenizer: Tokenizer, text: str) -> list[str]:
    return [word.text for word in tokenizer.encode(text).words][:-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L'homme", ["L'", "homme"]),
        ("l’été", ["l'", "été"]),
        ("jusqu'à lorsqu'il", ["jusqu'", "à", "lorsqu'", "il"]),
        ("qu'est-ce qu'il n'a", ["qu'", "est-ce", "qu'", "il", "n'", "a"]),
        ("d'aujourd'hui", ["d'", "aujourd'hui"]),
        ("I don't know.", ["I", "don't", "know", "."]),
        ("« oui ! »", ["«", "oui", "!", "»"]),
        ("12 ans", ["12", "ans"]),
    ],
)
def test_words_follow_french_and_english(tokenizer: Tokenizer, text: str, words: list[str]) -> None:
    assert words_of(tokenizer, text) == words


def test_the_end_is_a_word_of_its_own(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("chat")
    last = tokens.words[-1]
    assert (tokens.pieces[-1], last.text, last.special) == ("</s>", "</s>", True)
    assert not any(word.special for word in tokens.words[:-1])


def test_the_bytes_of_an_emoji_share_one_word(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("chat 🦊 gris")
    assert sum(piece.startswith("<0x") for piece in tokens.pieces) == 4
    fox = tokens.words[1]
    assert (fox.text, len(fox.pieces)) == ("🦊", 5), "a space mark and four bytes"


def test_digits_are_split_however_often_a_number_comes() -> None:
    tokenizer = Tokenizer.learn(["1789 2024"] * 30 + ["chats 345", "345 mots"] * 30, 320)
    assert [p for p in tokenizer.encode("345").pieces if p != "▁"] == ["3", "4", "5", "</s>"]


def test_typed_specials_are_plain_text(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("</s> <s>")
    assert tokens.ids.count(END) == 1 and tokens.text == "</s> <s>"


@pytest.mark.parametrize("text", ["", " ", "\u00a0\n\t ", "▁"])
def test_blank_text_is_refused(tokenizer: Tokenizer, text: str) -> None:
    with pytest.raises(UsageError, match="type a sentence"):
        tokenizer.encode(text)


@pytest.mark.parametrize(("character", "code"), [("\x00", "0000"), ("\x07", "0007")])
def test_control_characters_are_refused_by_code(
    tokenizer: Tokenizer, character: str, code: str
) -> None:
    with pytest.raises(UsageError, match=f"control character U\\+{code}"):
        tokenizer.encode(f"le {character} chat")


@pytest.mark.parametrize("text", ["le \ud800 chat", b"caf\xe9".decode(errors="surrogateescape")])
def test_what_is_not_utf8_is_refused(tokenizer: Tokenizer, text: str) -> None:
    with pytest.raises(UsageError, match="not valid UTF-8"):
        tokenizer.encode(text)


def test_an_emoji_newer_than_this_python_is_not_a_control_character(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("\U0001fae8 \U0001fabf").text == "\U0001fae8 \U0001fabf"


def test_the_longest_text_passes_and_one_piece_more_does_not(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode("1" * 254).ids) == 256
    with pytest.raises(UsageError, match="257 pieces; the model takes at most 256"):
        tokenizer.encode("1" * 255)


def test_a_book_is_refused_at_once(tokenizer: Tokenizer) -> None:
    begun = time.monotonic()
    with pytest.raises(UsageError, match="sentence by sentence"):
        tokenizer.encode("le chat " * 12_000)
    assert time.monotonic() - begun < 2


def test_a_space_mark_belongs_to_the_word_that_follows(tokenizer: Tokenizer) -> None:
    text, pieces = "le 5", ("▁le", "▁", "5")
    assert [w.pieces for w in group_words(text, [(0, 2), (3, 3), (3, 4)], pieces)] == [(0,), (1, 2)]


def test_bytes_that_make_no_character_keep_the_other_spans_right(tokenizer: Tokenizer) -> None:
    broken = [i for i in range(len(tokenizer)) if tokenizer.piece(i) == "<0xFF>"]
    tokens = tokenizer.tokens([*broken, *tokenizer.encode("chat").ids])
    begin, _ = tokens.spans[1]
    assert tokens.text[begin : tokens.spans[-2][1]] == "chat"


@pytest.mark.parametrize("byte", ["<0x0A>", "<0x0D>", "<0x00>", "<0x1B>"])
def test_a_control_byte_that_the_model_writes_is_not_passed_on(
    tokenizer: Tokenizer, byte: str
) -> None:
    """A line break in a translation would shift all lines that follow on the command line."""
    [control] = [i for i in range(len(tokenizer)) if tokenizer.piece(i) == byte]
    chat = tokenizer.encode("chat").ids
    text = tokenizer.tokens([*chat[:-1], control, *chat]).text
    assert text == tokenizer.decode([*chat[:-1], control, *chat])
    assert not any(unicodedata.category(character) == "Cc" for character in text)


def test_sampling_cuts_anew_but_spells_the_same(tokenizer: Tokenizer) -> None:
    sampled = tokenizer.sample_corpus(["Le petit chat regarde la fenêtre."] * 20, alpha=0.2)
    assert len({tuple(ids) for ids in sampled}) > 1
    assert {tokenizer.decode(ids) for ids in sampled} == {"Le petit chat regarde la fenêtre."}
    assert all(ids[-1] == END for ids in sampled)


@pytest.mark.parametrize("content", [b"no model", b"\x00" * 100])
def test_a_damaged_tokenizer_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.model"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="sentencepiece"):
        Tokenizer.load(path)


@pytest.mark.parametrize(("sentences", "pieces"), [(["un chat"] * 5, 20), ([], 400)])
def test_a_vocabulary_that_cannot_be_learned_is_one_clear_line(
    sentences: list[str], pieces: int
) -> None:
    with pytest.raises(UsageError) as caught:
        Tokenizer.learn(sentences, pieces)
    assert "\n" not in str(caught.value)
