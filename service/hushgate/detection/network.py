"""How a spaCy entity recognizer's network is run: the same weights and moves, in fewer and larger steps.

spaCy takes a short text through a hundred small layers, and then token by token. Here, what depends on a word
alone is worked out once a word, the rest is a few products over all the texts that wait, and moves are scored
for all tokens at once for as long as no name is open. The sums are the same in another order: scores agree
with spaCy's but for their last bits.

Architectures, in the terms of https://spacy.io/api/architectures: TransitionBasedParser.v2 for ``ner`` on
Tok2Vec.v2 of MultiHashEmbed.v2 and MaxoutWindowEncoder.v2. Any other is left to spaCy.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import reduce
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.pipeline import EntityRecognizer
from thinc.api import NumpyOps
from threadpoolctl import ThreadpoolController

from hushgate.detection.words import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language
    from threadpoolctl import LibController

    from hushgate.detection.words import Words

    TransitionSystem = Any  # spaCy's, without types

    Name = tuple[int, int, str]
    """A half-open span of code points, and its label."""
    Floats = NDArray[np.float32]
    Node = Any  # thinc's Model of whatever to whatever

_EMBED = r"ints-getitem>>hashembed"
_LAYER = r"residual\(expand_window>>maxout>>layernorm>>dropout\)"
_BUILT = re.compile(
    rf"extract_features>>list2ragged>>with_array\({_EMBED}(\|{_EMBED})*\)"
    r">>with_array\(maxout>>layernorm>>dropout\)>>ragged2list"
    rf">>with_array\({_LAYER}(>>{_LAYER})*\)>>list2array>>linear"
)
"""The one build of a ``tok2vec`` that is run here, as thinc names it."""

_EPSILON = np.float32(1e-8)
"""What thinc adds to a variance."""
_PADDING = b""
"""The key of the place before and after a text."""
_TOKENS = 1024
"""That go through the layers together: more would gain nothing, and take memory."""
_SMALL = 1_000_000
"""Multiplications of a product up to which OpenBLAS copies no matrix before it begins."""
_WORDS = 4096
"""Whose part is kept, some 5 KB each; no fewer than ``_TOKENS`` and their margins."""

_TRIAL = (
    "Hi, this is Maria Garcia from Initech, calling about order A-2093148.",
    "my name is wei chen and i moved to springfield last week",
    "Thanks!\n\n  Regards,\nJ. R. O'Neil ",
)
"""On these, the network must do as spaCy does, or spaCy is left to do it."""

_one_thread = Lock()


class Network:
    """The weights and moves of one entity recognizer. It keeps words' parts: for one thread at a time."""

    def __init__(self, nlp: Language, recognizer: EntityRecognizer) -> None:
        """``recognizer`` is all of ``nlp`` but its tokenizer, and both are built as known; see ``of``."""
        tok2vec, lower, upper = recognizer.model.layers
        nodes = list(tok2vec.walk())
        columns = next(node for node in nodes if node.name == "extract_features").attrs["columns"]
        self._reader = Reader(nlp, columns)
        mix, self._first, *self._others = _maxouts(nodes)
        (self._reach,) = _reaches(nodes)
        self._parts = _Parts([node for node in nodes if node.name == "hashembed"], mix, self._first)
        self._margin = self._reach * (1 + len(self._others))
        linear = [node for node in nodes if node.name == "linear"][-1]
        self._moves = _Moves(recognizer.moves, linear, lower, upper)
        self._blas = ThreadpoolController().select(user_api="blas").lib_controllers

    @classmethod
    def of(cls, nlp: Language) -> Network | None:
        """The pipeline's network; None where that is not all of it, or built or run otherwise."""
        if len(nlp.pipeline) != 1 or not Reader.reads(nlp):
            return None
        ((_, recognizer),) = nlp.pipeline
        if not isinstance(recognizer, EntityRecognizer) or not _is_known(recognizer):
            return None
        network = cls(nlp, recognizer)
        theirs = [
            [(each.start_char, each.end_char, each.label_) for each in nlp(text).ents] for text in _TRIAL
        ]
        return network if network.find(_TRIAL) == theirs else None

    def find(self, texts: Sequence[str]) -> list[list[Name]]:
        """The names in each text, in order: as spaCy finds them."""
        words = self._reader.read(texts)
        # So little work is no faster on two cores, and often far slower. The setting is the whole process's.
        with _one_thread, _alone(self._blas):
            rows = self.rows(words)
            sums, scores = self._moves.outside(rows)
            ends = np.cumsum([0, *(len(each.keys) for each in words)]).tolist()
            return [
                [
                    (each.spans[start][0], each.spans[end - 1][1], label)
                    for start, end, label in self._moves.names(each, *mine)
                ]
                for each, place in zip(words, map(slice, ends, ends[1:]), strict=False)
                for mine in [(rows[place], sums[place], scores[place])]
            ]

    def rows(self, texts: Sequence[Words]) -> Floats:
        """What the layers make of each token: a row for each, text after text."""
        margin = self._margin
        keys = [_PADDING] * margin
        places: list[slice] = []
        for text in texts:
            places.append(slice(len(keys) - margin, len(keys) - margin + len(text.keys)))
            keys += text.keys
            keys += [_PADDING] * margin
        count = len(keys) - 2 * margin
        parts = [self._through(keys[at : at + _TOKENS + 2 * margin]) for at in range(0, count, _TOKENS)]
        if len(parts) == len(places) == 1:
            return parts[0]
        every = np.concatenate(parts) if parts else np.empty((0, self._parts.width), np.float32)
        return np.concatenate([every[place] for place in places]) if places else every

    def _through(self, keys: Sequence[bytes]) -> Floats:
        """Rows for all but a margin at each end: a layer looks further than it answers for."""
        reach = self._reach
        rows, sums = self._parts.read(keys)
        rows = rows[reach:-reach] + self._first.rest(sums)
        for layer in self._others:
            count = len(rows) - 2 * reach
            beside = np.concatenate([rows[at : at + count] for at in range(2 * reach + 1)], axis=1)
            rows = rows[reach:-reach] + layer(beside)
        return rows


@contextmanager
def _alone(blas: Sequence[LibController]) -> Iterator[None]:
    """While products are worked out on this thread and no other. threadpoolctl's own takes twice as long."""
    before = [each.get_num_threads() for each in blas]
    for each in blas:
        each.set_num_threads(1)
    try:
        yield
    finally:
        for each, threads in zip(blas, before, strict=True):
            each.set_num_threads(threads)


def _is_known(recognizer: EntityRecognizer) -> bool:
    """Whether the recognizer is built as it must be to run here."""
    model = recognizer.model
    if len(model.layers) != 3 or not isinstance(model.ops, NumpyOps):
        return False
    tok2vec, lower, upper = model.layers
    return (
        recognizer.cfg["beam_width"] == 1
        and not model.attrs["unseen_classes"]
        and _BUILT.fullmatch(tok2vec.name) is not None
        and len(_reaches(tok2vec.walk())) == 1
        and (lower.name, upper.name) == ("precomputable_affine", "linear")
        and lower.get_dim("nF") == 3
        and lower.get_dim("nP") > 1
    )


class _Maxout:
    """A maxout layer and the layer norm behind it."""

    def __init__(self, maxout: Node, norm: Node) -> None:
        weights = maxout.get_param("W")  # outputs, pieces, inputs
        self.weights = np.ascontiguousarray(weights.transpose(1, 2, 0))
        self.bias = np.ascontiguousarray(maxout.get_param("b").T)[:, None]
        self._gain, self._shift = norm.get_param("G"), norm.get_param("b")
        self.outputs = len(weights)
        self._mean = np.full(self.outputs, 1 / self.outputs, np.float32)
        self._rows = _SMALL // (self.outputs * weights.shape[2])

    def __call__(self, inputs: Floats) -> Floats:
        """The layer's answer, a row for a row."""
        sums = np.empty((len(self.weights), len(inputs), self.outputs), np.float32)
        for at in range(0, len(inputs), self._rows):
            some = slice(at, at + self._rows)
            np.matmul(inputs[some], self.weights, out=sums[:, some])
        sums += self.bias
        return self.rest(sums)

    def rest(self, sums: Floats) -> Floats:
        """The layer's answer once its sums (pieces, rows, outputs) are known."""
        best = _best(sums)
        best -= (best @ self._mean)[:, None]
        variance = (best * best) @ self._mean
        variance += _EPSILON
        best /= np.sqrt(variance, out=variance)[:, None]
        best *= self._gain
        best += self._shift
        return best


class _Parts:
    """What depends on a word alone: its vector, and its share in the first layer at each place near it."""

    def __init__(self, embeds: Sequence[Node], mix: _Maxout, first: _Maxout) -> None:
        self._embeds = [(node.get_param("E"), node.attrs["seed"], node.attrs["column"]) for node in embeds]
        self._mix = mix
        self._ops = NumpyOps()
        self.width = mix.outputs
        self._pieces, inputs, outputs = first.weights.shape
        weights = first.weights.transpose(1, 0, 2).reshape(inputs, -1)
        # Side by side: the share of a word in the sums for the words after it, for itself, for those before.
        self._seen = inputs // self.width
        self._weights = np.concatenate(np.split(weights, self._seen), axis=1)
        self._vectors = np.zeros((_WORDS, self.width), np.float32)
        self._shares = np.zeros((self._seen, _WORDS, self._pieces * outputs), np.float32)
        self._bias = first.bias.reshape(-1)
        self._shares[self._seen // 2] = self._bias
        self._places: dict[bytes, int] = {_PADDING: 0}

    def read(self, keys: Sequence[bytes]) -> tuple[Floats, Floats]:
        """Vectors of all the words, and the first layer's sums for all but those at the ends."""
        missing = {key for key in keys if key not in self._places}
        if len(self._places) + len(missing) > _WORDS:
            self._places = {_PADDING: 0}
            missing = set(keys) - {_PADDING}
        if missing:
            self._learn(sorted(missing))
        places = [self._places[key] for key in keys]
        where = np.array(places, np.intp)
        count = len(where) + 1 - self._seen
        sums = self._shares[0].take(where[:count], axis=0)
        for at in range(1, self._seen):
            sums += self._shares[at].take(where[at : at + count], axis=0)
        return self._vectors.take(where, axis=0), _pieces(sums, self._pieces)

    def _learn(self, keys: Sequence[bytes]) -> None:
        start = len(self._places)
        ids = np.frombuffer(b"".join(keys), np.uint64).reshape(len(keys), -1)
        parts = []
        for table, seed, column in self._embeds:
            hashed = self._ops.hash(np.ascontiguousarray(ids[:, column]), seed) % len(table)
            parts.append(table[hashed].sum(axis=1))
        vectors = self._mix(np.concatenate(parts, axis=1))
        where = slice(start, start + len(keys))
        self._vectors[where] = vectors
        self._shares[:, where] = np.stack(np.split(vectors @ self._weights, self._seen, axis=1))
        self._shares[self._seen // 2, where] += self._bias
        self._places.update(zip(keys, range(start, start + len(keys)), strict=True))


class _Moves:
    """Scores of moves, and the walk along a text that takes the best one that may be taken.

    A state is the token that is next; with a name open, its first token and the last token too. Moves are
    BEGIN, IN, LAST, UNIT with a label, and OUT. The rules are those of spaCy's ``BiluoPushDown``, for texts
    in which nothing is set beforehand.
    """

    def __init__(self, moves: TransitionSystem, linear: Node, lower: Node, upper: Node) -> None:
        # The two layers between the rows and the hidden sums are one: nothing stands between them.
        weights = lower.get_param("W").transpose(0, 3, 2, 1)  # features, inputs, pieces, outputs
        features, inputs, self._pieces, _ = weights.shape
        weights = weights.reshape(features, inputs, -1)
        self._next, self._start, self._last = linear.get_param("W").T @ weights
        start_bias, last_bias = (linear.get_param("b") @ weights)[1:]
        pad = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(features, -1)
        self._bias = lower.get_param("b").T.reshape(-1) + linear.get_param("b") @ weights[0]
        self._closed = self._bias + pad[1] + pad[2]
        self._open = self._bias + start_bias + last_bias
        self._upper, self._upper_bias = upper.get_param("W").T.copy(), upper.get_param("b")
        named = [moves.get_class_name(index).partition("-") for index in range(moves.n_moves)]
        self._labels = [label for _, _, label in named]
        of = {kind: [at for at, (move, _, _) in enumerate(named) if move == kind] for kind in "BILUO"}
        units = [at for at in of["U"] if self._labels[at]]  # the other is for what was set beforehand
        (self._out,) = of["O"]
        self._begins = of["B"]
        self._inside = {self._labels[at]: (at, of["L"][place]) for place, at in enumerate(of["I"])}
        self._never = sorted(set(range(len(named))) - {*of["B"], *units, self._out})

    def outside(self, rows: Floats) -> tuple[Floats, Floats]:
        """For each token, its sums as the next one, and the scores of the moves while no name is open."""
        sums = rows @ self._next
        scores = _best(_pieces(sums + self._closed, self._pieces)) @ self._upper
        scores += self._upper_bias
        scores[:, self._never] = -np.inf
        return sums, scores

    def names(
        self, text: Words, rows: Floats, sums: Floats, scores: Floats
    ) -> Iterator[tuple[int, int, str]]:
        """The names in one text; the rows, sums and scores are its tokens'."""
        best = scores.argmax(axis=1)
        end = 0
        for start in np.flatnonzero(best != self._out).tolist():
            if start < end or text.is_space(start):  # no name starts with a space
                continue
            move = int(best[start])
            if start == len(rows) - 1 and move in self._begins:  # there is no room for a longer one
                scores[start, self._begins] = -np.inf
                move = int(scores[start].argmax())
            if move == self._out:
                continue
            label = self._labels[move]
            end = self._end(rows, sums, start, label) if move in self._begins else start + 1
            yield start, end, label

    def _end(self, rows: Floats, sums: Floats, start: int, label: str) -> int:
        """Where the name that begins at ``start`` ends: behind the last token of the text at the latest."""
        moves = self._inside[label]
        upper, bias = self._upper[:, moves], self._upper_bias[[*moves]]
        so_far = rows[start] @ self._start + self._open
        for at in range(start + 1, len(rows) - 1):
            hidden = _best((sums[at] + so_far + rows[at - 1] @ self._last).reshape(self._pieces, 1, -1))
            into, out = (hidden @ upper + bias)[0]
            if out > into or (out == into and moves[1] < moves[0]):
                return at + 1
        return len(rows)


def _best(sums: Floats) -> Floats:
    """The largest of each output's pieces, of (pieces, rows, outputs)."""
    return reduce(np.maximum, sums)


def _pieces(sums: Floats, count: int) -> Floats:
    """Sums as (pieces, rows, outputs), of rows that hold all outputs of one piece, then of the next."""
    return sums.reshape(len(sums), count, sums.shape[1] // count).transpose(1, 0, 2)


def _reaches(nodes: Iterable[Node]) -> set[int]:
    """How many neighbours on either side the layers look at: a number where it is one for all."""
    return {node.attrs["window_size"] for node in nodes if node.name == "expand_window"}


def _maxouts(nodes: Sequence[Node]) -> list[_Maxout]:
    """The maxout layers in their order, each with the norm that follows it."""
    maxouts = [node for node in nodes if node.name == "maxout"]
    norms = [node for node in nodes if node.name == "layernorm"]
    return [_Maxout(maxout, norm) for maxout, norm in zip(maxouts, norms, strict=True)]
