"""Feeds of every format, in every state, to headlines."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.feed_items import MAX_ITEMS, ItemCollector, NotAFeed
from tui_monitor.sources.feed_parsing import mend, parse_feed
from tui_monitor.sources.feed_xml import Fault, prepare, read_lenient, read_strict
from tui_monitor.sources.parsed_feed import FeedIdentity, ParsedFeed, merge_repeats

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FEED = FeedIdentity("Example", "https://feeds.example.com/news/rss.xml")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "feeds"


def parse(body: str | bytes, content_type: str | None = None, feed: FeedIdentity = FEED) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, content_type, feed, NOW)


def attempt(body: str | bytes, content_type: str | None = None) -> tuple[ParsedFeed | None, str]:
    """Return the feed, or why there is none."""
    try:
        return parse(body, content_type), ""
    except SourceError as error:
        return None, str(error)


def rss(*items: str, head: str = "<title>Example news</title><link>https://example.com/</link>") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{inner}</channel></rss>'


RSS_ITEM = """<title>Ferry line orders ships &amp; docks</title><link>https://example.com/a/1?utm_source=rss&amp;id=7</link>
<guid isPermaLink="false">n-1</guid><pubDate>Mon, 05 Jan 2026 11:18:00 +0800</pubDate>
<author>desk@example.com (Ann Example)</author>
<description><![CDATA[<p>Two <b>ships</b>, one dock.</p>]]></description>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://example.com/"><title>Example RDF</title><link>https://example.com/</link></channel>
<item rdf:about="https://example.com/r/1"><title>Ferry line orders ships &amp; docks</title>
<link>https://example.com/r/1</link><dc:date>2026-01-05T11:18:00+08:00</dc:date><dc:creator>Ann Example</dc:creator>
<description>Two ships, one dock.</description></item></rdf:RDF>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Example Atom</title>
<link rel="self" href="https://feeds.example.com/atom"/><link href="https://example.com/"/>
<entry><title type="html">Ferry line orders ships &amp;amp; docks</title><id>urn:x:1</id>
<link rel="self" href="/self/1"/><link rel="alternate" type="text/html" href="https://example.com/t/1"/>
<author><name>Ann Example</name><email>a@example.com</email><uri>https://example.com/ann</uri></author>
<published>2026-01-05T03:18:00.123456789Z</published><updated>2026-01-05T04:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Two <b>ships</b>, one dock.</p></div></content>
</entry></feed>"""

ATOM03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old Atom</title>
<entry><title>Ferry line orders ships &amp; docks</title><link rel="alternate" href="https://example.com/o/1"/>
<issued>2026-01-05T03:18:00Z</issued><modified>2026-01-05T04:00:00Z</modified><author><name>Ann Example</name></author>
<summary>Two ships, one dock.</summary></entry></feed>"""

RSS091 = """<rss version="0.91"><channel><title>Old RSS</title><link>https://example.com/</link>
<item><title>Ferry line orders ships &amp; docks</title><link>https://example.com/n/1</link>
<description>Two ships, one dock.</description></item></channel></rss>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Example JSON",
    "home_page_url": "https://example.com/",
    "items": [
        {
            "id": "j1",
            "url": "https://example.com/j/1",
            "title": "Ferry line orders ships & docks",
            "content_html": "<p>Two <b>ships</b>, one dock.</p>",
            "date_published": "2026-01-05T11:18:00+08:00",
            "authors": [{"name": "Ann Example"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (rss(RSS_ITEM), "https://example.com/a/1?utm_source=rss&id=7"),
        (RDF, "https://example.com/r/1"),
        (ATOM, "https://example.com/t/1"),
        (ATOM03, "https://example.com/o/1"),
        (json.dumps(JSON_FEED), "https://example.com/j/1"),
    ],
    ids=["rss2", "rdf", "atom1", "atom03", "json"],
)
def test_every_format_gives_the_same_headline(body: str, link: str) -> None:
    (headline,) = parse(body).entries
    assert headline.title == "Ferry line orders ships & docks"
    assert headline.url == link
    assert headline.published is not None
    assert headline.published.replace(microsecond=0) == datetime(2026, 1, 5, 3, 18, tzinfo=UTC)
    assert headline.author == "Ann Example"
    assert headline.summary.replace(" ,", ",") == "Two ships, one dock."
    assert headline.source == "Example"
    assert headline.language == "en"
    assert not headline.clamped


def test_rss_091_without_dates_is_undated_and_not_now() -> None:
    (headline,) = parse(RSS091).entries
    assert headline.published is None
    assert headline.received == NOW
    assert headline.sort_time == NOW


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>/b/2</link>", "https://feeds.example.com/b/2"),
        ("<link>b/2</link>", "https://feeds.example.com/news/b/2"),
        ("<link>//cdn.example.com/b</link>", "https://cdn.example.com/b"),
        ('<guid isPermaLink="true">https://example.com/g</guid>', "https://example.com/g"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>file:///etc/passwd</link>", None),
        ("<link>https://user:pw@example.com/</link>", None),
        (
            '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="https://example.com/at"/>',
            "https://example.com/at",
        ),
        ("<link>https://example.com/新聞</link>", "https://example.com/%E6%96%B0%E8%81%9E"),
        ("<link>https://exаmple.com/x</link>", "https://xn--exmple-4nf.com/x"),
        ('<enclosure url="https://example.com/audio.mp3"/>', "https://example.com/audio.mp3"),
    ],
)
def test_links(item: str, expected: str | None) -> None:
    assert parse(rss("<title>t</title>" + item)).entries[0].url == expected


def test_xml_base_and_the_channel_link_resolve_relative_links() -> None:
    body = ATOM.replace("<feed ", '<feed xml:base="https://base.example.com/dir/" ').replace(
        "https://example.com/t/1", "t/1"
    )
    assert parse(body).entries[0].url == "https://base.example.com/dir/t/1"
    offline = parse(rss("<title>t</title><link>/x</link>"), feed=FeedIdentity("file"))
    assert offline.entries[0].url == "https://example.com/x"


def test_future_dates_are_clamped_and_marked_but_a_fast_clock_is_not() -> None:
    def dated(moment: datetime) -> str:
        return f"<title>t{moment}</title><pubDate>{moment.strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate>"

    late, fast, past = parse(
        rss(dated(NOW + timedelta(days=3)), dated(NOW + timedelta(minutes=4)), dated(NOW - timedelta(minutes=4)))
    ).entries
    assert (late.published, late.clamped) == (NOW, True)
    assert (fast.published, fast.clamped) == (NOW, False)
    assert (past.published, past.clamped) == (NOW - timedelta(minutes=4), False)


def test_identity_is_the_address_without_tracking() -> None:
    def ident(link: str, guid: str = "g") -> str:
        return parse(rss(f"<title>t</title><link>{link}</link><guid>{guid}</guid>")).entries[0].id

    same = {
        ident("https://example.com/a?id=1"),
        ident("http://www.EXAMPLE.com/a?id=1&amp;utm_source=x&amp;utm_medium=rss", "other"),
        ident("https://example.com/a?guccounter=1&amp;id=1&amp;.tsrc=rss#top"),
        ident("https://example.com:443/a/?id=1"),
    }
    assert len(same) == 1
    assert ident("https://example.com/a?id=2") not in same
    assert ident("https://example.com/A?id=1") not in same


def test_identity_without_a_usable_address_is_the_guid_then_the_title() -> None:
    first, second, third, fourth = parse(
        rss(
            "<title>a</title><guid isPermaLink='false'>g1</guid>",
            "<title>a, edited</title><guid isPermaLink='false'>g1</guid>",
            "<title>a</title>",
            "<title>b</title><link>https://example.com/</link>",
        )
    ).entries
    assert first.id == second.id
    assert len({first.id, third.id, fourth.id}) == 3


def test_an_address_that_stands_under_several_titles_names_no_story() -> None:
    feed = parse(rss(*(f"<title>story {n}</title><link>https://example.com/quote/AB</link>" for n in range(3))))
    assert len({one.id for one in feed.entries}) == 3
    swapped = parse(rss(*(f"<title>story {n}</title><link>https://example.com/quote/AB</link>" for n in (2, 1, 0))))
    assert {one.id for one in feed.entries} == {one.id for one in swapped.entries}


def test_repeats_are_merged_and_told() -> None:
    feed = parse(rss(*["<title>a</title><link>https://example.com/1</link>"] * 3, "", "<title>b</title>"))
    assert len(feed.entries) == 5
    kept, notes = merge_repeats(feed.entries)
    assert [one.title for one in kept] == ["a", "b"]
    assert notes == ("2 repeated items were merged", "1 items without title and address were left out")


def test_a_title_is_made_of_the_text_where_there_is_none() -> None:
    (headline,) = parse(rss("<description>&lt;p&gt;Just a few words.&lt;/p&gt;</description>")).entries
    assert headline.title == "Just a few words."


def test_an_aggregators_outlet_moves_from_the_title_to_the_author() -> None:
    (headline,) = parse(
        rss('<title>Rates fall - Outlet</title><source url="https://o.example">Outlet</source>')
    ).entries
    assert (headline.title, headline.author) == ("Rates fall", "Outlet")


def test_media_and_nested_feeds_do_not_take_the_items_fields() -> None:
    body = """<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><title>c</title>
    <image><title>logo</title><link>https://example.com/logo</link></image>
    <item><media:group><media:title>caption</media:title></media:group><media:title>caption</media:title>
    <title>real</title><link>https://example.com/1</link></item></channel></rss>"""
    feed = parse(body)
    assert feed.title == "c"
    assert feed.entries[0].title == "real"
    atom = ATOM.replace("</entry>", "<source><id>s</id><title>Other feed</title></source></entry>")
    assert parse(atom).entries[0].title == "Ferry line orders ships & docks"


def test_names_and_prefixes_that_are_not_declared_as_they_should() -> None:
    prefixed = ATOM.replace('xmlns="', 'xmlns:a="').replace("<feed", "<a:feed").replace("</feed", "</a:feed")
    for name in ("title", "link", "entry", "id", "author", "name", "published"):
        prefixed = prefixed.replace(f"<{name}", f"<a:{name}").replace(f"</{name}", f"</a:{name}")
    assert parse(prefixed).entries[0].url == "https://example.com/t/1"
    undeclared = "<rss><channel><item><title>t</title><dc:date>2026-01-05</dc:date></item></channel></rss>"
    assert parse(undeclared).entries[0].published == datetime(2026, 1, 5, tzinfo=UTC)


# Damage


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (rss("<title>A & B</title>", "<title>C</title>"), ["A & B", "C"]),
        (rss("<title>Caf&eacute; &nbsp;bar</title>"), ["Café bar"]),
        (rss("<title>a<link>https://e.example/1</link>", "<title>b</title>"), ["a", "b"]),
        (rss("<title>a</b></title>", "<title>b</title>"), ["a", "b"]),
        (rss("<title>one</title>", "<title>two</title>").partition("tle>two")[0], ["one", ""]),
        (rss("<title>one</title>").partition("tle></item>")[0], ["one"]),
        ("<rss><channel><item><title><![CDATA[cut", ["cut"]),
        ("<rss><channel><item><title>cut", ["cut"]),
        ("junk before <rss><channel><item><title>t</title></item></channel></rss>", ["t"]),
        ('<?xml?xml version="1.0" ??><rss v=2.0><rss:channel><rss:item><rss:title>t</rss:title></rss>', ["t"]),
        (rss("<title>a\x00\x0bb\x1b[31m</title>"), ["ab[31m"]),
        (rss("<title>q &#0; &#xFFFF; &#55296; &#99999999; x</title>"), ["q x"]),
        (rss('<title>t</title><media:content url="a"b"/>', "<title>u</title>"), ["t", "u"]),
        ("<RSS><Channel><Item><Title>caps</Title></Item></Channel></RSS>", ["caps"]),
        (rss("<title>don&#146;t</title>"), ["don’t"]),
        (rss("<title>It\u00e2\u0080\u0099s caf\u00c3\u00a9</title>"), ["It’s café"]),
        (rss("<title>donâ€™t</title>"), ["don’t"]),
        (rss("<title>[bold]x[/] \u202eevil \u001b]8;;x</title>"), ["[bold]x[/] evil ]8;;x"]),
    ],
)  # fmt: skip
def test_damaged_feeds_give_all_their_items(body: str, titles: list[str]) -> None:
    assert [one.title for one in parse(body).entries] == titles


def test_html_that_is_not_escaped_stays_within_its_item() -> None:
    body = rss("<title>a</title><description><p>one<br>two<p>three<img src=x></description>", "<title>b</title>")
    first, second = parse(body).entries
    assert (first.title, second.title) == ("a", "b")
    assert first.summary == "one two three"


def test_mending_leaves_right_text_alone() -> None:
    for text in ("Ã la carte", "騰訊", "naïve café – “quoted”", "€5 · £4", "Société Générale"):
        assert mend(text) == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"just words", "plain text"),
        (b"<!DOCTYPE html><html><head><title>x</title></head><body><p>hi</p></body></html>", "web page"),
        (b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>', "/feed.xml"),
        (b'<?xml version="1.0"?><urlset><url><loc>https://e.example/</loc></url></urlset>', "sitemap"),
        (b'<opml version="2.0"><body/></opml>', "list of feeds"),
        (b"<note><to>x</to><from>y</from><body>z</body></note>", "<note>"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "broken JSON"),
        (b'{"error": "no"}', "no JSON Feed"),
        (b"[1, 2]", "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "title": [], "items": []}', "title"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"<a><b><c><d><e>", "<a>"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a feed"),
        (b"%PDF-1.7 <</Type /Catalog>> stream", "not a feed"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(body)
    assert caught.value.kind is FailureKind.MALFORMED
    assert reason in str(caught.value)


def test_an_empty_feed_is_no_failure() -> None:
    assert parse(rss()).entries == ()
    assert parse(rss()).title == "Example news"
    assert parse('<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>').entries == ()


# Attacks


def titled(title: str) -> str:
    return f"<rss><channel><item><title>{title}</title></item></channel></rss>"


def bomb() -> str:
    lines = ['<!ENTITY a "ha">', *(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))]
    return f"<?xml version='1.0'?><!DOCTYPE rss [{''.join(lines)}]>{titled('&j;')}"


@pytest.mark.parametrize(
    "body",
    [
        bomb(),
        bomb().replace("<rss>", "<rss><broken & >"),
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + titled("&x;"),
        '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://e.example/p">%p;]><rss><channel/></rss>',
        f'<!DOCTYPE rss [<!ENTITY x "{"y" * 5000}">]>' + titled("&x;" * 100),
    ],
)
def test_entities_that_expand_are_refused(body: str) -> None:
    begin = time.process_time()
    with pytest.raises(SourceError, match="entities"):
        parse(body)
    assert time.process_time() - begin < 1


def test_entities_that_name_a_letter_are_read() -> None:
    body = '<!DOCTYPE rss [<!ENTITY eacute "&#233;">]>' + titled("caf&eacute;")
    assert parse(body).entries[0].title == "café"
    assert parse(body.replace("<channel>", "<channel>& ")).entries[0].title == "café"


@pytest.mark.parametrize("close", [True, False])
def test_deep_nesting_is_refused(close: bool) -> None:
    body = "<rss><channel>" + "<a>" * 100_000 + ("</a>" * 100_000 + "</channel></rss>" if close else "")
    with pytest.raises(SourceError, match="nested"):
        parse(body)


def test_a_flood_of_attributes_is_refused() -> None:
    flood = " ".join(f'a{n}="1"' for n in range(2_000))
    with pytest.raises(SourceError, match="attributes"):
        parse(f"<rss><channel><item {flood}/></channel></rss>")


def test_json_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(SourceError, match="broken JSON"):
        parse('{"version":"https://jsonfeed.org/version/1","items":' + "[" * 200_000)


def test_sizes_are_limited() -> None:
    with pytest.raises(SourceError) as caught:
        parse(b"<rss>" + b" " * (5 * 1024 * 1024))
    assert caught.value.kind is FailureKind.TOO_LARGE
    with pytest.raises(SourceError) as caught:
        parse(gzip.compress(b"<rss>" + b" " * (17 * 1024 * 1024)))
    assert caught.value.kind is FailureKind.TOO_LARGE


def test_a_flood_of_items_is_cut_and_told() -> None:
    feed = parse("<rss><channel>" + "<item/>" * (MAX_ITEMS + 5) + "</channel></rss>")
    assert len(feed.entries) == MAX_ITEMS
    assert any("5 items" in note for note in feed.notes)


@pytest.mark.parametrize(
    "piece",
    ["<", "<item", "<item><title>", "<!--", "<![CDATA[", "&", "<a b='", '<a b="', "<?", "<!DOCTYPE", "</", "<a b=c ",
     "]]>", "<item a='>' ", "<p>", "<br>"],
)  # fmt: skip
def test_damage_without_end_takes_no_more_than_its_size(piece: str) -> None:
    body = "<rss><channel>" + piece * (400_000 // len(piece))
    begin = time.process_time()
    _, reason = attempt(body)
    assert time.process_time() - begin < 2
    assert reason == "" or "refused" in reason


# Two readers, one meaning


_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)


@given(st.lists(st.tuples(_texts, _texts, st.booleans()), max_size=6))
@settings(max_examples=200)
def test_both_readers_see_the_same_in_well_formed_feeds(items: list[tuple[str, str, bool]]) -> None:
    from xml.sax.saxutils import escape

    body = prepare(
        rss(
            *(
                f"<title>{escape(title)}</title>"
                + (
                    f"<description><![CDATA[{text.replace(']]', ')')}]]></description>"
                    if raw
                    else f"<description>{escape(text)}</description>"
                )
                + f"<link>https://e.example/{number}</link><!-- {number} -->"
                for number, (title, text, raw) in enumerate(items)
            )
        )
    )
    strict, lenient = ItemCollector(), ItemCollector()
    read_strict(body, strict)
    read_lenient(body, lenient)
    assert [one.fields for one in strict.items] == [one.fields for one in lenient.items]
    assert strict.channel.fields == lenient.channel.fields


@given(st.binary(max_size=300) | st.text(alphabet="<>/!?-[]CDATA&;\"'= rsitemlnk", max_size=200).map(str.encode))
@settings(max_examples=500)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    feed, _ = attempt(b"<rss><channel><item>" + body)
    assert feed is None or len(feed.entries) >= 1
    feed, reason = attempt(body)
    assert (feed is None) == bool(reason)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_feed_keeps_its_items(data: st.DataObject) -> None:
    body = rss(*(f"<title>story {n}</title><link>https://e.example/{n}</link>" for n in range(4)))
    place = data.draw(st.integers(100, len(body) - 1))
    junk = data.draw(st.sampled_from(["&", "<", "</title>", "\x00", "&nbsp;", "<b>", '"', ""]))
    cut = data.draw(st.integers(0, 1))
    feed = parse(body[:place] + junk + body[place + cut :])
    assert len(feed.entries) >= 3


def test_feedparser_agrees_on_what_is_well_formed() -> None:
    import feedparser

    for body in (rss(RSS_ITEM, "<title>二</title><link>https://example.com/2</link>"), RDF, ATOM, ATOM03, RSS091):
        theirs = feedparser.parse(body.encode())
        ours = parse(body)
        assert len(theirs.entries) == len(ours.entries)
        for one, other in zip(ours.entries, theirs.entries, strict=True):
            assert one.title == other.title.replace("&amp;", "&")
            assert one.url == other.link
            if one.published is not None:
                stamp = other.get("published_parsed") or other.updated_parsed
                assert one.published.timetuple()[:6] == stamp[:6]


def test_strict_reading_stops_at_faults_and_at_other_documents() -> None:
    with pytest.raises(Fault):
        read_strict("<rss><channel></rss>", ItemCollector())
    with pytest.raises(NotAFeed):
        read_strict("<html><body><p/></body></html>", ItemCollector())


# The real thing


def _index() -> list[dict[str, object]]:
    path = SHARED / "index.json"
    if not path.exists():
        return []
    files: list[dict[str, object]] = json.loads(path.read_bytes())["files"]
    return files


def test_every_real_feed_gives_the_items_that_its_index_lists_in_time() -> None:
    files = _index()
    if not files:
        pytest.skip("the corpus of real feeds is not beside this checkout")
    wrong = []
    octets, seconds = 0, 0.0
    for entry in files:
        body = (SHARED / str(entry["file"])).read_bytes()
        begin = time.process_time()
        feed, reason = attempt(body, entry["ctype"] if isinstance(entry["ctype"], str) else None)
        took = time.process_time() - begin
        count = len(feed.entries) if feed is not None else 0
        assert feed is not None or reason.startswith("not a feed")
        octets, seconds = octets + len(body), seconds + took
        # The index counts tags of XML; a JSON Feed has none.
        expected = 2 if entry["file"] == "libs/ffp_json_feed_sample.json" else entry["expected"]
        if count != expected:
            wrong.append((entry["file"], count, expected))
        if len(body) > 100_000:
            assert took / len(body) * 1e6 < 0.5, entry["file"]
    assert wrong == []
    assert seconds / octets * 1e6 < 0.25


def test_packed_bodies_are_unpacked() -> None:
    body = rss("<title>t</title>").encode()
    for packed in (gzip.compress(body), zlib.compress(body), gzip.compress(gzip.compress(body))):
        assert parse(packed).entries[0].title == "t"
