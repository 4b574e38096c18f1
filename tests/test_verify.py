"""Another copy of the article is compared with what the data know of it: places, digests and fingerprints, never its sentences."""

import html
import json
import re
import subprocess
import sys
import textwrap
import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import processor_seconds, shared
from hypothesis import assume, given
from hypothesis import strategies as st

from kg import KnowledgeGraph, paths
from kg.errors import AnotherText, DataError, FileError
from kg.load import load, parse
from kg.verify import Verification
from kg.verify.compare import Match, Segment, compare, heading
from kg.verify.update import updated
from kg.verify.wording import digest, fingerprint, sha256, wording

# ---- a made-up article

LEAD = ["Graustark keeps an embassy in Streslau.[1]", "It was opened in the spring of 1901 by the young princess."]
COURT = ["The princess paid a state visit that May, and was received “with great honour” by the king.[2]", "No treaty was signed."]
TRADE = ["Trade between the two is small – some 1,200 barrels of wine a year.", "The king’s brother owns most of the vineyards."]
SENTENCES = [*LEAD, *COURT, *TRADE]
REFERENCES = ["A gazette of courts. p. 12", "“Visits of princes”. Retrieved May 3, 1902"]


def article(lead: list[str] = LEAD, court: list[str] = COURT, trade: list[str] = TRADE, references: list[str] = REFERENCES) -> str:
    lines = ["Graustark–Ruritania relations", " ".join(lead), "The court", " ".join(court), "Trade", " ".join(trade)]
    return "\n".join([*lines, "References", *(f"- ↑ {reference}" for reference in references)])


ARTICLE = article()


def segment(text: str, whole: str = "") -> Segment:
    start = ARTICLE.index(text)
    own = wording(ARTICLE)
    words = own.texts(*own.between(start, start + len(text)))
    raw = digest([text]) if text else ""
    return Segment(text, start, start + len(text), raw, digest(words), fingerprint(words), line=text in REFERENCES, whole=whole)


SEGMENTS = [*(segment(text) for text in (*SENTENCES, *REFERENCES)), heading(1, "The court", 100), heading(2, "Trade", 240)]


def compared(text: str, old: str | None = None) -> tuple[dict[str, Match], list[str]]:
    """The matches of the sentences and references, and the texts that are new."""
    headings = [heading(1, "The court", ARTICLE.index(COURT[0])), heading(2, "Trade", ARTICLE.index(TRADE[0]))]
    matches, new = compare([*SEGMENTS[:-2], *headings], text, old)
    return {name: match for name, match in matches.items() if not name.startswith("heading")}, [text[one.start : one.end] for one in new]


def unlike(text: str, status: str = "intact") -> dict[str, str]:
    """The status of each sentence that has another than `status`."""
    return {name: match.status for name, match in compared(text)[0].items() if match.status != status}


def test_the_same_text_is_intact_to_the_letter() -> None:
    """Each at its place, with its marker and quotation marks, and nothing new."""
    matches, new = compared(ARTICLE)
    assert {name: ("intact", ARTICLE.index(name), ARTICLE.index(name) + len(name)) for name in (*SENTENCES, *REFERENCES)} == {
        name: (match.status, match.start, match.end) for name, match in matches.items()
    }
    assert [] == new


MARKUP: dict[str, Callable[[str], str]] = {
    "other markers": lambda text: re.sub(r"\[(\d)\]", r" [ \1 ] [citation needed]", text),
    "no markers": lambda text: re.sub(r"\[\d\]", "", text),
    "other quotation marks": lambda text: text.replace("“", "« ").replace("”", " »").replace("’", "'"),
    "quotation bars": lambda text: text.replace("“", "“ | ").replace("”", " | ” |"),
    "white space": lambda text: text.replace(" ", " \u00a0\u2003 ").replace("\n", " \r\n"),
    "entities": lambda text: text.replace("–", "&ndash;").replace("“", "&#8220;").replace("’", "&#x2019;"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "a page": lambda text: (
        "<html><style>p {}</style>" + "".join(f"<p>{html.escape(line)}</p>\n" for line in text.replace(" ", "\n").split("\n"))
    ),
    "bold and links": lambda text: text.replace("Graustark", "<b>Graustark</b>").replace("princess", '<a href="x y">princess</a>'),
    "references in place": lambda text: re.sub(r"\[(\d)\]", '<ref name="a">A gazette</ref><ref name="b"/>', text),
    "wrapped lines": lambda text: "\n\n".join(textwrap.fill(line, 40) for line in text.split("\n")),
    "soft hyphens": lambda text: text.replace("embassy", "em\u00adbas\u200bsy").replace("a", "a\u2060"),
}


@pytest.mark.parametrize("name", [name for name in MARKUP if name != "a page"])
def test_another_markup_is_no_change(name: str) -> None:
    """Markers, quotation marks and bars, white space, entities, normalisation, tags."""
    text = MARKUP[name](ARTICLE)
    assert text != ARTICLE or name == "decomposed"
    assert {} == unlike(text)
    assert [] == compared(text)[1]


def test_lines_of_a_page_are_its_tags() -> None:
    """Not the line ends of its source."""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in ARTICLE.split("\n"))
    assert {} == unlike(lines.replace(" ", "\n"))


PIECES = st.lists(st.sampled_from([" ", "\u00a0", "\t", "\u200b", "[3]", "<i>", "</i>", "<!-- x -->", '"', "|"]), max_size=4)


@given(st.lists(PIECES, min_size=ARTICLE.count(" "), max_size=ARTICLE.count(" ")))
def test_what_stands_between_words_does_not_count(between: list[list[str]]) -> None:
    """Anywhere a space is, any mixture of spaces, markers, tags, comments and bars may be."""
    parts = ARTICLE.split(" ")
    text = "".join(part + " " + "".join(pieces) + " " for part, pieces in zip(parts, [*between, []], strict=True))
    assert wording_of(ARTICLE) == wording_of(text)


def wording_of(text: str) -> list[str]:
    return [word.text for word in wording(text).words]


@given(st.integers(0, 10_000), st.sampled_from(["vault", "1902", "é"]))
def test_a_changed_word_is_never_intact(at: int, word: str) -> None:
    """Whichever word of the article it is: its sentence is changed or gone, all others are intact."""
    words = [found for found in re.finditer(r"\w+", ARTICLE) if any(s.start <= found.start() < s.end for s in SEGMENTS[:-2])]
    hit = words[at % len(words)]
    (own,) = (s for s in SEGMENTS[:-2] if s.start <= hit.start() < s.end)
    assume(hit[0] != word)
    marker = ARTICLE[hit.start() - 1] == "["
    text = ARTICLE[: hit.start()] + word + ARTICLE[hit.end() :]
    found = unlike(text)
    if marker:
        assert set(found) <= {own.iri}
    else:
        assert {own.iri} == set(found)
        assert set(found.values()) <= {"changed", "gone"}


def test_a_reworded_sentence_is_changed() -> None:
    """What it now reads, how near that is, which words are new, and how many are gone: all without knowing the old words."""
    text = article(lead=[LEAD[0], LEAD[1].replace("spring of 1901", "autumn of 1900")])
    matches, new = compared(text)
    match = matches[LEAD[1]]
    assert {LEAD[1]: "changed"} == unlike(text)
    assert "It was opened in the autumn of 1900 by the young princess." == text[match.start : match.end]
    assert 0.85 == match.nearness  # eleven of its thirteen words and marks, and as many of the new one's thirteen
    assert [
        ("same", "It was opened in the"),
        ("removed", "1 word"),
        ("added", "autumn"),
        ("same", "of"),
        ("removed", "1 word"),
        ("added", "1900"),
        ("same", "by the young princess."),
    ] == [tuple(change) for change in match.changes]
    assert [] == new


@pytest.mark.parametrize("words", ["No", "It is not true any more that", "Never, he said,"])
def test_words_before_a_sentence_change_it(words: str) -> None:
    """All its own words are there, and it says something else."""
    found = unlike(article(court=[COURT[0], f"{words} {COURT[1]}"]))
    assert {COURT[1]: "changed"} == found


def test_with_the_old_text_the_words_that_are_gone_are_told() -> None:
    """Not with a text that is not the one which the data describe."""
    text = article(lead=[LEAD[0], LEAD[1].replace("spring of ", "")])
    removed = [change.text for change in compared(text, ARTICLE)[0][LEAD[1]].changes if change.kind == "removed"]
    assert ["spring of"] == removed
    other = [change.text for change in compared(text, ARTICLE.replace("spring", "Spring"))[0][LEAD[1]].changes if change.kind == "removed"]
    assert ["2 words"] == other


def test_words_of_one_fingerprint_are_not_taken_for_each_other() -> None:
    """The old text tells them apart: the byte of "Aktau" is that of a full stop."""
    assert fingerprint(["Aktau"]) == fingerprint(["."])
    old = LEAD[0].replace("Streslau", "Aktau")
    text = article(lead=[old])
    own = wording(text)
    start = text.index(old)
    words = own.texts(*own.between(start, start + len(old)))
    one = Segment("s", start, start + len(old), sha256(old), digest(words), fingerprint(words))
    match = compare([one], text.replace("Aktau", "Aqtau"), text)[0]["s"]
    expected = [("same", "Graustark keeps an embassy in"), ("removed", "Aktau"), ("added", "Aqtau"), ("same", ".")]
    assert expected == [tuple(change) for change in match.changes]


def words_of(match: Match, *kinds: str) -> list[str]:
    """The words of the pieces of `kinds`; a word before them, since a dash at the start of a line is a list's."""
    return [word for change in match.changes if change.kind in kinds for word in wording_of("x " + change.text)[1:]]


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["", "Aktau", "Aqtau.", "– no"])), max_size=4), st.integers(0, 5))
def test_a_diff_is_of_all_words_of_both_texts(edits: list[tuple[int, str]], number: int) -> None:
    """What is the same or removed is the old sentence, word for word; what is the same or added, the new one."""
    sentence = SENTENCES[number]
    parts = sentence.split(" ")
    for at, word in edits:
        parts[at % len(parts)] = word
    new = " ".join(parts)
    text = ARTICLE.replace(sentence, new)
    match = compared(text, ARTICLE)[0][sentence]
    assume(match.status == "changed")
    assert wording_of("x " + sentence)[1:] == words_of(match, "same", "removed")
    assert wording_of("x " + text[match.start : match.end])[1:] == words_of(match, "same", "added")


def test_a_removed_sentence_is_gone() -> None:
    """And no other sentence is taken for it."""
    assert {COURT[1]: "gone"} == unlike(article(court=COURT[:1]))


def test_a_moved_sentence_is_moved() -> None:
    """Within its paragraph, to another section, or beyond a heading; not those that make room for it."""
    assert 1 == len(unlike(article(lead=[LEAD[1], LEAD[0]])))
    assert {COURT[1]: "moved"} == unlike(article(court=COURT[:1], trade=[*TRADE, COURT[1]]))
    assert {TRADE[0]: "moved"} == unlike(article(court=[*COURT, TRADE[0]], trade=TRADE[1:]))


def test_a_merged_sentence_is_changed_and_its_new_place_told() -> None:
    """Two sentences that became one: both have it as their nearest."""
    merged = "Graustark keeps an embassy in Streslau, opened in the spring of 1901 by the young princess.[1]"
    text = article(lead=[merged])
    matches, new = compared(text)
    assert {LEAD[0]: "changed", LEAD[1]: "changed"} == unlike(text)
    assert {merged} == {text[matches[name].start : matches[name].end] for name in LEAD}
    assert [] == new


def test_a_new_sentence_and_a_new_entry_are_told() -> None:
    """Not a new heading."""
    new = "A consulate followed in 1903."
    text = article(trade=[TRADE[0], new, TRADE[1]], references=[*REFERENCES, "A third source"]).replace("Trade\n", "Wine\nTrade\n")
    assert {} == unlike(text)
    assert [new, "A third source"] == compared(text)[1]


def test_of_equal_sentences_each_is_found_at_its_own_place() -> None:
    """A sentence that stands twice, in two sections."""
    text = article(trade=[*TRADE, COURT[1]])
    first, second = text.index(COURT[1]), text.rindex(COURT[1])
    words = wording(text).texts(*wording(text).between(second, second + len(COURT[1])))
    twice = Segment("again", second, second + len(COURT[1]), "", digest(words), fingerprint(words))
    matches, _ = compare([*SEGMENTS[:-2], twice], text)
    assert [(first, "intact"), (second, "intact")] == [(matches[name].start, matches[name].status) for name in (COURT[1], "again")]


def test_a_clause_changes_alone() -> None:
    """Of a sentence with two markers the clause before the first stays."""
    one, other = "Wine goes east [1]", "and horses come west in the autumn.[2]"
    text = f"{one} {other}"
    own = wording(text)

    def part(name: str, start: int, end: int, whole: str = "") -> Segment:
        words = own.texts(*own.between(start, end))
        return Segment(name, start, end, "", digest(words), fingerprint(words), whole=whole)

    segments = [part("s", 0, len(text)), part("a", 0, len(one), "s"), part("b", len(one) + 1, len(text), "s")]
    changed = text.replace("autumn", "winter")
    matches, _ = compare(segments, changed)
    assert {"s": "changed", "a": "intact", "b": "changed"} == {name: match.status for name, match in matches.items()}
    assert (changed.index("and"), len(changed)) == (matches["b"].start, matches["b"].end)
    assert {"a": "intact", "b": "intact"} == {
        name: match.status for name, match in compare(segments, "X. " + text)[0].items() if name != "s"
    }


# ---- data files


def test_places_and_digests_are_rewritten_and_nothing_else(other_data: Path) -> None:
    """The made-up pair's text gets a line in front; the file's layout and comments stay; a second time nothing is left to do."""
    path = other_data / "relations.ttl"
    before = path.read_text(encoding="utf-8")
    text = "A new first line\none two\nReferences\n- three\n"
    verification = KnowledgeGraph.open(other_data, cache=False).verify(text)
    assert ["intact"] * 3 == [one.match.status for one in verification.checked]
    ((written, after),) = updated(load(other_data), verification, text).items()
    assert path == written
    expected = before.replace("oa:start 0 ; oa:end 3", "oa:start 17 ; oa:end 20").replace(
        "oa:start 4 ; oa:end 7", "oa:start 21 ; oa:end 24"
    )
    expected = expected.replace("oa:start 20 ; oa:end 25", "oa:start 38 ; oa:end 43")
    for word in ("one", "two", "three"):
        sha256 = digest([word])
        added = f'"{sha256}" ;\n    dip:wordingSha256 "{sha256}" ;\n    dip:fingerprint "{sha256[:2]}"'
        expected = expected.replace(f'dip:sha256 "{sha256}"', f"dip:sha256 {added}")
    assert expected == after
    path.write_text(after, encoding="utf-8")
    again = KnowledgeGraph.open(other_data, cache=False).verify(text)
    assert {} == updated(load(other_data), again, text)


def filled(folder: Path) -> tuple[KnowledgeGraph, str]:
    """The made-up pair's graph with digests and fingerprints of a text of three sentences, and that text."""
    path = folder / "relations.ttl"
    text = "Graustark keeps an embassy in Streslau. The princess paid a visit in May.\n- A gazette of courts\n"
    content = path.read_text(encoding="utf-8")
    for old, words in {
        ("0", "3", "one"): "Graustark keeps an embassy in Streslau.",
        ("4", "7", "two"): "The princess paid a visit in May.",
        ("20", "25", "three"): "A gazette of courts",
    }.items():
        start = text.index(words)
        content = content.replace(f"oa:start {old[0]} ; oa:end {old[1]} ", f"oa:start {start} ; oa:end {start + len(words)} ")
        content = content.replace(digest([old[2]]), digest([words]))
    path.write_text(content, encoding="utf-8")
    graph = KnowledgeGraph.open(folder, cache=False)
    for written, after in updated(load(folder), graph.verify(text), text).items():
        written.write_text(after, encoding="utf-8")
    return KnowledgeGraph.open(folder, cache=False), text


def test_a_changed_segment_keeps_its_digests_until_it_is_accepted(other_data: Path) -> None:
    """Its place is that of what is nearest, and it counts as changed when it is verified again; accepted, it is intact."""
    graph, text = filled(other_data)
    path = other_data / "relations.ttl"
    changed = "The year is 1901.\n" + text.replace("in May", "in June")
    verification = graph.verify(changed)
    assert ["sentence 2"] == [one.segment.label for one in verification.of("changed")]
    path.write_text(updated(load(other_data), verification, changed)[path], encoding="utf-8")
    again = KnowledgeGraph.open(other_data, cache=False).verify(changed)
    assert ["sentence 2"] == [one.segment.label for one in again.of("changed")]
    iri = again.of("changed")[0].segment.iri
    path.write_text(updated(load(other_data), again, changed, {iri})[path], encoding="utf-8")
    assert ["intact"] * 3 == [one.match.status for one in KnowledgeGraph.open(other_data, cache=False).verify(changed).checked]


def test_nothing_is_rewritten_where_a_segment_is_gone_or_two_are_one(other_data: Path) -> None:
    """There is no place that could be written."""
    graph, text = filled(other_data)
    gone = text.replace("Graustark keeps an embassy in Streslau. ", "")
    with pytest.raises(DataError, match=r"^Gone: sentence 1\. Take them and their facts out"):
        updated(load(other_data), graph.verify(gone), gone)
    merged = text.replace("Streslau. The princess", "Streslau, and the princess")
    with pytest.raises(DataError, match=r"^Sentence 1 and sentence 2 have become one"):
        updated(load(other_data), graph.verify(merged), merged)
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('"sentence 1"@en', '"remark on Streslau"@en'), encoding="utf-8")
    with pytest.raises(DataError, match=r"^Remark on Streslau and sentence 2 have become one"):
        updated(load(other_data), KnowledgeGraph.open(other_data, cache=False).verify(merged), merged)


def test_a_value_that_does_not_stand_in_the_file_is_an_error(other_data: Path) -> None:
    """Offsets that come from elsewhere."""
    graph, text = filled(other_data)
    path = other_data / "relations.ttl"
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace("oa:start 0 ;", 'oa:start "0"^^xsd:integer , "0"^^xsd:integer ;'), encoding="utf-8")
    with pytest.raises(FileError, match="oa:start of grru:s01 does not stand there once as a plain value; nothing is rewritten"):
        updated(load(other_data), graph.verify("X\n" + text), "X\n" + text)


# ---- the real article


@pytest.fixture(scope="module")
def text() -> str:
    return shared("article.txt").read_text(encoding="utf-8")


def test_the_article_is_intact(graph: KnowledgeGraph, text: str) -> None:
    """All 48 sentences, 2 clauses, 2 infobox lines, 16 references and 3 links, and the data say so to the letter."""
    verification = graph.verify(text)
    assert "71 segments: 71 intact, 0 moved, 0 changed, 0 gone; 0 new sentences" == verification.counts()
    assert {} == updated(load(paths.DATA), verification, text)


def statuses(verification: Verification) -> dict[str, str]:
    """The segments that are not intact."""
    return {one.segment.iri.rsplit("/", 1)[-1]: one.match.status for one in verification.checked if one.match.status != "intact"}


def test_each_sentence_of_the_article_that_is_taken_out_is_gone_and_no_other(graph: KnowledgeGraph, text: str) -> None:
    """One after the other; the clauses of s11 go with it."""
    sentences = {one.segment.iri.rsplit("/", 1)[-1]: one.match for one in graph.verify(text).checked if one.place}
    assert 48 == len(sentences)
    for name, match in sentences.items():
        found = statuses(graph.verify(text[: match.start] + text[match.end :]))
        assert {part for part in found if part.startswith(name)} == set(found)
        assert "gone" == found[name]


def test_each_sentence_of_the_article_that_loses_a_word_is_changed_and_no_other(graph: KnowledgeGraph, text: str) -> None:
    """Its fifth word, or its second if it is short."""
    for one in graph.verify(text).checked:
        if one.place:
            words = list(re.finditer(r"[^\W\d_]{3,}", text[one.match.start : one.match.end]))
            word = words[4] if len(words) > 5 else words[1]
            copy = text[: one.match.start + word.start()] + text[one.match.start + word.end() :]
            name = one.segment.iri.rsplit("/", 1)[-1]
            found = statuses(graph.verify(copy))
            assert {part for part in found if part.startswith(name)} == set(found)
            assert "changed" == found[name]


def test_neighbours_of_the_article_that_change_places_are_moved(graph: KnowledgeGraph, text: str) -> None:
    """One of each pair."""
    sentences = [one for one in graph.verify(text).checked if one.place]
    for one, other in pairwise(sentences[:12]):
        a, b = one.match, other.match
        if "\n" in text[a.end : b.start]:
            continue
        copy = text[: a.start] + text[b.start : b.end] + text[a.end : b.start] + text[a.start : a.end] + text[b.end :]
        found = {name: status for name, status in statuses(graph.verify(copy)).items() if not name.endswith(("a", "b"))}
        assert ["moved"] == list(found.values())
        assert set(found) <= {one.segment.iri.rsplit("/", 1)[-1], other.segment.iri.rsplit("/", 1)[-1]}


@pytest.mark.parametrize("name", MARKUP)
def test_the_article_in_another_markup_is_intact(graph: KnowledgeGraph, text: str, name: str) -> None:
    """As the made-up one. Of a page whose every space is a line end only the lines that its tags make are told apart."""
    copy = MARKUP[name](text) if name != "a page" else "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n"))
    assert {} == statuses(graph.verify(copy))


def test_another_text_is_refused(graph: KnowledgeGraph, text: str) -> None:
    """Whatever it is; not a copy of which half is left."""
    for other in ("", "\0" * 1000, "one two three " * 1000, ARTICLE):
        with pytest.raises(AnotherText):
            graph.verify(other)
    assert 20 < len(graph.verify(text[: len(text) // 2]).of("intact"))


def test_an_old_text_that_the_data_do_not_describe_is_refused(graph: KnowledgeGraph, text: str) -> None:
    """Where it has none of the segments at its place, whatever else it says; not for one sentence that is another."""
    copy = text.replace("Aktau.", "Aqtau.")
    for old in ("", "# Another text\n", "x" + text):
        with pytest.raises(FileError, match=r"^The old text has 0 of the 71 segments .* it is not the text that the data describe\.$"):
            graph.verify(copy, old=old)
    (changed,) = graph.verify(copy, old=text.replace("Great Purge", "great purge")).of("changed")
    assert ["Aktau"] == [change.text for change in changed.match.changes if change.kind == "removed"]


# ---- the command


def kg(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kg", "verify", *arguments], capture_output=True, text=True, check=False)


def test_the_command_tells_what_changed_and_exits_with_one_if_facts_rest_on_it(other_data: Path, tmp_path: Path) -> None:
    """A changed sentence with a fact: 1. All intact, also elsewhere: 0."""
    _, text = filled(other_data)
    copy = tmp_path / "copy.txt"
    copy.write_text("A line before.\n" + text, encoding="utf-8")
    found = kg("--data", str(other_data), "--article", str(copy))
    assert (0, "") == (found.returncode, found.stderr)
    assert found.stdout.endswith("3 segments: 3 intact, 0 moved, 0 changed, 0 gone; 1 new sentence.\n")
    copy.write_text(text.replace("in May", "in June"), encoding="utf-8")
    found = kg("--data", str(other_data), "--article", str(copy))
    assert 1 == found.returncode
    assert "The princess paid a visit in [-1 word-] {+June+} ." in found.stdout
    assert "fact: Yetive's state visit to Ruritania" in found.stdout
    document = json.loads(kg("--data", str(other_data), "--article", str(copy), "--format", "json").stdout)
    assert [False, ["intact", "changed", "intact"]] == [document["holds"], [one["status"] for one in document["segments"]]]


def test_the_command_rewrites_the_data(other_data: Path, tmp_path: Path) -> None:
    """What is changed stays so until it is accepted; the data conform all the way."""
    _, text = filled(other_data)
    copy = tmp_path / "copy.txt"
    copy.write_text("A line before.\n" + text.replace("in May", "in June"), encoding="utf-8")
    arguments = ("--data", str(other_data), "--article", str(copy))
    found = kg(*arguments, "--update")
    assert (1, f"{other_data / 'relations.ttl'}: rewritten\n") == (found.returncode, found.stdout)
    assert "kg: still changed: sentence 2. Look at their facts, then --accept them.\n" == found.stderr
    found = kg(*arguments, "--update", "--accept", "s02")
    assert (0, "") == (found.returncode, found.stderr)
    found = kg(*arguments, "--update")
    assert (0, "The data say so already; nothing is rewritten.\n") == (found.returncode, found.stdout)
    assert parse(other_data / "relations.ttl").triples


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty."),
        (b"caf\xe9", "1: not UTF-8 (byte 0xe9); save the file as UTF-8."),
        (bytes(range(256)) * 9, "3: not UTF-8 (byte 0x80); save the file as UTF-8."),
        (b"\0" * 999, "Less than a tenth of the sentences that the data know are in it; it is another text."),
        (b"Another text altogether.", "Less than a tenth of the sentences that the data know are in it; it is another text."),
        (b"x" * 5_000_001, "has more than 5,000,000 bytes, which no article has."),
    ],
)
def test_what_is_no_copy_of_the_article_is_refused_in_one_line(other_data: Path, tmp_path: Path, content: bytes, message: str) -> None:
    """Exit 2, and nothing rewritten, also with --update."""
    before = (other_data / "relations.ttl").read_bytes()
    path = tmp_path / "copy.txt"
    path.write_bytes(content)
    found = kg("--data", str(other_data), "--article", str(path), "--update")
    assert (2, "", 1) == (found.returncode, found.stdout, found.stderr.count("\n"))
    assert found.stderr.endswith(message + "\n")
    assert before == (other_data / "relations.ttl").read_bytes()


# ---- how long it takes


@pytest.mark.parametrize(
    "mark",
    ["<ref> word ", "<ref name=x ", "<!-- word ", "<style> word ", "<b ", "<p ", "[1] ", "Word.[1] ", "\u0301", "\n", '"', "word. "],
    ids=repr,
)
def test_a_text_of_marks_takes_time_in_proportion_to_its_length(mark: str) -> None:
    """Also of marks that are never closed: eight times the text takes less than three times eight times as long, not 64 times."""
    short, long = (processor_seconds(partial(wording, "Ties are close. " + mark * number)) for number in (2_000, 16_000))
    assert long < 24 * max(short, 0.003)


def test_half_a_character_is_no_word_and_no_error() -> None:
    """A lone surrogate, as Python may hand one on from bytes that are no UTF-8."""
    assert ["Ties", "."] == [word.text for word in wording("Ties \ud800.").words if word.text != "\ud800"]


def test_lines_may_end_as_they_like(other_data: Path) -> None:
    """A copy whose lines end in CR alone is the same article, at the same places."""
    _, text = filled(other_data)
    graph = KnowledgeGraph.open(other_data, cache=False)
    found = graph.verify(text)
    assert len(found.checked) == len(found.of("intact"))
    assert found == graph.verify(text.replace("\n", "\r"))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_text_may_come_from_standard_input(other_data: Path, end: str) -> None:
    """With a dash for the file, for verifying and for coverage."""
    _, text = filled(other_data)
    for command, said in (("verify", b"3 segments: 3 intact"), ("coverage", b"2 of 2 sentences have facts.")):
        arguments = [sys.executable, "-m", "kg", command, "--data", str(other_data), "--article", "-"]
        run = subprocess.run(arguments, input=text.replace("\n", end).encode(), capture_output=True, check=False)
        assert (0, b"") == (run.returncode, run.stderr)
        assert said in run.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "kg: standard input: is empty."),
        (b"a\rb\xe9", "kg: standard input:2: not UTF-8 (byte 0xe9); save the file as UTF-8."),
        (b"x" * 5_000_001, "kg: standard input: has more than 5,000,000 bytes, which no article has."),
    ],
)
def test_standard_input_is_refused_as_a_file_is(content: bytes, message: str) -> None:
    """In one line, with what was read as the place."""
    run = subprocess.run([sys.executable, "-m", "kg", "verify", "--article", "-"], input=content, capture_output=True, check=False)
    assert (2, b"", message + "\n") == (run.returncode, run.stdout, run.stderr.decode())


def test_standard_input_is_one_text() -> None:
    """Not both copies."""
    found = kg("--article", "-", "--old", "-")
    assert 2 == found.returncode
    assert "Standard input is one text; give --article or --old as a file." in found.stderr
