from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_diff import Side, differences, edits_between
from tui_monitor.domain.watchlist_edits import (
    Add,
    DeleteList,
    Edit,
    Move,
    MoveList,
    NewList,
    Remove,
    Rename,
    ReplaceAll,
    SetCurrency,
    SetNote,
    SetPosition,
    SetTags,
    SetUnverified,
    Several,
    SortOnce,
    apply,
    rebase,
)
from tui_monitor.domain.watchlist_rules import check_lists


def entries(*symbols: str) -> tuple[Entry, ...]:
    return tuple(Entry(symbol=symbol) for symbol in symbols)


BASE = Watchlists(
    (
        Watchlist(name="mine", entries=entries("A", "B", "C", "D"), currency="HKD"),
        Watchlist(name="other", entries=(Entry(symbol="X", note="n", tags=("t",), quantity=2.0, cost=3.0),)),
        Watchlist(name="empty"),
    )
)


def symbols(lists: Watchlists, name: str = "mine") -> str:
    found = lists.named(name)
    assert found is not None
    return "".join(found.symbols)


@pytest.mark.parametrize(
    ("edit", "mine", "other"),
    [
        (Add("mine", entries("E", "F")), "ABCDEF", "X"),
        (Add("mine", entries("E"), 0), "EABCD", "X"),
        (Add("mine", entries("E"), 99), "ABCDE", "X"),
        (Remove("mine", ("D", "A")), "BC", "X"),
        (Move("mine", ("A",), 2), "BCAD", "X"),
        (Move("mine", ("D", "B"), 0), "BDAC", "X"),
        (Move("mine", ("C",), -5), "CABD", "X"),
        (Move("mine", ("D", "A"), 0, "other"), "BC", "ADX"),
        (Move("other", ("X",), 1, "mine"), "AXBCD", ""),
        (SortOnce("mine", ("D", "C")), "DCAB", "X"),
        (SortOnce("mine", ("Z", "B")), "BACD", "X"),
        (Several((Remove("mine", ("A",)), Add("mine", entries("A")))), "BCDA", "X"),
    ],
)
def test_edits_of_order_and_membership(edit: Edit, mine: str, other: str) -> None:
    after, inverse = apply(BASE, edit)
    assert (symbols(after), symbols(after, "other")) == (mine, other)
    back, again = apply(after, inverse)
    assert back == BASE
    assert apply(back, again)[0] == after


def test_fields_are_set_for_several_at_once_and_taken_back_exactly() -> None:
    marked, _ = apply(BASE, SetNote("mine", ("B",), "old"))
    for edit, attribute, value in (
        (SetNote("mine", ("A", "B"), "new"), "note", "new"),
        (SetTags("mine", ("A", "B"), ("chips", "ai")), "tags", ("chips", "ai")),
        (SetPosition("mine", ("A", "B"), 100.0, 50.5, "HKD"), "cost", 50.5),
        (SetUnverified("mine", ("A", "B"), True), "unverified", True),
    ):
        after, inverse = apply(marked, edit)
        one = after.lists[0]
        assert [getattr(entry, attribute) for entry in one.entries[:2]] == [value, value]
        assert one.entries[2:] == BASE.lists[0].entries[2:]
        assert apply(after, inverse)[0] == marked


def test_lists_are_made_renamed_moved_and_deleted() -> None:
    after, inverse = apply(BASE, NewList("chips", entries("SMIC"), "USD", 1))
    assert [one.name for one in after.lists] == ["mine", "chips", "other", "empty"]
    assert apply(after, inverse)[0] == BASE
    after, inverse = apply(BASE, Rename("mine", "Mine"))
    assert [one.name for one in after.lists] == ["Mine", "other", "empty"]
    assert apply(after, inverse)[0] == BASE
    after, inverse = apply(BASE, DeleteList("other"))
    assert after.named("other") is None
    assert apply(after, inverse)[0] == BASE
    after, inverse = apply(BASE, MoveList("empty", 0))
    assert [one.name for one in after.lists] == ["empty", "mine", "other"]
    assert apply(after, inverse)[0] == BASE
    after, inverse = apply(BASE, SetCurrency("mine", None))
    assert after.lists[0].currency is None
    assert apply(after, inverse)[0] == BASE


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (Add("mine", entries("E", "B")), 'B is in "mine" already, at place 2.'),
        (Add("mine", entries("E", "E")), 'E is in "mine" already, at place 5.'),
        (Add("mine", ()), "There is nothing to add."),
        (Add("mine", entries("a b")), '"a b" is no symbol.'),
        (Add("mine", entries("700")), '"700" is no symbol.'),
        (Add("none", entries("E")), 'There is no list named "none".'),
        (
            Add("mine", entries(*(f"S{n}" for n in range(5000)))),
            '"mine" would have 5004 symbols; a list has at most 5000.',
        ),
        (Remove("mine", ("A", "Z")), 'Z is not in "mine".'),
        (Remove("mine", ()), "No symbol is named."),
        (Move("mine", ("A",), 0, "none"), 'There is no list named "none".'),
        (Rename("mine", "Other"), 'There is a list named "other" already.'),
        (Rename("mine", " x"), 'A list cannot be named so; "x" would do.'),
        (Rename("mine", "\x1b"), "A list needs a name."),
        (Rename("mine", "x" * 41), "A list's name has at most 40 characters."),
        (NewList("MINE"), 'There is a list named "mine" already.'),
        (NewList("n", entries("A", "A")), 'A stands twice in "n".'),
        (SetNote("mine", ("A",), "a\nb"), "The note of A is not one plain line of at most 300 characters."),
        (SetTags("mine", ("A",), ("x", "x")), "A may have at most 12 tags, each once."),
        (SetTags("mine", ("A",), ("",)), "A tag of A is not 1 to 24 plain characters without a comma."),
        (SetPosition("mine", ("A",), float("nan")), "The quantity of A is not a number within bounds."),
        (SetPosition("mine", ("A",), 1.0, -1.0), "The cost of A is negative."),
        (SetPosition("mine", ("A",), 1.0, 1.0, "dollar"), '"dollar" is no currency code such as HKD.'),
        (SetCurrency("mine", "H$D"), '"H$D" is no currency code such as HKD.'),
    ],
)
def test_what_cannot_be_done_is_one_sentence(edit: Edit, told: str) -> None:
    with pytest.raises(WatchlistError) as caught:
        apply(BASE, edit)
    assert str(caught.value) == told


def test_there_are_at_most_a_hundred_lists() -> None:
    lists = Watchlists(tuple(Watchlist(name=f"l{n}") for n in range(100)))
    with pytest.raises(WatchlistError, match="at most 100 lists"):
        apply(lists, NewList("one more"))


@pytest.mark.parametrize(
    ("edit", "mine"),
    [
        (Add("mine", entries("E", "B")), "ABCDE"),
        (Remove("mine", ("A", "Z")), "BCD"),
        (Move("mine", ("Z", "D"), 0), "DABC"),
        (SetNote("mine", ("Z", "A"), "x"), "ABCD"),
        (Several((Remove("none", ("A",)), Remove("mine", ("B",)))), "ACD"),
    ],
)
def test_rebase_does_what_is_still_possible(edit: Edit, mine: str) -> None:
    done = rebase(BASE, edit)
    assert done is not None
    assert symbols(done[0]) == mine
    assert apply(*done)[0] == BASE


@pytest.mark.parametrize(
    "edit", [Add("mine", entries("A")), Remove("none", ("A",)), Remove("mine", ("Z",)), NewList("mine"), Several(())]
)
def test_rebase_of_the_impossible_is_nothing(edit: Edit) -> None:
    assert rebase(BASE, edit) is None


names = st.sampled_from(["mine", "other", "empty", "new", "none"])
codes = st.sampled_from(["A", "B", "C", "D", "E", "X", "0700.HK", "^HSI", "GC=F"])
some = st.lists(codes, min_size=1, max_size=4).map(tuple)
index = st.integers(-2, 8)
fresh = st.builds(
    Entry,
    symbol=codes,
    note=st.sampled_from(["", "note", "騰訊"]),
    tags=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    quantity=st.none() | st.floats(-1e6, 1e6),
)
simple = st.one_of(
    st.builds(Add, names, st.lists(fresh, min_size=1, max_size=3).map(tuple), st.none() | index),
    st.builds(Remove, names, some),
    st.builds(Move, names, some, index, st.none() | names),
    st.builds(SetNote, names, some, st.sampled_from(["", "x"])),
    st.builds(SetTags, names, some, st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple)),
    st.builds(SetPosition, names, some, st.none() | st.floats(-1e6, 1e6), st.none() | st.floats(0, 1e6)),
    st.builds(SetUnverified, names, some, st.booleans()),
    st.builds(SortOnce, names, some),
    st.builds(Rename, names, names),
    st.builds(SetCurrency, names, st.sampled_from([None, "HKD"])),
    st.builds(NewList, names, st.lists(fresh, max_size=2).map(tuple), st.none(), st.none() | index),
    st.builds(DeleteList, names),
    st.builds(MoveList, names, index),
)
edits = st.one_of(simple, st.builds(Several, st.lists(simple, min_size=1, max_size=3).map(tuple)))


@settings(max_examples=300, deadline=None)
@given(st.lists(edits, max_size=25))
def test_undoing_everything_restores_exactly_and_every_state_is_valid(sequence: list[Edit]) -> None:
    lists = BASE
    undo: list[tuple[Watchlists, Edit]] = []
    for edit in sequence:
        try:
            after, inverse = apply(lists, edit)
        except WatchlistError:
            continue
        check_lists(after)
        undo.append((lists, inverse))
        lists = after
    redo: list[tuple[Watchlists, Edit]] = []
    for before, inverse in reversed(undo):
        redo.append((lists, apply(lists, inverse)[1]))
        lists = apply(lists, inverse)[0]
        assert lists == before
    for after, edit in reversed(redo):
        lists = apply(lists, edit)[0]
        assert lists == after


@settings(max_examples=200, deadline=None)
@given(st.lists(edits, max_size=10), edits)
def test_rebase_never_raises_and_its_inverse_restores(others: list[Edit], edit: Edit) -> None:
    lists = BASE
    for other in others:
        done = rebase(lists, other)
        if done is not None:
            lists = done[0]
    done = rebase(lists, edit)
    if done is None:
        with pytest.raises(WatchlistError):
            apply(lists, edit)
    else:
        check_lists(done[0])
        assert apply(*done)[0] == lists


def test_differences_are_named_by_list_and_symbol() -> None:
    theirs, _ = apply(BASE, Several((SetNote("mine", ("A",), "x"), Remove("mine", ("B",)), Add("mine", entries("E")))))
    theirs, _ = apply(theirs, Several((DeleteList("other"), NewList("new"))))
    found = [(one.list, one.symbol, one.side) for one in differences(BASE, theirs)]
    assert found == [
        ("mine", "A", Side.BOTH),
        ("mine", "B", Side.MINE),
        ("mine", "E", Side.THEIRS),
        ("other", None, Side.MINE),
        ("new", None, Side.THEIRS),
    ]
    assert differences(BASE, BASE) == ()
    sorted_lists, _ = apply(BASE, SortOnce("mine", ("D",)))
    assert [(one.list, one.symbol) for one in differences(BASE, sorted_lists)] == [("mine", None)]
    moved, _ = apply(BASE, MoveList("empty", 0))
    assert len(differences(BASE, moved)) == 3


def test_taking_other_lists_is_one_step_back() -> None:
    other = Watchlists((Watchlist(name="only"),))
    after, inverse = apply(BASE, ReplaceAll(other))
    assert after == other
    assert apply(after, inverse)[0] == BASE


@settings(max_examples=200, deadline=None)
@given(st.lists(edits, max_size=12), st.lists(edits, max_size=12))
def test_the_edits_between_two_states_make_one_of_the_other(first: list[Edit], second: list[Edit]) -> None:
    states = []
    for sequence in (first, second):
        lists = BASE
        for edit in sequence:
            done = rebase(lists, edit)
            lists = done[0] if done is not None else lists
        states.append(lists)
    before, after = states
    between = edits_between(before, after)
    if before == after:
        assert between.edits == ()
    else:
        assert apply(before, between)[0] == after


def test_changes_of_both_sides_are_merged() -> None:
    mine, _ = apply(BASE, Several((Add("mine", entries("E")), SetNote("mine", ("A",), "mine"))))
    theirs, _ = apply(
        BASE, Several((Remove("mine", ("B",)), Rename("other", "named"), SetTags("mine", ("A",), ("t",))))
    )
    done = rebase(theirs, edits_between(BASE, mine))
    assert done is not None
    assert symbols(done[0]) == "ACDE"
    assert done[0].lists[0].entries[0] == Entry(symbol="A", note="mine", tags=("t",))
    assert [one.name for one in done[0].lists] == ["mine", "named", "empty"]
