"""What an answer rests on: sentences of the article, with their place, voice and references."""

from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from kg.errors import QueryError


class Reference(NamedTuple):
    """An entry of the article's list of references; `line` is its bibliographic line, `link` its address if it shows one."""

    number: int
    line: str
    link: str | None = None

    def __str__(self) -> str:
        return f"[{self.number}] {self.line}" + (f", {self.link}" if self.link else "")


def where(section: str, paragraph: object = None, sentence: object = None) -> str:
    """Where in the article something stands, as far as that is known.

    >>> where("Economic ties", 1, 2)
    'Economic ties, paragraph 1, sentence 2'
    """
    parts = {"": section or None, "paragraph ": paragraph, "sentence ": sentence}
    return ", ".join(f"{word}{part}" for word, part in parts.items() if part is not None)


class Passage(NamedTuple):
    """A segment of the article, and where in it that is."""

    segment: str
    section: str
    paragraph: int | None
    sentence: int | None

    def __str__(self) -> str:
        return f"{where(self.section, self.paragraph, self.sentence)} ({self.segment.rsplit('/', 1)[-1]})"


class Citation(NamedTuple):
    """A sentence that a row rests on: the fact stated there (None where the row names the segment itself), place, voice and references.

    `date` is the fact's, as precise as the article is; `inferred`, whether what the row says of it follows by an axiom, and is not told;
    `also`, where else the article says the same, or a part of it.
    """

    fact: str | None
    label: str
    segment: str
    article: str
    section: str
    paragraph: int | None
    sentence: int | None
    voices: tuple[str, ...]
    hedges: tuple[str, ...]
    references: tuple[Reference, ...]
    date: str | None = None
    inferred: bool = False
    also: tuple[Passage, ...] = ()

    @property
    def undated(self) -> bool:
        """Whether this is a fact that the article gives no date for."""
        return self.fact is not None and self.date is None

    @property
    def place(self) -> str:
        """Where in the article: section, paragraph, sentence, and the segment's name."""
        return str(Passage(self.segment, self.section, self.paragraph, self.sentence))

    def __str__(self) -> str:
        cited = ", ".join(f"[{reference.number}]" for reference in self.references)
        also = f", again, whole or in part: {'; '.join(map(str, self.also))}" if self.also else ""
        return self.place + (f" {cited}" if cited else ", no reference") + also

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON."""
        lists = {"references": [one._asdict() for one in self.references], "also": [one._asdict() for one in self.also]}
        return {**self._asdict(), **lists}


def references_of(citations: Iterable[Citation]) -> list[Reference]:
    """The references that `citations` name, each once, by number."""
    cited = {reference for citation in citations for reference in citation.references}
    return sorted(cited, key=lambda reference: (reference.number, reference.line))


def left_behind(_: object) -> NoReturn:
    """In place of what cites an answer, where that was pickled. Raises `QueryError`."""
    raise QueryError("This answer was pickled without its graph, which would cite it: call `.cited()` before it is pickled.")
