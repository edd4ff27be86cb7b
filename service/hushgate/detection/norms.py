"""How a model's table of NORMs, a gazetteer of half a million forms, is read and kept in little memory."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import NORM
from spacy.strings import get_string_id
from spacy.util import add_lookups
from srsly.msgpack import Unpacker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from spacy.language import Language

_TABLE = "lexeme_norm"
FILE = "lookups.bin"
"""Of spaCy's vocabularies, in MessagePack: tables by name, each the hash of a word to what stands for it."""


class Norms:
    """A table of NORMs in two arrays: spaCy's own takes hundreds of bytes a word."""

    def __init__(self, pairs: Iterable[tuple[int, str]]) -> None:
        """``pairs``: the hash of a word, and its NORM."""
        values: dict[str, int] = {}
        keys, which = array("Q"), array("L")
        for key, value in pairs:
            keys.append(key)
            which.append(values.setdefault(value, len(values)))
        self._keys = np.array(keys, np.uint64)
        order = np.argsort(self._keys)
        self._keys = self._keys[order]
        self._which = np.array(which, np.uint16 if len(values) <= 1 << 16 else np.uint32)[order]
        self._values: list[str] = list(values)

    @classmethod
    def read(cls, path: Path) -> Norms | None:
        """The table in a file of spaCy's; None where there is no file, or more in it than that."""
        if not path.is_file():
            return None
        with path.open("rb") as file:
            unpacker = Unpacker(file, raw=False)
            if unpacker.read_map_header() != 1 or unpacker.unpack() != _TABLE:
                return None
            unpack = unpacker.unpack
            return cls((unpack(), unpack()) for _ in range(unpacker.read_map_header()))

    def __len__(self) -> int:
        return len(self._keys)

    def _at(self, word: str) -> int:
        return int(np.searchsorted(self._keys, np.uint64(get_string_id(word))))

    def __contains__(self, word: str) -> bool:
        at = self._at(word)
        return at < len(self._keys) and int(self._keys[at]) == get_string_id(word)

    def __getitem__(self, word: str) -> str:
        return self._values[int(self._which[self._at(word)])]

    def give(self, nlp: Language) -> None:
        """Have the pipeline's vocabulary, which has no such table, take NORMs from this one."""
        vocab: Any = nlp.vocab  # the stub leaves its getters out
        vocab.lex_attr_getters[NORM] = add_lookups(vocab.lex_attr_getters[NORM], self)
        for lexeme in vocab:  # the words that the tokenizer's own rules speak of
            lexeme.norm_ = vocab.lex_attr_getters[NORM](lexeme.orth_)


def pack(nlp: Language) -> None:
    """Has a vocabulary that spaCy has read keep its table so."""
    vocab: Any = nlp.vocab
    if not vocab.lookups.has_table(_TABLE):
        return
    table = vocab.lookups.get_table(_TABLE)
    given: tuple[Any, ...] = getattr(vocab.lex_attr_getters.get(NORM), "args", ())
    if len(given) == 2 and len(given[1]) == 1 and given[1][0] is table:
        vocab.lex_attr_getters[NORM] = add_lookups(given[0], Norms(table.items()))
        vocab.lookups.remove_table(_TABLE)
