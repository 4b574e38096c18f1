"""A plain text becomes the beginning of a dataset: places and digests of its sentences, in the form of the data that there are."""

import hashlib
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from conftest import shared
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kg import KnowledgeGraph, paths
from kg.build import build, check
from kg.cli import cli
from kg.draft import Draft, Segment, draft
from kg.errors import FileError, NotConforming, ParameterError
from kg.load import parse, parse_text
from kg.namespaces import DIP, ID, PREFIXES, shrink

OA = PREFIXES["oa"]

TEXT = """Graustark–Ruritania relations
Capital | Edelweiss
---|---
Language | German
Graustark keeps an embassy in Streslau.[1] It was opened in 1901.
The princess said:
“ | We have always been friends. We shall remain so.[2] | ” |
Trade
Graustark sells wine [1] and buys timber.[3] The king’s brother, Dr. Rudolf, owns the vineyards.[12]
See also
- Zenda
References
- ↑ "A gazette of courts". Retrieved May 3, 1902.
- ↑ The Streslau Herald. Archived April 5, 2012, at the Wayback Machine.
- ↑ Wine and timber
External links
- Court of Graustark
"""
SENTENCES = [
    "Graustark keeps an embassy in Streslau.[1]",
    "It was opened in 1901.",
    "The princess said:",
    "We have always been friends.",
    "We shall remain so.[2] | ” |",
    "Graustark sells wine [1] and buys timber.[3]",
    "The king’s brother, Dr. Rudolf, owns the vineyards.[12]",
]


def drafted(text: str = TEXT, title: str | None = None) -> Draft:
    return draft(text, "graustark-ruritania", title)


def shown(segments: tuple[Segment, ...], text: str = TEXT) -> list[str]:
    return [text[one.start : one.end] for one in segments]


def triples(turtle: str) -> set[tuple[str, str, str]]:
    """The triples, a place as the words start and end."""
    found = parse_text(turtle, Path("draft.ttl")).triples
    places: dict[object, str] = {t.subject: str(t.object) for t in found if t.predicate.value == OA + "start"}
    ends: dict[object, str] = {t.subject: str(t.object) for t in found if t.predicate.value == OA + "end"}
    return {
        (t.subject.value, shrink(t.predicate.value), places[t.object] + ends[t.object] if t.object in places else str(t.object))
        for t in found
        if isinstance(t.subject, ox.NamedNode) and t.subject not in places
    }


# ---- what is found in a text


def kinds(text: str) -> dict[str, list[str]]:
    """The words of the segments of each class."""
    found = drafted(text)
    return {kind: shown(found.of(kind), text) for kind in ("Sentence", "ReferenceEntry", "ExternalLink", "InfoboxLine") if found.of(kind)}


def test_a_heading_in_signs_is_one_in_a_wrapped_text_too() -> None:
    """Directly above its paragraph, as in MediaWiki's plain extracts; the words above and below are not drawn in."""
    text = "A–B relations\n\nThe two met.\n== History ==\nThey met in\n1901. They parted.\n\n== Trade ==\nThey trade.\n"
    assert ["", "History", "Trade"] == [section.title for section in drafted(text).sections]
    assert ["The two met.", "They met in\n1901.", "They parted.", "They trade."] == kinds(text)["Sentence"]


def test_what_is_below_a_part_of_a_list_is_of_the_list() -> None:
    """A heading of a lower level ends neither the references nor what is left out; an empty list is none."""
    text = (
        "A–B relations\n\nThe two met.[1]\n\n== Further reading ==\n\n=== Old ===\n\nA book of courts.\n\n== References ==\n\n"
        "=== Citations ===\n\n- A gazette.\n\n== External links ==\n\n- A site.\n\n== Trade ==\n\nThey trade.\n"
    )
    found = kinds(text)
    assert (["The two met.[1]", "They trade."], ["A gazette."]) == (found["Sentence"], found["ReferenceEntry"])
    assert ["A site."] == found["ExternalLink"]
    assert [(1,), ()] == [one.footnotes for one in drafted(text).of("Sentence")]


def test_each_line_below_references_is_one_where_no_sign_marks_headings() -> None:
    """However short; the list ends at a heading that is known."""
    text = "A–B relations\nThe two met.[1]\nReferences\nThe Times, 3 May 1910\nA gazette\nExternal links\nA site\n"
    assert {"Sentence": ["The two met.[1]"], "ReferenceEntry": ["The Times, 3 May 1910", "A gazette"], "ExternalLink": ["A site"]} == kinds(
        text
    )


def test_an_infobox_line_cites_what_its_marker_says() -> None:
    """So that nobody is told that nothing cites it."""
    text = "A–B relations\nEmbassy | Streslau [1]\nThe two met.\nReferences\nA gazette.\n"
    assert [(1,)] == [one.footnotes for one in drafted(text).of("InfoboxLine")]
    turtle = drafted(text).to_turtle()
    assert 1 == turtle.count("dip:cites ")
    assert "no footnote marker cites" not in turtle


def test_a_letter_or_a_remark_in_brackets_cuts_no_sentence() -> None:
    """Only a number is a footnote of the list."""
    text = "A–B relations\nThey ate,[a] and met[citation needed] in 1910.[1]\nThey ate,[1] and drank.[2]\nReferences\nA gazette.\nA book.\n"
    assert [0, 2] == [len(one.clauses) for one in drafted(text).of("Sentence")]


def test_a_title_that_is_given_is_not_a_heading_too() -> None:
    """Whether it stands in = signs or not; one of nothing is none."""
    for first in ("= A–B relations =", "A–B relations"):
        found = draft(f"{first}\n\nThe two met.\n", "a-b", "A–B relations")
        assert ("A–B relations", ["lead section"]) == (found.title, [section.label for section in found.sections])
    with pytest.raises(FileError, match="the title is empty; give one, or leave --title out"):
        draft("A–B relations\n\nThe two met.\n", "a-b", " ")


@pytest.mark.parametrize("arguments", [(None, "a"), (b"x", "a"), (TEXT, None)])
def test_what_is_no_text_is_told(arguments: tuple[str, str]) -> None:
    """As everywhere."""
    with pytest.raises(ParameterError, match="is text, not "):
        draft(*arguments)


def test_places_are_counted_alike_by_all_commands(tmp_path: Path) -> None:
    """In a file with Windows line ends, too: what is drafted of it is intact, and where coverage looks for it."""
    (tmp_path / "article.txt").write_bytes(TEXT.replace("\n", "\r\n").encode())
    article, data = str(tmp_path / "article.txt"), tmp_path / "data"
    data.mkdir()
    (data / "draft.ttl").write_text(drafted(TEXT).to_turtle(), encoding="utf-8")
    verified = CliRunner().invoke(cli, ["verify", "--article", article, "--data", str(data), "--update"])
    assert (0, "The data say so already; nothing is rewritten.\n") == (verified.exit_code, verified.stdout)
    covered = CliRunner().invoke(cli, ["coverage", "--article", article, "--data", str(data)])
    assert "another text or revision" not in covered.stderr


def test_each_sentence_has_its_place_and_its_digest() -> None:
    """A quotation between bars is cut into its sentences, a footnote marker belongs to what is before it, an abbreviation ends nothing."""
    found = drafted().of("Sentence")
    assert SENTENCES == shown(found)
    assert [hashlib.sha256(sentence.encode()).hexdigest() for sentence in SENTENCES] == [one.sha256 for one in found]
    assert [(1,), (), (), (), (2,), (1, 3), (12,)] == [one.footnotes for one in found]


def test_a_marker_belongs_to_the_sentence_before() -> None:
    """Whatever mark ends that, and with blanks before it."""
    text = "A–B relations\nHe left! [1] ‘Peace!’[2] It came. [ 3 ]\nWho knew?[ 4 ]\n"
    assert ["He left! [1]", "‘Peace!’[2]", "It came. [ 3 ]", "Who knew?[ 4 ]"] == shown(drafted(text).of("Sentence"), text)


HAIR = "\u200a"


@pytest.mark.parametrize(
    "page", [": 45 ", ":45–47 ", f":{HAIR}45{HAIR}", f":{HAIR}xii, 3–5{HAIR} ", ": p. 45 ", ": 45, 47 & 50 ", ": 45a "]
)
def test_a_page_behind_a_marker_belongs_to_it(page: str) -> None:
    """The sentence is cut behind it, its words end before it, and the reference is cited; the next begins with its own words."""
    text = f"A–B relations\nHe left.[1]{page}It rained.[2]{page}[1] “It came!”[1]\nReferences\n- A book\n- A gazette\n"
    plain = text.replace(page, " ")
    shown_page = page.rstrip(f" {HAIR}")
    found = drafted(text)
    assert [f"He left.[1]{shown_page}", f"It rained.[2]{page}[1]", "“It came!”[1]"] == shown(found.of("Sentence"), text)
    assert [(1,), (2, 1), (1,)] == [one.footnotes for one in found.of("Sentence")]
    assert [one.wording for one in drafted(plain).segments] == [one.wording for one in found.segments]
    assert [1, 1, 0] == [len(one.pages) for one in found.of("Sentence")]


def test_wikipedias_own_page_is_one_within_a_sentence_too() -> None:
    """Its template puts hair spaces around it; an ordinary colon behind a word, with a number, is the sentence's own."""
    text = f"A–B relations\nWine[1]:{HAIR}45{HAIR} and timber[2]:&#8202;7&#8202; grow.\nThey sent[1]: 12 kings.\nArea[2]: 45,000 miles.\n"
    found = drafted(text).of("Sentence")
    assert [("45", "7"), (), ()] == [one.pages for one in found]
    assert ["Wine[1]:\u200a45", "and timber[2]:&#8202;7", "grow."] == shown(found[0].clauses, text)
    assert drafted(text.replace("sent[1]: 12", "sent: 12")).of("Sentence")[1].wording == found[1].wording
    assert drafted("A–B relations\n.\nWine and timber grow.\n").of("Sentence")[-1].wording == found[0].wording


@given(st.lists(st.tuples(st.sampled_from(["He left.", "It rained!", "Who knew?"]), st.integers(1, 99999), st.booleans()), min_size=1))
def test_a_text_with_pages_has_the_sentences_of_the_one_without(parts: list[tuple[str, int, bool]]) -> None:
    """However many; each page is told once, in order, with its segment."""
    paged, plain = (
        "A–B relations\n" + " ".join(f"{words}[1]{f': {page}' if has and keep else ''}" for words, page, has in parts)
        for keep in (True, False)
    )
    found = drafted(paged)
    assert [one.wording for one in drafted(plain).segments] == [one.wording for one in found.segments]
    assert [str(page) for _, page, has in parts if has] == [page for one in found.segments for page in one.pages]


def test_a_number_in_the_next_paragraph_is_no_page() -> None:
    """Whatever stands at the end of the one before."""
    text = f"A–B relations\nHe left.[1]:\n45 men came.[1]:{HAIR}\n46 men left.\n"
    assert [(), (), ()] == [one.pages for one in drafted(text).of("Sentence")]


def test_pages_that_are_left_out_are_told() -> None:
    """How many, and where; they have no place in a citation."""
    text = "A–B relations\nHe left.[1]: 45 [2]:7–9 It rained.\nIt came.[1]: 3\nReferences\n- A book\n- A gazette\n"
    run = kg("draft", "-", "--id", "a-b", text=text)
    told = "kg: 3 pages behind footnote markers are left out, as citations have no place for pages: s01 (45; 7-9), s03 (3)."
    assert told == run.stderr.splitlines()[1]
    assert "1 page behind footnote markers is left out" in drafted("A–B relations\nHe left.[1]: 45\n").left_out()
    assert ("", 1) == (drafted().left_out(), len(kg("draft", "-", "--id", "a-b", text=TEXT).stderr.splitlines()))


def test_a_draft_with_pages_is_intact_in_its_text(tmp_path: Path) -> None:
    """`kg verify` reads the pages alike."""
    text = f"Graustark–Ruritania relations\nHe left.[1]: 45 It rained.[1]:{HAIR}46{HAIR}\nReferences\n- A book\n"
    (tmp_path / "relations.ttl").write_text(drafted(text).to_turtle(), encoding="utf-8")
    verification = KnowledgeGraph.open(tmp_path, unfinished=True).verify(text)
    assert (3, ()) == (len(verification.of("intact")), verification.new)


def test_sentences_are_numbered_in_their_paragraphs_and_paragraphs_in_their_sections() -> None:
    """The lead is a section of its own."""
    numbers = [(one.name, one.part, one.paragraph, one.position) for one in drafted().of("Sentence")]
    assert [
        ("s01", "section-1", 1, 1),
        ("s02", "section-1", 1, 2),
        ("s03", "section-1", 2, 1),
        ("s04", "section-1", 3, 1),
        ("s05", "section-1", 3, 2),
        ("s06", "section-2", 1, 1),
        ("s07", "section-2", 1, 2),
    ] == numbers
    assert [(1, "", "lead section"), (2, "Trade", "Trade")] == list(drafted().sections)


def test_the_lines_of_infobox_and_lists_are_segments_of_their_own() -> None:
    """A ruler and what is below See also are none; a reference's title is what it has in quotation marks, else all but when it was seen."""
    found = drafted()
    assert ["Capital | Edelweiss", "Language | German"] == shown(found.of("InfoboxLine"))
    assert ["A gazette of courts", "The Streslau Herald", "Wine and timber"] == [one.title for one in found.of("ReferenceEntry")]
    assert '"A gazette of courts". Retrieved May 3, 1902.' == shown(found.of("ReferenceEntry"))[0]
    assert ["Court of Graustark"] == shown(found.of("ExternalLink"))
    assert "Zenda" not in found.to_turtle()
    assert "2 sections, 2 infobox lines, 7 sentences, 3 references, 1 external link" == found.counts()


def test_headings_in_equals_signs_are_the_only_headings() -> None:
    """Then a short line is a paragraph."""
    text = "Graustark–Ruritania relations\n\nLead.\n\n== Court ==\n\nBy the court poet\n\n=== Feasts ===\n\nMany.\n\n== Empty ==\n"
    found = drafted(text)
    assert ["", "Court", "Feasts"] == [section.title for section in found.sections]
    assert ["Lead.", "By the court poet", "Many."] == shown(found.of("Sentence"), text)


def test_a_line_is_no_heading_if_a_mark_ends_it_or_it_is_long() -> None:
    """Nor if it is an item of a list, or has a footnote."""
    lines = ["He said:", "Peace.", "- wine", "Wine from Graustark[1]", "(the king)", " ".join(["wine"] * 13), "Peace."]
    assert [("lead section")] == [section.label for section in drafted("\n".join(["A–B relations", *lines])).sections]
    longest = "-".join(["wine"] * 12)
    assert [longest] == [section.label for section in drafted(f"A–B relations\n{longest}\nPeace.").sections]


def test_a_marked_copy_gives_the_numbers_and_the_text_itself_the_places(tmp_path: Path) -> None:
    """What is recognised wrong is corrected in a copy; `kg verify --update` then writes the places of the text as it is."""
    text = (
        "Graustark–Ruritania relations\nPeace came.\nPeace at last!\nIt was long.\nTrade\nA vineyard, seen from the north.\nWine is sold.\n"
    )
    marked = (
        text.replace("A vineyard, seen from the north.\n", "")
        .replace("Peace at last!", "== Peace at last! ==")
        .replace("Trade", "== Trade ==")
    )
    assert ["section-1", "section-1", "section-1", "section-2", "section-2"] == [one.part for one in drafted(text).of("Sentence")]
    (tmp_path / "data").mkdir()
    data, article = tmp_path / "data" / "relations.ttl", tmp_path / "article.txt"
    data.write_text(drafted(marked).to_turtle(), encoding="utf-8")
    article.write_text(text, encoding="utf-8")
    assert 0 == kg("verify", "--article", str(article), "--data", str(data.parent), "--update").returncode
    sentences = {(s, p, o) for s, p, o in triples(data.read_text(encoding="utf-8")) if p == "oa:hasSelector"}
    places = [(text.index(words), text.index(words) + len(words)) for words in ("Peace came.", "It was long.", "Wine is sold.")]
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert {f'"{start}"{integer}"{end}"{integer}' for start, end in places} == {place for _, _, place in sentences}


def test_a_sentence_that_was_split_is_whole_in_a_copy_without_the_mark(tmp_path: Path) -> None:
    """`kg verify --update --accept all` then writes the place and digests of the text itself."""
    whole = "They met at St. Zenda's and Ft. Streslau near the wall."
    text = f"Graustark–Ruritania relations\nPeace came to the two states.\n{whole} It was long.\n"
    assert 4 == len(drafted(text).of("Sentence"))
    (tmp_path / "data").mkdir()
    data, article = tmp_path / "data" / "relations.ttl", tmp_path / "article.txt"
    data.write_text(drafted(text.replace("Ft. ", "Ft ")).to_turtle(), encoding="utf-8")
    article.write_text(text, encoding="utf-8")
    run = kg("verify", "--article", str(article), "--data", str(data.parent), "--update", "--accept", "all")
    assert (0, "") == (run.returncode, run.stderr)
    digests = {o.strip('"') for s, p, o in triples(data.read_text(encoding="utf-8")) if p == "dip:sha256"}
    assert {hashlib.sha256(one.encode()).hexdigest() for one in ("Peace came to the two states.", whole, "It was long.")} == digests


def test_the_words_of_a_wrapped_text_are_whole_sentences() -> None:
    """Blank lines end its paragraphs."""
    text = "A–B relations\n\nThe embassy\nwas opened. It\nstands.\n\nTrade\n\nWine is\nsold.\n"
    assert ["The embassy\nwas opened.", "It\nstands.", "Wine is\nsold."] == shown(drafted(text).of("Sentence"), text)


@pytest.mark.parametrize("first", ["A–B relations", "  A–B relations  ", "Relations of A (a state)"])
def test_a_title_right_above_wrapped_text_is_no_part_of_its_first_sentence(first: str) -> None:
    """It is a line that could be longer, with a sentence below it."""
    text = f"{first}\nThe embassy of one state in the other\nwas opened. It\nstands.\n\nTrade\n\nWine is\nsold.\n"
    sentences = ["The embassy of one state in the other\nwas opened.", "It\nstands.", "Wine is\nsold."]
    assert (first.strip(), sentences) == (drafted(text).title, shown(drafted(text).of("Sentence"), text))
    assert sentences == shown(drafted(text, first.strip()).of("Sentence"), text)


@pytest.mark.parametrize("first", ["Peace came.", "Peace, as they say, came between", "Both had, for many years and more, no"])
def test_a_line_of_a_sentence_is_no_title(first: str) -> None:
    """Nor one with a mark behind it, or one that could not be longer, or one that the next line goes on."""
    text = f"{first}\n{'the' if 'between' in first else 'Graustark'} two states\nof the east.\n\nWine is\nsold.\n"
    with pytest.raises(FileError, match="the first line is no title"):
        drafted(text)


def test_line_ends_of_other_systems_count_as_one_character() -> None:
    """As they do for `kg coverage --article`."""
    assert drafted() == drafted(TEXT.replace("\n", "\r\n")) == drafted(TEXT.replace("\n", "\r"))


def test_sections_of_one_name_are_told_apart() -> None:
    """By their order; each keeps its own title."""
    found = drafted("A–B relations\nTies\nOne.\nTrade\nTwo.\nTies\nThree.")
    assert ["Ties (first)", "Trade", "Ties (second)"] == [section.label for section in found.sections]
    assert ["Ties", "Trade", "Ties"] == [section.title for section in found.sections]


def test_names_of_a_hundred_sentences_have_three_digits() -> None:
    """So that they are in order."""
    names = [one.name for one in drafted("A–B relations\n" + "Peace came.\n" * 100).of("Sentence")]
    assert ("s001", "s100") == (names[0], names[-1]) == (min(names), max(names))


def test_notes_are_the_references_of_a_text_that_has_no_others() -> None:
    """Else they are left out."""
    text = "A–B relations\nPeace came.[1]\nNotes\n- A note\n"
    assert ["A note"] == [one.title for one in drafted(text).of("ReferenceEntry")]
    assert ["A book"] == [one.title for one in drafted(text + "References\n- A book\n").of("ReferenceEntry")]


@pytest.mark.parametrize("text", ["", "A–B relations\n", "A–B relations\nReferences\n- A book\n"])
def test_a_text_without_a_sentence_is_refused(text: str) -> None:
    """There is nothing to add facts to."""
    with pytest.raises(FileError, match=r"no title|no sentence"):
        drafted(text)


def test_a_title_is_the_first_line_or_given() -> None:
    """A first line that is a sentence is none; a title that is given may stand there too."""
    with pytest.raises(FileError, match="the first line is no title"):
        drafted("Peace came.\nIt was long.")
    assert ("A–B relations", ["Peace came."]) == (
        drafted("Peace came.", "A–B relations").title,
        shown(drafted("Peace came.", "A–B relations").of("Sentence"), "Peace came."),
    )
    for text in ("A–B relations\nPeace came.\nTrade\nWine.", "A–B relations\nPeace came.\n== Trade ==\nWine."):
        assert ["Peace came.", "Wine."] == shown(drafted(text, "A–B relations").of("Sentence"), text)


@pytest.mark.parametrize("slug", ["", "Graustark", "graustark ruritania", "a--b", "-a", "ä", "a/b", "a>b"])
def test_what_cannot_be_part_of_a_name_is_refused(slug: str) -> None:
    """With a word on what can."""
    with pytest.raises(ParameterError, match=re.escape(f"id is {slug!r}: it takes small letters, digits and hyphens")):
        draft(TEXT, slug)


# ---- what is written


def test_no_sentence_is_written() -> None:
    """Nor an entry's words beyond its title."""
    turtle = drafted().to_turtle()
    assert [] == [words for words in (*SENTENCES, "embassy in Streslau", "owns the vineyards", "Retrieved", "Edelweiss") if words in turtle]


def test_only_facts_are_missing_in_a_draft() -> None:
    """The shapes object to nothing but segments without facts; the states come from the title."""
    text = TEXT.replace("[12]", "")
    found = check([parse_text(drafted(text).to_turtle(), Path("draft.ttl"))])
    silent = [segment for segment in drafted(text).segments if segment.kind != "ReferenceEntry"]
    assert sorted(("s:V27", f"grru:{one.name}") for one in silent) == sorted((one.shape, one.focus) for one in found.of("Violation"))
    assert () == found.of("Warning")


def test_a_marker_of_no_reference_is_told_and_not_written() -> None:
    """And one that nothing cites."""
    turtle = drafted(TEXT.replace("so.[2]", "so.")).to_turtle()
    assert "# s07 has a marker of no reference in the list: 12\n" in turtle
    assert "# no footnote marker cites r02:" in turtle
    cited = {(s.rsplit("/", 1)[1], o.rsplit("/", 1)[1]) for s, p, o in triples(turtle) if p == "dip:cites"}
    assert {("s01", "r01>"), ("s06", "r01>"), ("s06", "r03>")} == cited


def test_a_sentence_with_a_marker_within_is_offered_in_clauses() -> None:
    """Cut behind each marker that words follow; they are comments, and as Turtle conform in place of the sentence's own citations."""
    text = "A–B relations\nWine [1] and timber[2][1] grow.[3]\nPeace[1].\n“War”[2] came[1].\nReferences\n- X\n- Y\n- Z\n"
    found = drafted(text)
    assert [["Wine [1]", "and timber[2][1]", "grow.[3]"], [], ["“War”[2]", "came[1]."]] == [
        shown(one.clauses, text) for one in found.of("Sentence")
    ]
    turtle = found.to_turtle()
    whole = re.sub("^#   ", "", turtle, flags=re.MULTILINE)
    new = triples(whole) - triples(turtle)
    assert {"s01a", "s01b", "s01c", "s03a", "s03b"} == {s.rsplit("/", 1)[1] for s, _, _ in new}
    cited = sorted((s.rsplit("/", 1)[1], o.rsplit("/", 1)[1]) for s, p, o in new if p == "dip:cites")
    assert [("s01a", "r01>"), ("s01b", "r01>"), ("s01b", "r02>"), ("s01c", "r03>"), ("s03a", "r02>"), ("s03b", "r01>")] == cited
    assert {"s:V27"} == {one.shape for one in check([parse_text(whole, Path("draft.ttl"))]).of("Violation")}


def test_a_title_that_names_no_two_states_leaves_them_to_the_editor() -> None:
    """A comment says so."""
    turtle = drafted(TEXT.replace("Graustark–Ruritania relations", "Foreign relations of Graustark")).to_turtle()
    assert "# add schema:about with the two states" in turtle
    assert "schema:about " not in turtle.replace("# add schema:about", "")
    named = drafted(TEXT.replace("Graustark–Ruritania relations", "Guinea-Bissau–Côte d'Ivoire relations")).to_turtle()
    assert "schema:about id:guinea-bissau , id:cote-d-ivoire .\n" in named


def test_a_draft_is_intact_in_its_text_before_it_has_facts(tmp_path: Path) -> None:
    """`kg verify` and `kg coverage` take data in which facts are missing; other commands refuse them."""
    (tmp_path / "data").mkdir()
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")
    run = kg("draft", str(tmp_path / "article.txt"), "--id", "graustark-ruritania", "-o", str(tmp_path / "data" / "relations.ttl"))
    assert (0, "") == (run.returncode, run.stdout)
    verified = kg("verify", "--article", str(tmp_path / "article.txt"), "--data", str(tmp_path / "data"))
    counts = "13 segments: 13 intact, 0 moved, 0 changed, 0 gone; 0 new sentences."
    assert (0, f"Graustark–Ruritania relations. {counts}") == (verified.returncode, " ".join(verified.stdout.split()))
    covered = kg("coverage", "--data", str(tmp_path / "data")).stdout.splitlines()
    first = ["0 of 7 sentences have facts.", "0 facts; 0 of them rest on no reference.", "By voice: none.", "By class: none."]
    assert first == covered[:4]
    with pytest.raises(NotConforming):
        KnowledgeGraph.open(tmp_path / "data")


def test_what_is_wrong_beside_missing_facts_is_still_refused(tmp_path: Path) -> None:
    """By `kg verify` and `kg coverage` too."""
    turtle = drafted().to_turtle().replace("dcterms:creator id:wikipedia-contributors ;", "")
    (tmp_path / "relations.ttl").write_text(turtle, encoding="utf-8")
    with pytest.raises(NotConforming, match="V36 an article has exactly one creator") as caught:
        KnowledgeGraph.open(tmp_path, unfinished=True)
    assert 1 == len(caught.value.violations)


def test_an_unfinished_dataset_is_not_kept(tmp_path: Path) -> None:
    """A second command does not take it for one that conforms."""
    (tmp_path / "relations.ttl").write_text(drafted().to_turtle(), encoding="utf-8")
    assert build(tmp_path, unfinished=True).path is None
    with pytest.raises(NotConforming):
        KnowledgeGraph.open(tmp_path)


# ---- the article itself


def test_the_article_itself_gives_the_segments_that_the_data_have() -> None:
    """Same sections, places, digests, fingerprints and numbers; what the text cannot tell is listed here, and nothing else."""
    text = shared("article.txt").read_text(encoding="utf-8")
    turtle = re.sub("^#   ", "", draft(text, "azerbaijan-kazakhstan").to_turtle(), flags=re.MULTILINE)  # with the clauses that it offers
    new, old = triples(turtle), triples((paths.DATA / "relations.ttl").read_text(encoding="utf-8"))
    added = {(s.removeprefix(ID), p) for s, p, _ in new - old}
    own = "azerbaijan-kazakhstan/"
    languages = {(f"{own}r{number:02}", "dcterms:title") for number in range(1, 17)}
    assert languages | {(f"{own}s11", "dip:cites")} == added
    located = {s for s, p, _ in old if p == "oa:hasSelector"}
    kept = "rdf:type rdfs:label dcterms:isPartOf dip:paragraph schema:position oa:hasSource oa:hasSelector".split()
    kept += "dip:sha256 dip:wordingSha256 dip:fingerprint dip:cites dip:citesThroughQuotation".split()
    lost = {(s.removeprefix(ID + own), p) for s, p, _ in old - new if s in located and p in kept}
    quoted = {(f"s{number}", "dip:citesThroughQuotation") for number in range(14, 21)}
    assert quoted == lost


def test_the_articles_draft_is_intact_in_the_article(tmp_path: Path) -> None:
    """All segments that are no clause."""
    text = shared("article.txt").read_text(encoding="utf-8")
    (tmp_path / "relations.ttl").write_text(draft(text, "azerbaijan-kazakhstan").to_turtle(), encoding="utf-8")
    verification = KnowledgeGraph.open(tmp_path, unfinished=True).verify(text)
    assert (69, ()) == (len(verification.of("intact")), verification.new)


# ---- any text

WORDS = st.text(st.sampled_from("abcXYZ éß“”\"'|.?!:[1]0–-*#=↑&;<>\u00ad\u0301\u200a"), min_size=1, max_size=60)
PARAGRAPHS = st.lists(st.one_of(WORDS, st.lists(st.sampled_from(SENTENCES), min_size=1).map(" ".join)), min_size=1, max_size=6)


@given(PARAGRAPHS)
@example(["He said “more.”“No” was said."])
def test_places_are_in_order_and_have_the_text_whose_digest_is_written(paragraphs: list[str]) -> None:
    """For any paragraphs: no sentence overlaps the one before it, none is empty, and what is written is read again as Turtle."""
    text = "\n".join(["A–B relations", *paragraphs])
    try:
        found = drafted(text)
    except FileError:
        assume(False)
    sentences = found.of("Sentence")
    assert [hashlib.sha256(text[one.start : one.end].encode()).hexdigest() for one in found.segments] == [
        one.sha256 for one in found.segments
    ]
    assert all(one.start < one.end for one in found.segments)
    assert all(one.end <= other.start for one, other in pairwise(sentences))
    written = triples(found.to_turtle())
    assert len(found.segments) == len({s for s, p, _ in written if p == "oa:hasSelector"})
    assert {one.sha256 for one in found.segments} == {o.strip('"') for _, p, o in written if p == shrink(DIP + "sha256")}


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_sentences_that_are_put_together_are_found_again(sentences: list[str], between: str) -> None:
    """Whatever separates them; bars before the first would be of an infobox."""
    text = between.join(["A–B relations", "Peace came.", *sentences])
    assert ["Peace came.", *sentences] == shown(drafted(text).of("Sentence"), text.replace("\r\n", "\n"))


# ---- the command


def kg(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments], input=text, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_command_writes_turtle_and_says_what_it_found() -> None:
    """Turtle to standard output, the numbers to standard error; - reads standard input."""
    run = kg("draft", "-", "--id", "graustark-ruritania", text=TEXT)
    assert (0, drafted().to_turtle().rstrip()) == (run.returncode, run.stdout.rstrip())
    assert f"kg: {drafted().counts()}. Look whether these are all, then add facts where a comment says so.\n" == run.stderr


def test_a_file_with_facts_is_not_replaced(tmp_path: Path) -> None:
    """Nor any other that is there."""
    there = tmp_path / "relations.ttl"
    there.write_text("# my facts\n", encoding="utf-8")
    run = kg("draft", "-", "--id", "graustark-ruritania", "-o", str(there), text=TEXT)
    assert (2, f"kg: {there}: is there already, maybe with facts; name another file, or remove it.\n") == (run.returncode, run.stderr)
    assert "# my facts\n" == there.read_text(encoding="utf-8")


def test_a_text_without_a_title_is_told_with_its_file(tmp_path: Path) -> None:
    """And how to give one."""
    (tmp_path / "a.txt").write_text("Peace came.\n", encoding="utf-8")
    run = kg("draft", str(tmp_path / "a.txt"), "--id", "a-b")
    message = "the first line is no title; put the article's title there, above a blank line, or give it with --title."
    assert (2, f"kg: {tmp_path / 'a.txt'}: {message}\n") == (run.returncode, run.stderr)
    assert f"kg: standard input: {message}\n" == kg("draft", "-", "--id", "a-b", text="Peace came.").stderr
    assert "kg: standard input: is empty.\n" == kg("draft", "-", "--id", "a-b", text="").stderr


def test_the_made_up_pair_has_the_same_properties() -> None:
    """A draft says of a sentence what tests/graustark says, and the two digests that `kg verify` writes."""
    document = parse(Path(__file__).parent / "graustark" / "relations.ttl")
    said = {shrink(t.predicate.value) for t in document.triples if t.subject == ox.NamedNode(f"{ID}graustark-ruritania/s01")}
    draft_says = {p for s, p, _ in triples(drafted().to_turtle()) if s == f"{ID}graustark-ruritania/s01"}
    assert said | {"dip:wordingSha256", "dip:fingerprint"} == draft_says
