"""How users' own Presidio recognizers are read and run.

Presidio is held to four rules: nothing is downloaded, no log holds a word of a text, no time-out and no
error of a recognizer goes unseen, and no Presidio type leaves this module.
"""

from __future__ import annotations

import copy
import importlib
import logging
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex
import tldextract
import yaml
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import HuggingFaceNerRecognizer
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from pydantic import ValidationError

from hushgate.failure import Failure, Reason
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from presidio_analyzer import Pattern, RecognizerResult
    from spacy.language import Language
    from spacy.tokens import Doc

_SECONDS = 2.0
_FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE

_ours: ContextVar[bool] = ContextVar("Presidio runs for hushgate", default=False)


def _may_log(_: logging.LogRecord) -> bool:
    # Presidio logs context words, and its IBAN check logs the value. A host's own use of it still logs.
    return not _ours.get()


logging.getLogger("presidio-analyzer").addFilter(_may_log)
# Presidio's e-mail check asks tldextract, which would fetch its list on first use and keep it on disk.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


@contextmanager
def quietly() -> Iterator[None]:
    """While Presidio runs for hushgate, it logs nothing."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


class Recognizers:
    """Users' recognizers around one spaCy pipeline."""

    def __init__(
        self, read: Sequence[EntityRecognizer], nlp: Language, *, language: str, entities: Mapping[str, str]
    ) -> None:
        self._language = language
        self._engine = _Engine(nlp, language, entities)
        for recognizer in read:
            _guard(recognizer)
        registry = RecognizerRegistry(recognizers=list(read), supported_languages=[language])
        self._analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=self._engine, supported_languages=[language]
        )

    @classmethod
    def load(
        cls, sources: Sequence[str], nlp: Language, *, language: str, entities: Mapping[str, str]
    ) -> Recognizers:
        """Read recognizers: each source is ``module:Class`` or a YAML file as Presidio's registry reads it.

        ``nlp`` is the pipeline that texts will come from; ``entities`` maps its labels, an empty entity
        meaning a label to pass over. Fails with FIELD_INVALID.
        """
        with quietly():
            read = [each for source in sources for each in _read(source, language)]
            return cls(read, nlp, language=language, entities=entities)

    def find(self, doc: Doc) -> list[Finding]:
        """What the recognizers find in a text that has been through the pipeline, context applied.

        Fails with DETECTION_TIMEOUT and INTERNAL, naming the recognizer.
        """
        with quietly():
            artifacts = self._engine.artifacts(doc)
            results = self._analyzer.analyze(doc.text, self._language, nlp_artifacts=artifacts)
        return [_finding(each) for each in results]


class _Engine(SpacyNlpEngine):
    """Presidio's spaCy engine over a pipeline that is already loaded."""

    def __init__(self, nlp: Language, language: str, entities: Mapping[str, str]) -> None:
        super().__init__(
            models=[{"lang_code": language, "model_name": nlp.meta["name"]}],
            ner_model_configuration=NerModelConfiguration(
                labels_to_ignore=[label for label, entity in entities.items() if not entity],
                model_to_presidio_entity_mapping={
                    label: entity for label, entity in entities.items() if entity
                },
            ),
        )
        self.nlp = {language: nlp}  # type: ignore[assignment]

    def load(self) -> None:
        """Nothing: the pipeline came loaded, and Presidio would download one."""

    def artifacts(self, doc: Doc) -> NlpArtifacts:
        """Presidio's view of a text that has been through the pipeline."""
        return self._doc_to_nlp_artifact(doc, self.models[0]["lang_code"])


def _guard(recognizer: EntityRecognizer) -> None:
    """Let no time-out and no error of the recognizer pass unseen, and say whose it was."""
    theirs: Any = recognizer  # Presidio annotates these attributes by halves
    name, analyze = theirs.name, theirs.analyze
    if isinstance(recognizer, HuggingFaceNerRecognizer) and theirs.ner_pipeline is not None:
        theirs.ner_pipeline = _Loud(theirs.ner_pipeline)
    if isinstance(recognizer, PatternRecognizer):
        theirs.patterns = [_timed(each, theirs.global_regex_flags or 0, name) for each in theirs.patterns]

    def guarded(text: str, *arguments: object, **named: object) -> list[RecognizerResult]:
        try:
            results = analyze(text, *arguments, **named) or []
            wrong = "" if all(0 <= each.start < each.end <= len(text) for each in results) else "bad span"
        except Failure:
            raise
        except (Exception, _Unseen) as error:
            results, wrong = [], type(error).__name__  # no more of it: its message may hold the text
        if wrong:
            raise Failure(Reason.INTERNAL, f"the Presidio recognizer {name} failed: {wrong}")
        return results

    theirs.analyze = guarded


class _Unseen(BaseException):  # so that Presidio does not catch it
    """A model failed on a text, where Presidio would pass the text over."""


class _Loud:
    """Stands where Presidio keeps a model: its errors get out."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - transformers' own, without types
        self._model = model

    def __call__(self, text: str) -> object:
        """The model's answer."""
        try:
            return self._model(text)
        except Exception as error:
            raise _Unseen(type(error).__name__) from None


def _timed(pattern: Pattern, flags: int, recognizer: str) -> Pattern:
    timed: Any = copy.copy(pattern)
    timed.compiled_regex = _TimedRegex(regex.compile(pattern.regex, flags), recognizer)
    timed.compiled_with_flags = flags
    result: Pattern = timed
    return result


class _TimedRegex:
    """Stands where Presidio keeps a compiled pattern: out of time is a failure, where Presidio skips."""

    def __init__(self, compiled: regex.Pattern[str], recognizer: str) -> None:
        self._compiled = compiled
        self._recognizer = recognizer

    def finditer(self, text: str, **_: object) -> Iterator[regex.Match[str]]:
        """Every match; DETECTION_TIMEOUT when that takes too long."""
        try:
            yield from self._compiled.finditer(text, timeout=_SECONDS)
        except TimeoutError:
            sentence = f"the Presidio recognizer {self._recognizer} took longer than {_SECONDS:g} s"
            raise Failure(Reason.DETECTION_TIMEOUT, sentence) from None


def _finding(result: RecognizerResult) -> Finding:
    name = (result.recognition_metadata or {}).get(result.RECOGNIZER_NAME_KEY, "unnamed")
    score = min(max(float(result.score), 0.0), 1.0)
    return Finding(result.start, result.end, result.entity_type, score, f"presidio.{name}")


def _read(source: str, language: str) -> list[EntityRecognizer]:
    """The recognizers that a source names; at least one, in this language."""
    wrong, read = "", []
    try:
        if source.endswith((".yaml", ".yml")):
            read = _from_yaml(Path(source), language)
        else:
            read = [_from_class(source)]
    except Exception as error:
        wrong = f"cannot be read: {_cause(error)}"
    spoken = [each for each in read if each.supported_language == language]
    if not spoken:
        wrong = wrong or f"names none for the language {language}"
        raise Failure(Reason.FIELD_INVALID, f"Presidio recognizers: {source} {wrong}", field="presidio")
    return spoken


def _cause(error: Exception) -> str:
    """What is wrong with a configuration, without pydantic's frame around it."""
    if isinstance(error.__cause__, ValidationError):
        return "; ".join(each["msg"].removeprefix("Value error, ") for each in error.__cause__.errors())
    return f"{type(error).__name__}: {error}"


def _from_class(source: str) -> EntityRecognizer:
    module, colon, name = source.partition(":")
    if not (module and colon and name):
        message = "it must be module:Class or a .yaml file"
        raise ValueError(message)
    named = getattr(importlib.import_module(module), name)
    if not (isinstance(named, type) and issubclass(named, EntityRecognizer)):
        message = "it must be a subclass of presidio_analyzer.EntityRecognizer"
        raise TypeError(message)
    create: Any = named  # a user's class knows its own entities; Presidio's asks for them
    recognizer: EntityRecognizer = create()
    return recognizer


def _from_yaml(path: Path, language: str) -> list[EntityRecognizer]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    # Presidio passes a bare class name over, and takes its own defaults where a key is missing.
    listed = [
        {"name": each, "type": "predefined"} if isinstance(each, str) else each
        for each in content["recognizers"]
    ]
    configuration = {"global_regex_flags": _FLAGS, **content}
    configuration |= {"recognizers": listed, "supported_languages": [language]}
    registry = RecognizerRegistryProvider(registry_configuration=configuration).create_recognizer_registry()
    return list(registry.recognizers)
