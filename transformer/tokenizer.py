"""Text <-> pieces <-> ids with sentencepiece, and which pieces make one word."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import sentencepiece

from transformer.errors import UsageError

PAD, UNKNOWN, BEGIN, END = 0, 1, 2, 3
SPECIAL_PIECES = ("<pad>", "<unk>", "<s>", "</s>")  # at these ids
BOUNDARY = "▁"  # sentencepiece's mark for a space before a piece

# A word: an elided French word (l', qu', jusqu'), a run of letters and digits with its inner
# apostrophes and hyphens (aujourd'hui, don't), or a run of other signs.
_WORD = re.compile(
    r"aujourd'hui|(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)'(?=\w)|\w+(?:['\-]\w+)*|[^\w\s]+",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # what no line of output may hold
_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "…": "...", BOUNDARY: " "}
    | dict.fromkeys("\ufeff\u200b\u2060\u00ad", "")  # marks of files, word processors, the web
)


@dataclass(frozen=True)
class Word:
    """One word: ``text == sentence[begin:end]``, and the positions of its pieces."""

    text: str
    begin: int
    end: int
    pieces: tuple[int, ...]
    special: bool = False


@dataclass(frozen=True)
class Tokens:
    """A sentence as the model sees it; ``pieces``, ``ids`` and ``spans`` have the same length.

    ``spans[i]`` are the characters ``begin, end`` of piece i in ``text``; special pieces such as
    ``</s>`` have an empty span at the end of the text.
    """

    text: str
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[Word, ...]


class Tokenizer:
    """A sentencepiece unigram model (Kudo 2018) shared by both languages."""

    def __init__(self, model: bytes, longest: int = 256) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.model = model
        self.longest = longest

    def __len__(self) -> int:
        return int(self._processor.get_piece_size())

    @classmethod
    def load(cls, path: Path, longest: int = 256) -> Tokenizer:
        """Read a ``tokenizer.model``; UsageError if it is missing or damaged."""
        try:
            return cls(path.read_bytes(), longest)
        except (OSError, RuntimeError) as error:
            raise UsageError(
                "{path} should hold a sentencepiece tokenizer, but cannot be read. Copy the "
                "model's folder again.",
                path=path,
            ) from error

    @classmethod
    def learn(cls, sentences: Iterable[str], pieces: int = 8000) -> Tokenizer:
        """Learn a vocabulary of exactly ``pieces`` from ``sentences`` (fewer where text is short).

        Characters too rare for a piece of their own are spelled as bytes, so nothing is unknown.
        """
        model = BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(normalise(sentence) for sentence in sentences),
                model_writer=model,
                model_type="unigram",
                vocab_size=pieces,
                hard_vocab_limit=False,
                byte_fallback=True,
                split_digits=True,
                character_coverage=0.9998,
                normalization_rule_name="identity",
                pad_id=PAD,
                unk_id=UNKNOWN,
                bos_id=BEGIN,
                eos_id=END,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise UsageError(
                "No vocabulary of {pieces} pieces can be learned from these sentences: give more "
                "text or another size of the vocabulary.",
                pieces=pieces,
            ) from error
        return cls(model.getvalue())

    def encode(self, text: str) -> Tokens:
        """``text`` as the encoder's input, ``</s>`` included.

        Raises UsageError if the text is blank, holds control characters or is too long.
        """
        text = check(normalise(text))
        ids = [*self._processor.encode(text), END]
        if len(ids) > self.longest:
            raise UsageError(
                "The text has {pieces} pieces; the model takes at most {longest}. Shorten it, or "
                "give it sentence by sentence.",
                pieces=len(ids),
                longest=self.longest,
            )
        return self.tokens(ids)

    def encode_corpus(self, sentences: Sequence[str]) -> list[list[int]]:
        """Ids of many sentences, ``</s>`` included, without checks: for training."""
        ids = self._processor.encode([normalise(sentence) for sentence in sentences])
        return [[*sentence, END] for sentence in ids]

    def sample_corpus(self, sentences: Sequence[str], alpha: float) -> list[list[int]]:
        """As ``encode_corpus``, each sentence cut at random (subword regularisation, Kudo 2018)."""
        ids = self._processor.encode(
            [normalise(sentence) for sentence in sentences],
            enable_sampling=True,
            alpha=alpha,
            nbest_size=-1,
            num_threads=1,  # several threads would share the work, and its random numbers, anew
        )
        return [[*sentence, END] for sentence in ids]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``; special pieces are left out."""
        return self._spell(ids)[0]

    def piece(self, id: int) -> str:
        """How the vocabulary writes ``id``."""
        return str(self._processor.id_to_piece(id))

    def tokens(self, ids: Sequence[int]) -> Tokens:
        """``ids`` with their text, pieces, spans and words."""
        pieces = tuple(self.piece(i) for i in ids)
        text, spans = self._spell(ids)
        return Tokens(text, pieces, tuple(ids), spans, group_words(text, spans, pieces))

    def _spell(self, ids: Sequence[int]) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The text of ``ids`` and the characters of each; byte pieces share one character."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text, bounds = "", [0]
        for i in ids:
            if self._processor.is_byte(i):
                text += decoder.decode(bytes([int(self.piece(i)[3:5], 16)]))
            else:
                text += decoder.decode(b"", final=True)
                decoder.reset()
                bounds[-1] = len(text)
                text += self.piece(i).replace(BOUNDARY, " ") if i > END else ""
            bounds.append(len(text))
        text += decoder.decode(b"", final=True)
        bounds[-1] = len(text)
        text = _CONTROL.sub("\ufffd", text)
        skipped = 1 if text.startswith(" ") else 0  # the mark before the first word is no space
        spans = []
        for begin, end in zip(bounds, bounds[1:], strict=False):
            begin += text[begin:end].startswith(" ")
            spans.append((max(0, min(begin, end) - skipped), max(0, end - skipped)))
        return text[skipped:], tuple(spans)


def normalise(text: str) -> str:
    """Composed accents (NFC), straight apostrophes and quotes, single spaces, none outside.

    Invisible marks (byte order, zero width, soft hyphen) are left out.
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(_TYPOGRAPHY)).split())


def check(text: str) -> str:
    """``text`` if the model can read it; raises UsageError if it is blank or damaged."""
    if not text:
        raise UsageError("There is no text: type a sentence.")
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or character == "\ufffd":
            raise UsageError("The text is not valid UTF-8: save or paste it again as UTF-8.")
        if category == "Cc":
            raise UsageError(
                "The text holds the control character U+{code:04X}: delete it and try again.",
                code=ord(character),
            )
    return text


def group_words(
    text: str, spans: Sequence[tuple[int, int]], pieces: Sequence[str]
) -> tuple[Word, ...]:
    """The words of ``text`` in order, each with the pieces that begin in it.

    A piece of no characters (a lone space mark, the first bytes of a character) belongs to the
    word that follows; special pieces such as ``</s>`` are words of their own.
    """
    bounds = [match.span() for match in _WORD.finditer(text)]
    members: list[list[int]] = [[] for _ in bounds]
    specials: list[Word] = []
    for position, ((begin, end), piece) in enumerate(zip(spans, pieces, strict=True)):
        if piece in SPECIAL_PIECES or not bounds:
            specials.append(Word(piece, begin, end, (position,), special=True))
            continue
        owner = next((i for i, (_, stop) in enumerate(bounds) if begin < stop), len(bounds) - 1)
        members[owner].append(position)
    words = [
        Word(text[begin:end], begin, end, tuple(owned))
        for (begin, end), owned in zip(bounds, members, strict=True)
        if owned
    ]
    return tuple(sorted([*words, *specials], key=lambda word: word.pieces))
