"""The text of a made-up article: its sentences, clauses, lines, references and links, which facts each states, and the notes on it."""

from collections.abc import Iterator, Sequence

from articles import Article
from pairs import NOTE_TARGETS, NOTES, REFERENCES, SECTIONS, Block, World, all_of, common, digests, english, of_state, thing, wording

PLACED = "oa:SpecificResource"
IN_TITLES = 25
"""One fact in so many is stated in the title of a reference."""


def blocks(world: World, number: int) -> Iterator[Block]:
    """All that one article says, and what it is the first to tell of."""
    if number == 0:
        yield from common(world)
    article = Article(world, number)
    article.told()
    text = _Text(article)
    yield from text.written()
    yield from article.plain
    yield from article.things
    for state in article.pair:
        if world.tells(number, state):
            yield from of_state(state)
    yield from text.notes()


class _Text:
    """Where the facts of an article stand."""

    def __init__(self, article: Article) -> None:
        self.article, self.rng, self.prefix = article, article.rng, article.prefix
        self.whole = f"{self.prefix}:article"
        self.cursor = 40
        self.segments: list[Block] = []
        self.sentences: list[Block] = []
        self.in_titles: list[Block] = []

    def written(self) -> Iterator[Block]:
        """The article, its sections, its segments and its facts."""
        title = english(self.article.title)
        license_ = ("dcterms:license", "<https://creativecommons.org/licenses/by-sa/4.0/>")
        about = all_of("schema:about", self.article.states)
        terms = [("dcterms:title", title), ("dcterms:creator", "id:contributors"), license_, *about]
        yield thing(self.whole, "schema:Article", self.article.title, *terms)
        for number in range(1, SECTIONS + 1):
            terms = [("schema:position", str(number)), ("dcterms:isPartOf", self.whole)]
            headed = [("dcterms:title", english(f"part {number}"))] if number > 1 else []
            yield thing(self._section(number), "dip:Section", f"section {number}", *terms, *headed)
        for number in (1, 2):
            self._restated(self._segment(f"i{number:02}", "InfoboxLine", [*self._of_article(number)], 2, 4), (self.article.relations,))
        for number in range(1, SECTIONS + 1):
            self._told_in(number)
        self._referred()
        linked = [block for section, block in self.article.facts if section == 0]
        for number, link in enumerate(self.article.external, 1):
            terms = [*self._of_article(number), ("dcterms:title", self._title())]
            self._stated([linked[number - 1]], self._segment(link.partition(":")[2], "ExternalLink", terms, 4, 9))
        yield from self.segments
        yield from (block for _, block in self.article.facts)

    def _section(self, number: int) -> str:
        return f"{self.prefix}:section-{number}"

    def _of_article(self, number: int) -> list[tuple[str, str]]:
        return [("dcterms:isPartOf", self.whole), ("schema:position", str(number))]

    def _title(self) -> str:
        return english(" ".join(wording(self.rng, 3, 9)[1][:-1]))

    def _segment(self, local: str, kind: str, terms: list[tuple[str, str]], least: int, most: int) -> Block:
        """A new segment behind the last one."""
        text, words = wording(self.rng, least, most)
        place = (self.cursor, self.cursor + len(text))
        self.cursor += len(text) + 1
        return self._placed(local, kind, [*terms, *digests(text, words)], place)

    def _placed(self, local: str, kind: str, terms: list[tuple[str, str]], place: tuple[int, int]) -> Block:
        own = [*terms, ("oa:hasSource", self.whole)]
        block = thing(f"{self.prefix}:{local}", f"dip:{kind} {PLACED}", f"{kind} {local}", *own)
        block.place = place
        self.segments.append(block)
        return block

    @staticmethod
    def _stated(facts: Sequence[Block], segment: Block) -> None:
        for fact in facts:
            fact.terms.append(("dip:statedIn", segment.subject))

    def _restated(self, segment: Block, facts: Sequence[str]) -> None:
        for _, block in self.article.facts:
            if block.subject in facts:
                block.terms.append(("dip:restatedIn", segment.subject))

    def _told_in(self, section: int) -> None:
        """The sentences of a section, and what each states."""
        facts = [block for number, block in self.article.facts if number == section]
        titled = facts[1::IN_TITLES] if section > 1 else []
        self.in_titles += titled
        facts = [block for block in facts if all(block is not other for other in titled)]
        paragraph, position, longest = 1, 0, self.rng.randint(1, 6)
        restated = {1: (self.article.relations,), SECTIONS: self.article.memberships[:4]}.get(section)
        while facts or restated:
            position += 1
            if position > longest:
                paragraph, position, longest = paragraph + 1, 1, self.rng.randint(1, 6)
            place = [("dcterms:isPartOf", self._section(section)), ("dip:paragraph", str(paragraph)), ("schema:position", str(position))]
            sentence = self._segment(f"s{len(self.sentences) + 1:02}", "Sentence", place, 8, 34)
            self.sentences.append(sentence)
            if restated:
                self._restated(sentence, restated)
                restated = None
                continue
            count = self.rng.choice((1, 2, 3, 3, 5))
            told, facts = facts[:count], facts[count:]
            if section == 2 and position == 1 and paragraph == 1 and len(told) > 1:
                self._in_clauses(sentence, told)
            else:
                self._stated(told, sentence)

    def _in_clauses(self, sentence: Block, facts: list[Block]) -> None:
        """A sentence of two clauses, each with a citation of its own, which `_referred` gives it."""
        start, end = sentence.place or (0, 0)
        middle = (start + end) // 2
        for local, own, place in (("a", facts[:1], (start, middle)), ("b", facts[1:], (middle, end))):
            text, words = wording(self.rng, 4, 12)
            terms = [("dcterms:isPartOf", sentence.subject), ("schema:position", str(len(local))), *digests(text, words)]
            clause = self._placed(sentence.subject.partition(":")[2] + local, "Clause", terms, place)
            self._stated(own, clause)
            self.sentences.append(clause)

    def _referred(self) -> None:
        """The references, each cited at least once; the titles of some state facts."""
        count = min(len(self.article.some(REFERENCES)), len(self.sentences))
        citing = self.rng.sample(self.sentences, count)
        for number, segment in enumerate(citing, 1):
            segment.terms.append(("dip:cites", f"{self.prefix}:r{number:02}"))
        others = [sentence for sentence in self.sentences if all(sentence is not one for one in citing)]
        for segment in self.rng.sample(others, min(7, len(others))):
            segment.terms.append(("dip:citesThroughQuotation", f"{self.prefix}:r{self.rng.randint(1, count):02}"))
        entries = []
        for number in range(1, count + 1):
            kind = self.rng.choice(("fabio:NewsItem", "fabio:WebPage", "fabio:Book"))
            terms = [
                *self._of_article(number),
                ("dcterms:type", kind),
                ("dcterms:title", self._title()),
                ("dcterms:language", "id:language-0"),
            ]
            if number % 2:
                terms.append(("dcterms:publisher", f"{self.prefix}:body-1"))
            if number % 3 == 0:
                terms.append(("dip:retrieved", f'"20{self.rng.randint(10, 20)}-04-{self.rng.randint(10, 28)}"^^xsd:date'))
            entries.append(self._segment(f"r{number:02}", "ReferenceEntry", terms, 6, 22))
        for i, fact in enumerate(self.in_titles):
            self._stated([fact], entries[i % count])

    def notes(self) -> Iterator[Block]:
        """The notes, each on some segments and facts."""
        targets = [block.subject for block in (*self.segments, *(block for _, block in self.article.facts))]
        each = NOTE_TARGETS // NOTES
        for number, _ in enumerate(self.article.some(NOTES), 1):
            chosen = all_of("oa:hasTarget", self.rng.sample(targets, self.rng.randint(each - 1, each + 3)))
            body = english(" ".join(wording(self.rng, 8, 30)[1][:-1]))
            terms = [("skos:notation", f'"O{number}"'), ("oa:motivatedBy", "oa:assessing"), ("oa:bodyValue", body)]
            yield thing(f"{self.prefix}:note-{number}", "oa:Annotation", f"note O{number}", *chosen, *terms)
