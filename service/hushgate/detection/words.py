"""Which tokens a text has for a spaCy model: its tokenizer is asked once about each chunk between spaces."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language

_CHUNK = re.compile(r"(?:(?<=\S) )?(\S+|\s+)")
"""As spaCy's tokenizer goes along a text: one space behind a chunk is in no token, other spaces are one."""
_CHARACTERS = 200_000
"""Of the chunks that are remembered, some 40 bytes a character; then all are forgotten."""
_FORGOTTEN = 8
"""How often, until the tokenizer is made anew: spaCy's tables grow with all that ever stood in them, some 20
bytes a word, whether it was taken out again or not."""


class _Cut(NamedTuple):
    """The tokens of one chunk."""

    keys: tuple[bytes, ...]
    spans: tuple[tuple[int, int], ...]
    """In the chunk."""


class Words:
    """The tokens of one text: what the model is told about each, and where it stands."""

    def __init__(self, text: str, chunks: Sequence[tuple[int, _Cut]]) -> None:
        """``chunks``: each with the place where it starts."""
        self._text = text
        self._chunks = chunks
        self.keys: list[bytes] = list(chain.from_iterable(cut.keys for _, cut in chunks))

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Half-open spans of code points. Only where there may be a name does anybody ask."""
        return [(at + start, at + end) for at, cut in self._chunks for start, end in cut.spans]

    def is_space(self, token: int) -> bool:
        """Whether the token is of white space."""
        start, end = self.spans[token]
        return self._text[start:end].isspace()


class Reader:
    """What a pipeline's tokenizer makes of texts. It remembers chunks: not for two threads at a time."""

    def __init__(self, nlp: Language, columns: Sequence[str]) -> None:
        """``columns``: the attributes of a token that the model is told."""
        self._pristine = nlp
        self._tokenizer = _renewed(nlp)
        self._columns: list[int | str] = [*columns]
        self._known: dict[str, _Cut] = {}
        self._characters = 0
        self._forgotten = 0

    @staticmethod
    def reads(nlp: Language) -> bool:
        """Whether the tokenizer takes each chunk for itself."""
        return type(nlp.tokenizer) is Tokenizer

    def read(self, texts: Sequence[str]) -> list[Words]:
        """The tokens of each text."""
        cut = [list(_chunks(text)) for text in texts]
        if new := {chunk for chunks in cut for _, chunk in chunks if chunk not in self._known}:
            self._learn(new)
        words = [
            Words(text, [(start, self._known[chunk]) for start, chunk in chunks])
            for text, chunks in zip(texts, cut, strict=True)
        ]
        if self._characters > _CHARACTERS:
            self._forget()
        return words

    def _learn(self, chunks: Iterable[str]) -> None:
        size = 8 * len(self._columns)
        with self._tokenizer.vocab.memory_zone():  # or the vocabulary would keep every word
            for chunk in chunks:
                doc = self._tokenizer(chunk)
                told = doc.to_array(self._columns).tobytes()
                keys = tuple(told[at : at + size] for at in range(0, len(told), size))
                self._known[chunk] = _Cut(keys, tuple((w.idx, w.idx + len(w)) for w in doc))
                self._characters += len(chunk)

    def _forget(self) -> None:
        self._known, self._characters = {}, 0
        self._forgotten += 1
        if self._forgotten == _FORGOTTEN:
            self._tokenizer, self._forgotten = _renewed(self._pristine), 0


def _renewed(nlp: Language) -> Tokenizer:
    """The pipeline's tokenizer with a vocabulary in which no text's words have been."""
    old, vocab = cast("Tokenizer", nlp.tokenizer), nlp.vocab
    return Tokenizer(
        Vocab(
            lex_attr_getters=vocab.lex_attr_getters,  # type: ignore[attr-defined] # the stub leaves it out
            lookups=vocab.lookups,
            writing_system=vocab.writing_system,
        ),
        rules=old.rules,
        prefix_search=old.prefix_search,
        suffix_search=old.suffix_search,
        infix_finditer=old.infix_finditer,
        token_match=old.token_match,
        url_match=old.url_match,
        faster_heuristics=old.faster_heuristics,
    )


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    end = len(text) - (text[-1:] == " " and not text[-2:].isspace())
    for match in _CHUNK.finditer(text, 0, end):
        yield match.start(1), match[1]
