"""How near two sentences are in meaning: by the vectors that a model from a folder on disk makes of them.

The model is a static one, of Model2Vec or of sentence-transformers: a sentence's vector is the mean of its
tokens', so that it takes microseconds on a CPU. It is an extra.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from hushgate.detection.engines import offline
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model2vec import StaticModel
    from numpy.typing import NDArray

_STEPS = 127
"""Of a vector's coordinate, on each side of nothing: in whole numbers, a sum is the same in any order."""


class Similarity:
    """A model of sentences. Safe to share between threads."""

    def __init__(self, model: StaticModel) -> None:
        self._model = model
        parts = (model.embedding, model.weights, model.token_mapping)
        digest = blake2b(model.tokenizer.to_str().encode(), digest_size=8)
        for part in parts:
            digest.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
        self.name = digest.digest()
        """What no two models share: vectors of different ones say nothing of each other."""

    @classmethod
    def load(cls, folder: Path) -> Similarity:
        """The model in a folder. Fails with FIELD_INVALID; nothing is downloaded."""
        if not folder.is_dir():
            raise _invalid(f"{folder} is no directory")
        if find_spec("model2vec") is None:
            raise _invalid("needs model2vec, which is not there: install hushgate[similarity]")
        offline()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a few sentences are no work for threads
        from model2vec import StaticModel  # noqa: PLC0415 - an extra

        try:
            similarity = cls(StaticModel.from_pretrained(folder))
            similarity.vectors(["A model that cannot run is known before it is needed."])
        except Exception as error:
            sentence = f"{folder} is no model of sentences: {type(error).__name__}: {error}"
            raise _invalid(sentence) from error
        return similarity

    def vectors(self, sentences: Sequence[str]) -> NDArray[np.int8]:
        """A row for each: 127 times a vector of length 1, rounded; of unknown words alone, zeros."""
        made = np.asarray(self._model.encode(list(sentences)), dtype=np.float64)
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        return np.rint(_STEPS * made / np.where(lengths > 0, lengths, 1.0)).astype(np.int8)


def _invalid(sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"note_model {sentence}", field="note_model")
