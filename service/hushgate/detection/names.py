"""Which names, places and organisations a text holds: what a model and the users' recognizers find."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import repeat
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from hushgate import deadline
from hushgate.detection import engines, spacy_model
from hushgate.detection.network import Network
from hushgate.detection.randomness import random_letters
from hushgate.detection.windows import windows
from hushgate.failure import Failure, Reason
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from hushgate.detection.presidio import Recognizers
    from hushgate.detection.windows import Window

_NO_NAMES = (
    *("DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"),
    *("EVENT", "LANGUAGE", "LAW", "MISC", "PRODUCT", "WORK_OF_ART"),
)
LABELS: Mapping[str, str] = {
    "PER": "PERSON",
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "LOCATION": "LOCATION",
    "ORG": "ORGANIZATION",
    "ORGANIZATION": "ORGANIZATION",
    "NORP": "NRP",
    "NRP": "NRP",
    **dict.fromkeys(_NO_NAMES, ""),
}
"""Which entity a model's label stands for; empty: none (the packs find dates and numbers).

A label that does not stand here is an entity of its own: a model that was trained for it means it.
"""

SCORE = 0.85
"""Of every name that a spaCy model finds: it gives no score. Presidio's own constant."""

NO_MODEL = (
    "no name model: names are found only where a record or a phrase says them; "
    "install one or name it with --names"
)

_BATCH_TEXTS = 64
_BATCH_LENGTH = 20_000
"""Code points, or one window of a long text; between two batches the call's deadline is looked at."""
_POSSESSIVE = re.compile(r"['’]s\Z", re.IGNORECASE)
_KIND = re.compile(r"(?:[^\W\d_A-Z]+ ){1,4}(?:compan(?:y|ies)|firms?|agency|agencies|industry)")
"""A kind of organisation, in small letters: nobody's name."""
_MEASURED = re.compile(r"\w:\d|\d\.\d")
_GREETING = re.compile(
    r"(?i)(?:bonjour|bonsoir|salut|merci(?: beaucoup)?|cordialement|guten (?:tag|morgen|abend)|gr(?:ü|ue?)ezi"
    r"|servus|moin|hallo|danke(?: sch(?:ö|oe)n)?|vielen dank|mit freundlichen|hola|saludos|atentamente"
    r"|buen[oa]s (?:d[ií]as|tardes|noches)|(?:muchas )?gracias|buongiorno|buonasera|ciao|grazie|olá|bom dia"
    r"|boa (?:tarde|noite)|(?:muito )?obrigad[oa]|goede(?:morgen|middag|navond)|bedankt"
    r"|god (?:dag|morgen|morgon|kväll)|hejsan|tack|takk|dzień dobry|dziękuję|dobrý den|děkuji|jó napot"
    r"|köszönöm|bună ziua|mulțumesc|merhaba|teşekkürler|kiitos|namaste|konnichiwa|arigatou?|spasibo"
    r"|здравствуйте|привет|добрый день|спасибо|добрий день|дякую|καλημέρα|ευχαριστώ)(?![^\W_])[\W_]*"
)
"""A greeting or thanks in a language that the model was not trained for: it takes such words for names."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class Names:
    """A name model and the users' recognizers; safe to share between threads, which take turns."""

    def __init__(
        self,
        nlp: Language | None,
        recognizers: Recognizers | None = None,
        *,
        language: str = "en",
        entities: Mapping[str, str] = LABELS,
        model: str = "",
        rule: str = "names.spacy",
    ) -> None:
        self.language = language
        self.model = model
        """The name and version of the model; empty when there is none."""
        self._rule = rule
        self._nlp = nlp
        self._recognizers = recognizers
        # Users' recognizers are shown spaCy's own account of a text; without them, the names alone will do.
        self._network = Network.of(nlp) if nlp and recognizers is None else None
        self._entities = entities
        self._lock = Lock()

    @classmethod
    def load(
        cls,
        model: str | Path | None = "",
        recognizers: Sequence[str] = (),
        *,
        language: str = "en",
        labels: Mapping[str, str] = LABELS,
    ) -> Names:
        """Read a model and recognizers from disk; nothing is downloaded.

        ``model`` is a directory (of spaCy, transformers or GLiNER) or an installed package of spaCy's;
        empty: the shipped one, else a known one that is installed, else none (see ``notice``); None: none.
        Each of ``recognizers`` is ``module:Class``, a subclass of Presidio's ``EntityRecognizer``, or a YAML
        file as Presidio's registry reads it. Fails with FIELD_INVALID.
        """
        chosen = None if model is None else spacy_model.choose(model)
        nlp = engines.load(chosen, language) if chosen else None
        rule = f"names.{engines.kind(chosen)}" if chosen else ""
        name = "{lang}_{name} {version}".format(**nlp.meta) if nlp else ""
        entities = {**labels, **(_own_labels(nlp, labels) if nlp else {})}
        if not recognizers:
            return cls(nlp, language=language, entities=entities, model=name, rule=rule)
        engines.offline()
        # Presidio takes most of a second to import, and only users' recognizers need it.
        from hushgate.detection.presidio import Recognizers  # noqa: PLC0415

        nlp = spacy_model.with_lemmas(nlp or spacy_model.blank(language))
        theirs = Recognizers.load(recognizers, nlp, language=language, entities=entities)
        return cls(nlp, theirs, language=language, entities=entities, model=name, rule=rule)

    @property
    def notice(self) -> str:
        """What an operator should know at start-up; empty when all is well."""
        return "" if self.model else NO_MODEL

    def find_many(self, texts: Sequence[str], language: str = "") -> list[list[Finding]]:
        """What each text holds, in order of start; findings may overlap.

        Fails with LANGUAGE_UNSUPPORTED for a language other than the model's (empty: the model's), with
        DETECTION_TIMEOUT or INTERNAL where the model or a recognizer fails.
        """
        found: list[list[Finding]] = [[] for _ in texts]
        if self._nlp is None:
            return found
        self._refuse_other(language)
        pieces = [_piece(index, text, window) for index, text in enumerate(texts) for window in windows(text)]
        if self._recognizers is None:
            pieces = [piece for piece in pieces if any(map(str.isalpha, piece.text))]
        for batch in _batches(pieces):
            deadline.check()
            for piece, findings in zip(batch, self._find_batch(self._nlp, batch), strict=True):
                found[piece.text_index] += piece.placed(findings)
        return [sorted(set(each), key=lambda f: (f.start, -f.end, f.rule, f.entity)) for each in found]

    def _refuse_other(self, language: str) -> None:
        if language and language.replace("_", "-").partition("-")[0].lower() != self.language:
            sentence = f"language must be {self.language}, which is the name model's"
            raise Failure(Reason.LANGUAGE_UNSUPPORTED, sentence, field="language")

    def _find_batch(self, nlp: Language, batch: Sequence[_Piece]) -> list[list[Finding]]:
        texts = [piece.text for piece in batch]
        with self._lock:
            try:
                if self._network:
                    found = self._network.find(texts)
                    return [
                        [finding for name in names if (finding := self._name(text, *name))]
                        for text, names in zip(texts, found, strict=True)
                    ]
                # In a memory zone the vocabulary forgets the texts' words; no two threads may be in one.
                with nlp.memory_zone():
                    return [self._find(doc) for doc in nlp.pipe(texts, batch_size=len(texts))]
            except Failure:
                raise
            except Exception as error:
                wrong = type(error).__name__  # no more of it: its message may hold the text
        raise Failure(Reason.INTERNAL, f"the name model failed: {wrong}")

    def _find(self, doc: Doc) -> list[Finding]:
        scored = doc.spans.get(engines.SCORED)
        scores = repeat(SCORE) if scored is None else scored.attrs["scores"]
        findings = [
            finding
            for span, score in zip(doc.ents if scored is None else scored, scores, strict=False)
            if (finding := self._name(doc.text, span.start_char, span.end_char, span.label_, score))
        ]
        return findings + self._recognizers.find(doc) if self._recognizers else findings

    def _name(self, text: str, start: int, end: int, label: str, score: float = SCORE) -> Finding | None:
        entity = self._entities.get(label, label.upper())
        start, end = trim(text, start, end)
        if greeting := _GREETING.match(text, start, end):
            start = greeting.end()
        if not entity or start == end:
            return None
        if entity == "PERSON" and (is_code(text[start:end]) or is_key(text, end)):
            return None
        if entity == "ORGANIZATION" and _KIND.fullmatch(text, start, end):
            return None
        return Finding(start, end, entity, score, self._rule)


def _own_labels(nlp: Language, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        label: label.upper() for part in nlp.pipe_labels.values() for label in part if label not in labels
    }


class _Piece(NamedTuple):
    """One window of one of several texts."""

    text_index: int
    text: str
    window: Window

    def placed(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that are this window's to report, with offsets in the whole text."""
        at = self.window.start
        moved = [replace(f, start=f.start + at, end=f.end + at) for f in findings] if at else findings
        return [f for f in moved if self.window.answers_for(f.start)]


def _piece(index: int, text: str, window: Window) -> _Piece:
    part = text[window.start : window.end]
    # spaCy hashes the UTF-8 form of every word, and half of a pair has none.
    return _Piece(index, part if part.isascii() else _SURROGATE.sub("\ufffd", part), window)


def _batches(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    length = 0
    for piece in pieces:
        size = piece.window.end - piece.window.start
        if batch and (len(batch) == _BATCH_TEXTS or length + size > _BATCH_LENGTH):
            yield batch
            batch, length = [], 0
        batch.append(piece)
        length += size
    if batch:
        yield batch


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a possessive 's, and without spaces, punctuation or symbols at its edges."""
    while start < end:
        if _is_edge(text[end - 1]):
            end -= 1
        elif possessive := _POSSESSIVE.search(text, start, end):
            end = possessive.start()
        else:
            break
    while start < end and _is_edge(text[start]):
        start += 1
    return start, end


def is_code(text: str) -> bool:
    """Whether it is the number of something and nobody's name.

    It is with as many digits (superscripts and fractions too, which garbled text is full of) as letters, as
    one word in capitals that holds a digit or letters that do not stand together in names, and with a digit
    behind a colon or digits around a dot: ``rss:40kB``, ``1.76.0 protobuf``.
    """
    word = text.isupper() and " " not in text
    digits = sum(unicodedata.category(character)[0] == "N" for character in text)
    if not digits:
        return word and random_letters(text)
    return digits >= sum(map(str.isalpha, text)) or word or _MEASURED.search(text) is not None


def is_key(text: str, end: int) -> bool:
    """Whether what ends there is a key that something is assigned to: ``durationMs=134``."""
    return text.startswith("=", end) and not text.startswith("= ", end)


def _is_edge(character: str) -> bool:
    return unicodedata.category(character)[0] in "PSZC"
