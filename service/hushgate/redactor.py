"""What becomes of a text or document that belongs to no conversation: treated as on its way to ``log``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate import assembly, deadline
from hushgate.bounds import check_text
from hushgate.detection.detector import LANGUAGE
from hushgate.document import Place, parse, path_text, places, rebuild, scalar_text, serialize
from hushgate.finding import Finding
from hushgate.policy.counting import counted, deniable
from hushgate.settings import NO_NAMES, Settings
from hushgate.settle import settle
from hushgate.transformation.operators import BLOCKED, operate
from hushgate.transformation.rewrite import replace_spans
from hushgate.treatment import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path as File

    from hushgate.detection.detector import Detector
    from hushgate.document import Path, Scalar, Tree
    from hushgate.policy.model import Policy
    from hushgate.transformation.joinable import Keys
    from hushgate.transformation.rewrite import Rewritten


_WORD = re.compile(r"[A-Za-z_$@][\w$]*(?:[.:/-][\w$]+)*")


_ROUNDS = 8
"""How often a redacted text is looked at again, at the most; two is rare."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text or JSON document with what is sensitive hidden, and what was found in it."""

    text: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    """Settled, in order. Offsets count in the text as it was given or, of a document, in the value or key."""
    paths: tuple[str, ...] = ()
    """Of a document: for each finding, the path of its value or key in the redacted document."""


class Redactor:
    """Redacts texts and JSON documents under one policy. Made once; safe to share between threads."""

    def __init__(
        self, detector: Detector, policy: Policy, keys: Keys, *, max_text: int = Settings().max_text
    ) -> None:
        self.policy = policy
        self._detector = detector
        self._keys = keys
        self._max_text = max_text
        self._reader = Reader(policy, policy.destination("log"), subject="")

    @classmethod
    def load(
        cls,
        policy: str | File | None = None,
        recognizers: Iterable[str | File] = (),
        names: bool = True,  # noqa: FBT001, FBT002 - the public signature
        *,
        profiles: Iterable[str] = (),
        settings: Settings | None = None,
    ) -> Redactor:
        """Read packs, policy and model once, from disk.

        ``policy`` is a file (None: the settings' or the shipped one); ``recognizers`` are directories or
        files of packs beside the shipped ones; ``profiles`` leave out all packs but theirs (("logs", "eu"));
        without ``names`` no model is loaded. What is not given is
        taken from ``settings`` (None: the environment's). Without a key in the settings, hashes and
        ciphertexts hold for this process alone. Fails with FIELD_INVALID or POLICY_INVALID, and then
        names every problem.
        """
        settings = settings or Settings.read()
        settings = replace(
            settings,
            policies=(assembly.existing(policy, "policy"),) if policy else settings.policies,
            recognizers=tuple(assembly.existing(each, "recognizers") for each in recognizers)
            or settings.recognizers,
            profiles=tuple(profiles) or settings.profiles,
            names=settings.names if names else NO_NAMES,
        )
        active, *_ = assembly.load_policies(settings)
        detector = assembly.load_detector(settings)
        return cls(detector, active, assembly.load_keys(settings), max_text=settings.max_text)

    @property
    def notice(self) -> str:
        """What an operator should know at start-up; empty when all is as was asked for."""
        return self._detector.notice

    def redact(self, text: str, language: str = LANGUAGE) -> Redaction:
        """The text redacted. Fails with TEXT_TOO_LONG, LANGUAGE_UNSUPPORTED, DETECTION_TIMEOUT, INTERNAL."""
        return self.redact_many([text], language)[0]

    def redact_many(self, texts: Sequence[str], language: str = LANGUAGE) -> list[Redaction]:
        """Each text redacted, in order, in one pass of the model. Fails for all if it fails for one."""
        for text in texts:
            check_text(text, self._max_text, field="text")
        with deadline.bounded(texts):
            return self._redact_texts(texts, language)

    def _redact_texts(self, texts: Sequence[str], language: str) -> list[Redaction]:
        detected = self._detector.find_many(texts, language=language)
        holding = {place for place, found in enumerate(detected) if found}
        holding.update(deniable(texts, self.policy))
        done = [Redaction(text) for text in texts]
        treated = self._redact(
            [Place(texts[at]) for at in holding], [detected[at] for at in holding], language
        )
        for at, redaction in zip(holding, treated, strict=True):
            done[at] = redaction
        return done

    def redact_json(self, json_text: str, language: str = LANGUAGE) -> Redaction:
        """The document redacted value by value and key by key; a number that is hidden becomes a string.

        A document in which nothing is hidden comes back as it was written. Fails with JSON_INVALID,
        JSON_TOO_DEEP and as ``redact`` does.
        """
        return self.redact_json_many([json_text], language)[0]

    def redact_json_many(self, json_texts: Sequence[str], language: str = LANGUAGE) -> list[Redaction]:
        """Each document redacted, in order, in one pass of the model. Fails for all if it fails for one."""
        for json_text in json_texts:
            check_text(json_text, self._max_text, field="json")
        with deadline.bounded(json_texts):
            return self._redact_documents(json_texts, language)

    def _redact_documents(self, json_texts: Sequence[str], language: str) -> list[Redaction]:
        trees = [parse(json_text, field="json") for json_text in json_texts]
        texts = [list(places(tree)) for tree in trees]
        every = [place for each in texts for place in each]
        redacted = iter(self._redact(every, self._detect(every, language), language))
        redactions = []
        for json_text, tree, each in zip(json_texts, trees, texts, strict=True):
            treated = {place.at: next(redacted) for place in each}
            redactions.append(_redaction(json_text, tree, treated))
        return redactions

    def _redact(
        self, texts: Sequence[Place], detected: Iterable[Sequence[Finding]], language: str
    ) -> list[Redaction]:
        """Each text redacted until there is nothing left to find: hiding one value can bring out another.

        A word that lowered a score may have been hidden, or one that raises it have come nearer.
        ``detected``: what each text holds.
        """
        found = [[*told, *each] for told, each in zip(map(self._told, texts), detected, strict=True)]
        done = [self._treat(place.text, each) for place, each in zip(texts, found, strict=True)]
        open_ = [at for at, each in enumerate(done) if each.rewritten]
        for _ in range(_ROUNDS):
            again = [replace(texts[at], text=done[at].text) for at in open_]
            for at, more in zip(open_, self._detect(again, language), strict=True):
                rewritten = done[at].rewritten
                if rewritten and (hiding := self._hiding(rewritten.text, more)):
                    found[at] += (_moved(finding, rewritten) for finding in hiding)
                    done[at] = self._treat(texts[at].text, found[at])
                else:
                    done[at] = replace(done[at], rewritten=None)
            open_ = [at for at in open_ if done[at].rewritten]
        return [each.redaction for each in done]

    def _hiding(self, text: str, detected: Iterable[Finding]) -> list[Finding]:
        counting = counted(text, detected, self.policy, self._reader.destination.thresholds)
        return [found for found in counting if self._reader.decided(found).action.hides]

    def _detect(self, texts: Sequence[Place], language: str) -> Iterator[tuple[Finding, ...]]:
        """What each text holds, in order. A key of one word names no one: patterns alone look at it."""
        words = [_is_word(place) for place in texts]
        found: dict[bool, Iterator[tuple[Finding, ...]]] = {}
        for is_word in (True, False):
            looked = [place for place, word in zip(texts, words, strict=True) if word is is_word]
            found[is_word] = iter(
                self._detector.find_many(
                    [place.text for place in looked],
                    labels=[place.label for place in looked],
                    language=language,
                    names=not is_word,
                )
            )
        return (next(found[word]) for word in words)

    def _told(self, place: Place) -> Iterator[Finding]:
        """What the policy itself says of the field: what it holds, and that nobody outside may read it."""
        if place.key or not place.path:
            return
        if entity := self.policy.entity_of(place.path):
            yield Finding(0, len(place.text), entity, 1.0, "policy.entities")
        notes = self._reader.destination.internal_notes
        if notes.hides and self.policy.is_internal(place.path):
            yield Finding(0, len(place.text), "INTERNAL_NOTE", 1.0, "policy.internal", notes)

    def _treat(self, text: str, detected: Iterable[Finding]) -> _Done:
        counting = counted(text, detected, self.policy, self._reader.destination.thresholds)
        if not counting:
            return _Done(Redaction(text))
        findings = settle(found if found.action.hides else self._reader.decided(found) for found in counting)
        if any(found.action.stops for found in findings):
            return _Done(Redaction(BLOCKED, findings))
        spans = [
            (f.start, f.end, operate(f.action, f.entity, text[f.start : f.end], keys=self._keys))
            for f in findings
            if f.action.hides
        ]
        rewritten = replace_spans(text, spans)
        return _Done(Redaction(rewritten.text, findings), rewritten if spans else None)


def _moved(finding: Finding, rewritten: Rewritten) -> Finding:
    """A finding in the rewritten text as one in the text that it was made of."""
    start, end = rewritten.back(finding.start, finding.end)
    return replace(finding, start=start, end=end)


@dataclass(frozen=True, slots=True)
class _Done:
    """A text redacted so far."""

    redaction: Redaction
    rewritten: Rewritten | None = None
    """How; None where nothing is hidden, or nothing more is left to find."""

    @property
    def text(self) -> str:
        return self.redaction.text


def _is_word(place: Place) -> bool:
    return place.key and _WORD.fullmatch(place.text) is not None


def _redaction(json_text: str, tree: Tree, treated: dict[tuple[Path, bool], Redaction]) -> Redaction:
    def replaced(path: Path, value: Scalar) -> Scalar:
        done = treated.get((path, False))
        return value if done is None or done.text == scalar_text(value) else done.text

    redacted = rebuild(tree, replaced, rename=lambda path, _: treated[path, True].text)
    shown = dict(_pairs(tree, redacted))
    located = [
        (finding, path_text(shown[path])) for (path, _), done in treated.items() for finding in done.findings
    ]
    return Redaction(
        json_text if redacted == tree else serialize(redacted),
        tuple(finding for finding, _ in located),
        tuple(path for _, path in located),
    )


def _pairs(old: Tree, new: Tree, path: Path = (), shown: Path = ()) -> Iterator[tuple[Path, Path]]:
    """Every path of the old tree with the same place's path in the new one, whose keys hide what they hid."""
    yield path, shown
    if isinstance(old, dict) and isinstance(new, dict):
        for (key, child), (other, its) in zip(old.items(), new.items(), strict=True):
            yield from _pairs(child, its, (*path, key), (*shown, other))
    if isinstance(old, list) and isinstance(new, list):
        for index, (child, its) in enumerate(zip(old, new, strict=True)):
            yield from _pairs(child, its, (*path, index), (*shown, index))
