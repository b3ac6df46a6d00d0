"""What the elements of a feed mean: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, told apart item by item.

``ItemCollector`` takes the events of either XML reader and keeps the fields of each item as they were written;
``feed_parsing`` makes headlines of them. Publishers mix the formats (Atom links within RSS, Dublin Core dates in
both), so a field is known by its name and the space that it belongs to, not by the document's format.
"""

from __future__ import annotations

import msgspec

MAX_ITEMS = 5_000
"""Items kept of one feed; the largest seen in the wild has 1,100."""

MAX_FIELD = 40_000
"""Characters kept of one field: whole articles come in ``content:encoded``, and only their beginning is shown."""

_SPACES = {
    "": "core",
    "http://purl.org/rss/1.0/": "core",
    "http://my.netscape.com/rdf/simple/0.9/": "core",
    "http://channel.netscape.com/rdf/simple/0.9/": "core",
    "http://backend.userland.com/rss": "core",
    "http://backend.userland.com/rss2": "core",
    "http://blogs.law.harvard.edu/tech/rss": "core",
    "http://cyber.law.harvard.edu/rss/rss.html": "core",
    "http://www.w3.org/2005/atom": "core",
    "http://purl.org/atom/ns#": "core",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "core",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/xhtml": "html",
}
"""What a namespace means to us; any other is ``other``."""

_PREFIXES = {
    "rss": "core", "atom": "core", "rdf": "core", "a10": "core", "dc": "dc", "dcterms": "dc", "content": "content",
    "feedburner": "feedburner", "xhtml": "html",
}  # fmt: skip
"""What a prefix means that the document uses without declaring it."""

ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
"""Elements that a feed begins with."""

_FIELDS = {
    ("core", "title"): "title", ("dc", "title"): "dc_title",
    ("core", "link"): "link", ("feedburner", "origlink"): "original_link",
    ("core", "guid"): "guid", ("core", "id"): "guid", ("dc", "identifier"): "identifier",
    ("core", "pubdate"): "published", ("core", "published"): "published", ("core", "issued"): "published",
    ("dc", "date"): "dc_date", ("dc", "issued"): "dc_date", ("dc", "created"): "dc_date", ("core", "date"): "dc_date",
    ("core", "created"): "dc_date", ("core", "updated"): "updated", ("core", "modified"): "updated",
    ("dc", "modified"): "updated", ("core", "lastbuilddate"): "updated",
    ("core", "author"): "author", ("dc", "creator"): "creator", ("dc", "author"): "creator",
    ("core", "description"): "description", ("core", "summary"): "description", ("dc", "description"): "description",
    ("core", "content"): "content", ("content", "encoded"): "content", ("html", "body"): "content",
    ("core", "source"): "outlet", ("core", "language"): "language", ("dc", "language"): "language",
}  # fmt: skip
"""The field of a child of an item or of the channel."""

_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}
)


class RawItem(msgspec.Struct):
    """The fields of one item as written: markup within, entities of the outer XML resolved."""

    fields: dict[str, str] = msgspec.field(default_factory=dict)
    base: str | None = None
    """``xml:base`` in force."""
    permanent: bool = True
    """Whether the guid may be taken as the address."""
    link_rank: int = 9
    """How good the address is that was found so far; 0 is the best."""


class NotAFeed(Exception):
    """The document begins with an element that no feed begins with; carries its name."""


class ItemCollector:
    """An ``EventHandler`` that keeps the items of a document in order."""

    def __init__(self) -> None:
        self.items: list[RawItem] = []
        self.channel = RawItem()
        self.dropped = 0
        """Items beyond ``MAX_ITEMS``."""
        self.recognised = False
        """A root of a feed was seen."""
        self._elements = 0
        self.first = ""
        """Name of the document's first element while it is not known to be a feed."""
        self._depth = 0
        self._spaces: list[tuple[int, dict[str, str]]] = [(0, {})]
        self._classes: dict[str, tuple[str, str]] = {}
        self._bases: list[tuple[int, str]] = []
        self._stack: list[tuple[int, RawItem]] = []
        self._channel_depth = 1
        self._field: str | None = None
        self._field_depth = 0
        self._chunks: list[str] = []
        self._size = 0
        self._person = False

    # Events

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the beginning of an element."""
        self._depth += 1
        self._elements += 1
        if attributes:
            self._namespaces(attributes)
        space, local = self._classes.get(name) or self._classify(name)
        if not self.recognised:
            self._root(space, local)
            return
        if space == "core" and local in {"item", "entry"}:
            self._begin_item()
            return
        if self._field is not None:
            self._within_field(space, local)
            return
        owner_depth, owner = self._stack[-1] if self._stack else (self._channel_depth, self.channel)
        if self._depth != owner_depth + 1:
            return
        if not self._stack and space == "core" and local == "channel":
            self._channel_depth = self._depth
            return
        target = _FIELDS.get((space, local))
        if target is None:
            if local == "enclosure" and attributes:
                self._offer_link(owner, attributes.get("url", ""), 6)
            return
        if target == "link" and "href" in attributes:
            self._atom_link(owner, attributes)
            return
        if target == "guid":
            owner.permanent = attributes.get("isPermaLink", "true").strip().lower() != "false"
        if target == "content" and "src" in attributes:
            self._offer_link(owner, attributes["src"], 5)
        self._field, self._field_depth = target, self._depth
        self._chunks, self._size, self._person = [], 0, False

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        if self._field is not None and self._depth == self._field_depth:
            self._close_field()
        elif self._depth == self._field_depth + 1 and self._field in {"author", "outlet"}:
            self._person = False
            self._size = MAX_FIELD + 1 if self._field == "outlet" else self._size
        elif self._stack and self._depth == self._stack[-1][0]:
            self._stack.pop()
        elif self._field is not None and name.rpartition(":")[2].lower() in _BLOCKS:
            self._chunks.append(" ")
        while self._spaces[-1][0] == self._depth and len(self._spaces) > 1:
            self._spaces.pop()
            self._classes.clear()
        while self._bases and self._bases[-1][0] == self._depth:
            self._bases.pop()
        self._depth -= 1

    def data(self, text: str) -> None:
        """Take in characters."""
        if self._field is None or self._size > MAX_FIELD:
            return
        if self._field == "author" and not self._person and self._depth > self._field_depth:
            return
        self._chunks.append(text)
        self._size += len(text)

    # Meaning

    def _root(self, space: str, local: str) -> None:
        if local in ROOTS and space in {"core", "other"}:
            self.recognised = True
            self._channel_depth = self._depth
            return
        self.first = self.first or local
        # Some servers wrap a feed into a page: html, body, feed.
        if self._elements >= 3 or local in {"urlset", "sitemapindex", "opml", "svg"}:
            raise NotAFeed(self.first)

    def _begin_item(self) -> None:
        if self._field is not None:
            self._close_field()
        item = RawItem(base=self._bases[-1][1] if self._bases else None)
        self._stack.append((self._depth, item))
        if len(self.items) < MAX_ITEMS:
            self.items.append(item)
        else:
            self.dropped += 1

    def _within_field(self, space: str, local: str) -> None:
        if self._field == "author":
            # Atom's persons have a name, an address and a page; RSS has plain text.
            self._person = local == "name" and space in {"core", "other"}
        elif self._field == "outlet" and space == "core":
            # Atom's source is the head of another feed: only its title counts.
            if local == "title":
                self._chunks, self._size = [], 0
            else:
                self._size = MAX_FIELD + 1
        elif local in _BLOCKS:
            self._chunks.append(" ")

    def _close_field(self) -> None:
        owner = self._stack[-1][1] if self._stack else self.channel
        name, text = self._field, "".join(self._chunks).strip()
        self._field, self._chunks = None, []
        if name is None or not text:
            return
        if name == "link":
            self._offer_link(owner, text, 1)
        elif name == "content":
            # The longer of several contents is the whole one.
            if len(text) > len(owner.fields.get("content", "")):
                owner.fields["content"] = text
        elif name == "author" and name in owner.fields:
            owner.fields[name] = f"{owner.fields[name]}, {text}"
        else:
            owner.fields.setdefault(name, text)

    def _atom_link(self, owner: RawItem, attributes: dict[str, str]) -> None:
        relation = attributes.get("rel", "alternate").strip().lower()
        kind = attributes.get("type", "text/html").partition(";")[0].strip().lower()
        rank = {"alternate": 2, "related": 5, "via": 5, "enclosure": 6}.get(relation.rpartition("/")[2], 9)
        if rank == 2 and kind not in {"text/html", "application/xhtml+xml", ""}:
            rank = 3
        if not self._stack and relation == "self":
            owner.fields.setdefault("self", attributes["href"])
        if rank < 9:
            self._offer_link(owner, attributes["href"], rank)

    def _offer_link(self, owner: RawItem, link: str, rank: int) -> None:
        link = link.strip()
        if link and rank < owner.link_rank:
            owner.fields["link"], owner.link_rank = link, rank
            if self._bases:
                owner.base = self._bases[-1][1]

    # Namespaces

    def _namespaces(self, attributes: dict[str, str]) -> None:
        base = attributes.get("xml:base")
        if base:
            from urllib.parse import urljoin

            outer = self._bases[-1][1] if self._bases else ""
            try:
                self._bases.append((self._depth, urljoin(outer, base.strip())))
            except ValueError:
                self._bases.append((self._depth, outer))
        for name in attributes:
            if name.startswith("xmlns"):
                break
        else:
            return
        declared = {
            name[6:]: _SPACES.get(uri.strip().lower()) or _PREFIXES.get(name[6:].lower(), "other")
            for name, uri in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        if not self.recognised and declared.get("") == "other":
            # A feed's own home-made default namespace: its elements are still the feed's.
            declared[""] = "core"
        if declared:
            self._spaces.append((self._depth, {**self._spaces[-1][1], **declared}))
            self._classes.clear()

    def _classify(self, name: str) -> tuple[str, str]:
        prefix, colon, local = name.rpartition(":")
        known = self._spaces[-1][1]
        named = known.get(prefix) or _PREFIXES.get(prefix.lower(), "other")
        space = named if colon else known.get("", "core")
        found = (space, local.lower())
        if len(self._classes) < 500:
            self._classes[name] = found
        return found
