"""How models of transformers and GLiNER find names in a spaCy pipeline: through Presidio's own parts.

Presidio passes a text over when such a model fails on it; here that is a failure. Like ``presidio``, this
module imports Presidio's analyzer, and nothing of it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from presidio_analyzer.nlp_engine import NerModelConfiguration
from presidio_analyzer.nlp_engine.huggingface_token_pipe import FACTORY_NAME, HuggingFaceTokenPipe
from presidio_analyzer.predefined_recognizers import GLiNERRecognizer
from spacy.language import Language
from spacy.tokens import SpanGroup
from spacy.util import filter_spans

from hushgate.detection.engines import SCORED
from hushgate.detection.presidio import quietly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spacy.tokens import Doc

GLINER_LABELS = {"person": "PERSON", "organization": "ORGANIZATION", "location": "LOCATION"}
"""What GLiNER is asked for: its labels are words, and it finds what they say."""
_BOUNDLESS = 100_000
"""Tokens: a tokenizer that takes more has not been told how much its model takes."""


def add_transformers(nlp: Language, model: Path) -> None:
    """Have a token classifier find names, as Presidio's ``TransformersNlpEngine`` would have it do."""
    presidios = NerModelConfiguration()
    config = {
        "model": str(model),
        "stride": presidios.stride,
        "aggregation_strategy": presidios.aggregation_strategy,
        "alignment_mode": presidios.alignment_mode,
        "spans_key": SCORED,
    }
    part: HuggingFaceTokenPipe = nlp.add_pipe(FACTORY_NAME, config=config)  # type: ignore[assignment]
    tokenizer, limits = part.pipeline.tokenizer, part.pipeline.model.config
    if tokenizer.model_max_length > _BOUNDLESS:
        tokenizer.model_max_length = (
            limits.max_position_embeddings - 2
        )  # RoBERTa's first two are not for text
    # Where the model fails, Presidio's part would pass the text over.
    part._predict_batch = lambda docs: _predicted(part, docs)  # type: ignore[method-assign]
    part._predict_one = lambda doc: _predicted(part, [doc])[0]  # type: ignore[method-assign]
    nlp.add_pipe("hushgate_scored_entities")


def _predicted(part: HuggingFaceTokenPipe, docs: Sequence[Doc]) -> list[Any]:
    with quietly():
        return [part._validate_predictions(part.pipeline(doc.text)) for doc in docs]


def add_gliner(nlp: Language, model: Path) -> None:
    """Have Presidio's GLiNER recognizer find people, organizations and places."""
    nlp.add_pipe("hushgate_gliner", config={"model": str(model)})
    nlp.add_pipe("hushgate_scored_entities")


@Language.factory("hushgate_gliner")
class _Gliner:
    """A recognizer as a part of a pipeline."""

    def __init__(self, nlp: Language, name: str, model: str) -> None:  # noqa: ARG002 - spaCy gives the name
        with quietly():
            self._recognizer = GLiNERRecognizer(
                model_name=model,
                entity_mapping=GLINER_LABELS,
                supported_language=nlp.lang or "en",
                local_files_only=True,
            )

    def __call__(self, doc: Doc) -> Doc:
        with quietly():
            found = self._recognizer.analyze(doc.text, self._recognizer.supported_entities)
        spans = [
            (doc.char_span(each.start, each.end, each.entity_type, alignment_mode="expand"), each.score)
            for each in found
        ]
        group = SpanGroup(doc, spans=[span for span, _ in spans if span])
        group.attrs["scores"] = [float(score) for span, score in spans if span]
        doc.spans[SCORED] = group
        return doc


@Language.component("hushgate_scored_entities")
def _scored_entities(doc: Doc) -> Doc:
    doc.ents = filter_spans(doc.spans[SCORED])  # what users' recognizers look at
    return doc
