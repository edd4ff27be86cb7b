"""Which engine a name model is for, and how it becomes a spaCy pipeline: from disk alone.

A directory says what it is by the files in it: spaCy's ``config.cfg``, GLiNER's ``gliner_config.json`` or
transformers' ``config.json``. Whatever the engine, names come out as a ``Doc``'s entities, and where the
model gives scores, the spans stand under ``SCORED`` with them.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.detection import spacy_model
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from spacy.language import Language

SCORED = "hushgate.names"
"""The key of the span group with a score for each name."""
_NEEDS = {"transformers": ("transformers", "torch"), "gliner": ("gliner", "torch")}


def kind(model: str | Path) -> str:
    """``spacy``, ``transformers`` or ``gliner``, as findings' rules say it; a package is spaCy's."""
    files = {"gliner": "gliner_config.json", "spacy": "config.cfg", "transformers": "config.json"}
    return next((each for each, file in files.items() if Path(model, file).is_file()), "spacy")


def load(model: str | Path, language: str) -> Language:
    """The pipeline that finds names. Fails with FIELD_INVALID; nothing is downloaded.

    ``language`` is for the models that do not say theirs.
    """
    engine = kind(model)
    if engine == "spacy":
        return spacy_model.load(model)
    missing = [package for package in _NEEDS[engine] if find_spec(package) is None]
    if missing:
        sentence = f"{model} is a model of {engine}: install hushgate[{engine}]; {missing[0]} is not there"
        raise Failure(Reason.FIELD_INVALID, sentence, field="names")
    offline()
    from hushgate.detection import huggingface  # noqa: PLC0415 - torch takes seconds

    nlp = spacy_model.blank(language)
    try:
        getattr(huggingface, f"add_{engine}")(nlp, Path(model))
        nlp("One sentence, so that a model that cannot run is known before it is needed.")
    except Exception as error:
        sentence = f"the name model {model} cannot be loaded: {type(error).__name__}: {error}"
        raise Failure(Reason.FIELD_INVALID, sentence, field="names") from error
    nlp.meta["name"], nlp.meta["version"] = Path(model).resolve().name, engine
    return nlp


def offline() -> None:
    """Before Presidio or a model's library is imported: they must not ask the Hub, unless told to."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
