"""Many phrases as one machine: a step per word, however many phrases there are.

The notation: words; `(a|b c)` one of these; `word?` or `(a|b)?` may be missing; `<name>` one of a named set. A word in braces
(`{time}`) stands for a sort of word. Phrases become a graph of nodes once; the sets of nodes one can be in are found as
texts need them and kept, so that reading costs one dictionary look-up a word.
"""

import re
from collections.abc import Mapping, Sequence

_PART = re.compile(r"[()|?]|[^\s()|?]+")
_SET = re.compile(r"<(\w+)>")


class State:
    """Where one can be after some words: `label` if a phrase ends here, and the way on for words met so far."""

    __slots__ = ("label", "nodes", "on")

    def __init__(self, nodes: tuple[int, ...], label: str | None) -> None:
        self.nodes = nodes
        self.label = label
        self.on: dict[tuple[str, str], State | None] = {}


class Phrases:
    """All phrases of a lexicon. Of two that end together the one added first gives the label."""

    def __init__(self, same: Mapping[str, Sequence[str]]) -> None:
        self.words: set[str] = set()
        self._same = same
        self._edges: list[dict[str, list[int]]] = [{}]  # node → word → nodes; node 0 starts every phrase
        self._skips: list[list[int]] = [[]]  # node → nodes reached without a word
        self._labels: dict[int, tuple[int, str]] = {}
        self._states: dict[tuple[int, ...], State] = {}
        self._count = 0

    def add(self, pattern: str, label: str, sets: Mapping[str, Sequence[str]]) -> None:
        """Adds a phrase of the notation. Raises KeyError for a set there is none of, ValueError for a broken phrase."""
        while "<" in pattern:
            pattern = _SET.sub(lambda match: "(" + "|".join(sets[match[1]]) + ")", pattern)
        start = self._node()
        parts = _PART.findall(pattern)
        end, rest = self._either(parts, 0, start)
        if rest != len(parts) or end in self._closure({start}):
            raise ValueError(f"a phrase that is empty or not closed: {pattern!r}")
        self._skips[0].append(start)
        self._count += 1
        self._labels[end] = (self._count, label)

    def _node(self) -> int:
        self._edges.append({})
        self._skips.append([])
        return len(self._edges) - 1

    def _either(self, parts: list[str], at: int, start: int) -> tuple[int, int]:
        """Lays ways divided by "|" from `start` to one common end, up to a ")" or the end of the parts."""
        end = self._node()
        while True:
            here = start
            while at < len(parts) and parts[at] not in "|)":
                here, at = self._one(parts, at, here)
            self._skips[here].append(end)
            if at == len(parts) or parts[at] == ")":
                return end, at
            at += 1

    def _one(self, parts: list[str], at: int, start: int) -> tuple[int, int]:
        """Lays one word or bracket from `start`; a "?" after it also skips it."""
        if parts[at] == "(":
            inside = self._node()
            self._skips[start].append(inside)
            end, at = self._either(parts, at + 1, inside)
        else:
            end = start
            for word in self._same.get(parts[at], (parts[at],)):
                self.words.add(word)
                after = self._node()
                self._edges[end].setdefault(word, []).append(after)
                end = after
        at += 1
        if at < len(parts) and parts[at] == "?":
            skip = self._node()
            self._skips[start].append(skip)
            self._skips[end].append(skip)
            return skip, at + 1
        return end, at

    def _closure(self, nodes: set[int]) -> set[int]:
        """The nodes and all that is reached from them without a word."""
        todo = list(nodes)
        while todo:
            for node in self._skips[todo.pop()]:
                if node not in nodes:
                    nodes.add(node)
                    todo.append(node)
        return nodes

    def _state(self, nodes: set[int]) -> State:
        key = tuple(sorted(self._closure(nodes)))
        if key not in self._states:
            ends = [self._labels[node] for node in key if node in self._labels]
            self._states[key] = State(key, min(ends)[1] if ends else None)
        return self._states[key]

    def _step(self, state: State, word: str, sort: str) -> State | None:
        after: set[int] = set()
        for node in state.nodes:
            edges = self._edges[node]
            after.update(edges.get(word, ()))
            if sort:
                after.update(edges.get(sort, ()))
        return self._state(after) if after else None

    def longest(self, words: Sequence[str], sorts: Sequence[str], at: int) -> tuple[int, str] | None:
        """Where the longest phrase from word `at` ends, and its label. `sorts` says what each word may also stand for."""
        state: State | None = self._states.get((), None) or self._begin()
        found = None
        while state is not None and at < len(words):
            word, sort = words[at], sorts[at]
            key = (word if word in self.words else "", sort)
            if key not in state.on:
                state.on[key] = self._step(state, *key)
            state = state.on[key]
            at += 1
            if state is not None and state.label is not None:
                found = at, state.label
        return found

    def _begin(self) -> State:
        self._states[()] = self._state({0})
        return self._states[()]
