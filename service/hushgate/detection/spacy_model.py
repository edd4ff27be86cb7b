"""Which spaCy model finds names, and how it is loaded: from disk alone, and no more of it than names need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.language import Language
from spacy.pipeline import Tok2Vec
from spacy.tokenizer import Tokenizer
from spacy.util import is_package

from hushgate.detection import norms
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from spacy.tokens import Doc

SHIPPED = Path(__file__).parent.parent / "models" / "en_names"
INSTALLED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_trf")

# None of these says a name; together they take most of the time of spaCy's own pipelines.
_UNUSED = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "sentencizer",
    "lemmatizer",
    "trainable_lemmatizer",
    "attribute_ruler",
    "textcat",
    "textcat_multilabel",
    "entity_linker",
)

_PARTED = "|".join(
    (
        r"[=;<>|{}\[\]()\"“”«»]|\\[nrt]?",
        r"&(?=\w+=)",
        r"(?<=[\w\"'’])[:,](?=[\"'‘])",  # "name":"Dana"
        r"(?<=\w)['’](?=[:,\]}=>])|(?<=[:,\[{=(])['‘](?=\w)",  # {'name':'Dana'}
    )
)
"""Where what is written without spaces falls apart: JSON, XML, tables, parameters."""


def choose(model: str | Path) -> str | Path | None:
    """The model to load: the one named, else the shipped one, else the first known that is installed.

    None when there is none. Fails with FIELD_INVALID when a named one is not there; nothing is downloaded.
    """
    if not model:
        if SHIPPED.is_dir():
            return SHIPPED
        return next((name for name in INSTALLED if is_package(name)), None)
    if Path(model).is_dir():
        return Path(model)
    if is_package(str(model)):
        return str(model)
    sentence = (
        f"the name model {model} is neither a directory nor an installed package; nothing is downloaded"
    )
    raise Failure(Reason.FIELD_INVALID, sentence, field="names")


def load(model: str | Path) -> Language:
    """The model's pipeline without the parts that find no names. Fails with FIELD_INVALID."""
    try:
        # spaCy would make a dict of the table, which takes three times what the whole model does.
        table = norms.Norms.read(Path(model) / "vocab" / norms.FILE)
        nlp = spacy.load(model, exclude=(*_UNUSED, *(("lookups",) if table else ())))
        for name, part in list(nlp.pipeline):
            if isinstance(part, Tok2Vec) and not part.listening_components:
                nlp.remove_pipe(name)
        part_structure(nlp)
        if table:
            table.give(nlp)
        else:
            norms.pack(nlp)
        nlp("One sentence, so that a model that cannot run is known before it is needed.")
    except Exception as error:
        sentence = f"the name model {model} cannot be loaded: {type(error).__name__}: {error}"
        raise Failure(Reason.FIELD_INVALID, sentence, field="names") from error
    return nlp


def part_structure(nlp: Language) -> None:
    """Has the tokenizer see a name in JSON or in a log: spaCy's own is for prose, and leaves it glued."""
    tokenizer = nlp.tokenizer
    if isinstance(tokenizer, Tokenizer) and tokenizer.infix_finditer is not None:
        known = tokenizer.infix_finditer.__self__.pattern
        if not known.endswith(_PARTED):
            tokenizer.infix_finditer = re.compile(f"{known}|{_PARTED}").finditer


def blank(language: str) -> Language:
    """A tokenizer for the language and nothing else. Fails with FIELD_INVALID."""
    try:
        return spacy.blank(language)
    except ImportError:
        sentence = f"spaCy knows no language {language}"
        raise Failure(Reason.FIELD_INVALID, sentence, field="language") from None


@Language.component("hushgate_lower_lemma")
def _lower_lemma(doc: Doc) -> Doc:
    for token in doc:
        token.lemma = token.lower
    return doc


def with_lemmas(nlp: Language) -> Language:
    """The pipeline, with each token's lower case as its lemma: Presidio finds context words by lemma."""
    nlp.add_pipe("hushgate_lower_lemma")
    return nlp
