"""Laws 3 and 8: what is untouched, what is stable, and in which order things come out."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.examples import SENTENCES, texts


@given(texts)
@settings(max_examples=150, deadline=None)
def test_text_outside_findings_is_untouched(assembled, text):
    redaction = assembled.redactor.redact(text)

    hidden = [f for f in redaction.findings if f.action.hides]
    edges = [0, *(edge for f in hidden for edge in (f.start, f.end)), len(text)]
    outside = [re.escape(text[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert re.fullmatch(".*?".join(outside), redaction.text, re.DOTALL)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_redacting_twice_changes_nothing(assembled, text):
    once = assembled.redactor.redact(text).text

    assert assembled.redactor.redact(once).text == once


@given(st.lists(st.one_of(st.sampled_from(SENTENCES), st.text(max_size=30)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_texts_come_out_in_the_order_and_number_they_came_in(assembled, given_texts):
    together = assembled.redactor.redact_many(given_texts)

    assert [r.text for r in together] == [assembled.redactor.redact(text).text for text in given_texts]


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(SENTENCES), st.text(max_size=20))
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def shape(node):
    """Which containers hold how many things, whatever stands in the leaves."""
    if isinstance(node, dict):
        return [shape(value) for value in node.values()]
    if isinstance(node, list):
        return [shape(item) for item in node]
    return node if node is None or isinstance(node, bool) else "leaf"


@given(documents)
@settings(max_examples=80, deadline=None)
def test_a_document_keeps_its_shape(assembled, document):
    redacted = assembled.redactor.redact_json(json.dumps(document)).text

    assert shape(json.loads(redacted)) == shape(document)
