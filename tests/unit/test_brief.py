"""The brief: true on the model day, and every number of it worked out again on generated histories."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tui_monitor.analysis.brief import MOST_WORDS, Part, Sentence, Subject, count_words, statements, write
from tui_monitor.analysis.brief_en import say as english
from tui_monitor.analysis.brief_zh import sayer
from tui_monitor.analysis.claims import ClaimId
from tui_monitor.cli.commands.brief import command
from tui_monitor.cli.main import run
from tui_monitor.domain.instrument import Instrument
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.reference import Measure, Reference, ReferenceFigure
from tui_monitor.domain.series import DailyBar
from tui_monitor.domain.universe import Member, Universe
from tui_monitor.engine.weekly_hours import ordinary_weeks
from tui_monitor.services.index_story import Facts, build_board

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


@cache
def of_the_model_day(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(command, ["--from-recording", "demo", "--format", "json", *arguments])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("lang", ["en", "zh", "zh-Hans"])
def test_the_model_day_says_what_the_day_was(lang: str) -> None:
    found = of_the_model_day("--lang", lang)
    text = found["text"]
    facts = {
        "en": [
            "rose 4.2% to 6,334 on Wednesday, its strongest close since 25 November 2021.",
            "on course for a 7th straight weekly gain", "up 41.8% for the year",
            "would have to rise 72.8% to regain its record close of 17 February 2021",
            "26 rose and 3 fell", "Baidu led with a gain of 16.0%", "Alibaba (5.3%", "SMIC (7.0%", "JD.com (4.4%",
            "first of 7 gauges", "MSCI Asia ex Japan was nearly flat",
            "21.0 times projected earnings, below its five-year average of 23.3 and the Nasdaq 100's 27.0",
            "Arete raised Baidu's US line to buy from sell", "CATL was upgraded",
            "Goldman Sachs raised its Alibaba target to $179 from $163",
            "Federal Reserve", "3.2 billion dollar convertible",
        ],
        "zh": [
            "恒生科技指數週三收報6,334點，升4.2%，創2021年11月25日以來最高收市。", "勢將連升7週", "年初至今升41.8%",
            "須升72.8%方可收復2021年2月17日的收市紀錄", "26隻上升、3隻下跌", "百度領升，升16.0%", "中芯（升7.0%",
            "居首", "大致持平", "21.0倍，低於五年平均的23.3倍及納指100的27.0倍",
            "Arete將百度美股評級由「沽售」上調至「買入」", "寧德時代獲上調評級",
            "高盛將阿里目標價由163美元上調至179美元",
        ],
        "zh-Hans": [
            "恒生科技指数周三收报6,334点，涨4.2%，创2021年11月25日以来最高收盘。", "势将连涨7周", "百度领涨，涨16.0%",
            "Arete将百度美股评级由「卖出」上调至「买入」",
        ],
    }[lang]  # fmt: skip
    for fact in facts:
        assert fact in text
    assert text.startswith({"en": "The Hang Seng TECH Index rose"}.get(lang, "恒生科技指"))
    assert found["words"] <= MOST_WORDS
    if lang == "en":
        assert len(re.findall(r"\S+", text)) <= MOST_WORDS


def _numbers_in(value: Any) -> set[float]:
    """Return every number within inputs, dates by their parts, clocks by theirs."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int | float):
        return {abs(float(value))}
    if isinstance(value, str):
        return {float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", value)}
    items = value.values() if isinstance(value, dict) else value
    return set().union(*(_numbers_in(one) for one in items)) if items else set()


@pytest.mark.parametrize("lang", ["en", "zh", "zh-Hans"])
@pytest.mark.parametrize("at", ["10:00", "11:00", "14:20", "16:30"])
def test_each_sentence_has_the_numbers_that_it_states(lang: str, at: str) -> None:
    found = of_the_model_day("--lang", lang, "--at", at)
    assert found["provisional"] is (at != "16:30")
    for sentence in found["sentences"]:
        known = _numbers_in([claim["inputs"] for claim in sentence["claims"]]) | _numbers_in(sentence["inputs"])
        text = sentence["text"].replace("five-year", "").replace("Nasdaq 100", "")
        for number in NUMBER.findall(text):
            value = float(number.replace(",", ""))
            digits = len(number.partition(".")[2])
            assert any(f"{one:.{digits}f}" == f"{value:.{digits}f}" for one in known), (number, sentence)
        assert sentence["text"] in found["text"]
        if sentence["part"] == "headline":
            assert sentence["inputs"]["title"] in sentence["text"]
    assert sum(count_words(one["text"]) for one in found["sentences"]) == found["words"] <= MOST_WORDS
    if at != "16:30":
        lead = found["sentences"][0]["text"]
        assert at in lead
        assert {"en": "would be", "zh": "若維持至收市", "zh-Hans": "若维持至收盘"}[lang] in lead


def test_the_formats() -> None:
    plain = CliRunner().invoke(command, ["--from-recording", "demo", "--lang", "en"]).stdout
    marked = CliRunner().invoke(command, ["--from-recording", "demo", "--lang", "en", "--format", "md"]).stdout
    found = of_the_model_day("--lang", "en")
    assert plain == found["text"] + "\n"
    assert marked.startswith("# Hang Seng TECH Index, 2025-09-17\n\nThe Hang Seng TECH Index rose")
    assert "\n- Deals: " in marked


def test_an_earlier_day_is_told_from_closes_alone() -> None:
    found = of_the_model_day("--lang", "en", "--as-of", "2025-09-11")
    assert found["text"].startswith("The Hang Seng TECH Index fell 2.0% to 5,786.71 on Thursday")
    assert [one["part"] for one in found["sentences"]] == ["lead", "run"]


def test_a_session_of_more_than_a_week_ago_is_told_by_its_date() -> None:
    found = of_the_model_day("--lang", "en", "--as-of", "2025-09-10")
    assert " on 10 September 2025" in found["text"]
    assert "Wednesday" not in found["text"]
    assert of_the_model_day("--lang", "zh", "--as-of", "2025-09-10")["text"].startswith("恒生科技指數2025年9月10日收報")


def test_nothing_to_tell() -> None:
    result = CliRunner().invoke(command, ["--offline"])
    assert (result.exit_code, result.stdout) == (3, "")
    assert CliRunner().invoke(command, ["--at", "11:00"]).exit_code != 0
    assert CliRunner().invoke(command, ["--index", "a b"]).exit_code != 0


# A hundred invented days

DAY = date(2025, 9, 17)
ZONE = datetime(2025, 9, 17, 8, 30, tzinfo=UTC)
MIDDAY = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


class Invented:
    """One day of one invented index: closes, constituents, peers."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.closed = seed % 2 == 0
        self.now = ZONE if self.closed else MIDDAY
        count = rng.randint(30, 700)
        days: list[date] = []
        day = DAY
        while len(days) < count:
            day -= timedelta(days=1)
            if day.weekday() < 5 and rng.random() > 0.02:
                days.append(day)
        level, drift = rng.uniform(50, 9000), rng.choice([-0.002, 0.0, 0.002])
        self.bars: list[tuple[date, float]] = []
        for one in reversed(days):
            level = round(level * (1 + rng.gauss(drift, 0.012)), 2)
            self.bars.append((one, level))
        self.level = round(level * (1 + rng.gauss(drift, 0.02)), 2)
        self.members = {
            f"{number:04d}.HK": (rng.uniform(0.01, 0.12), rng.gauss(drift * 200, 2.0), rng.uniform(5, 60))
            for number in range(1, rng.randint(4, 9))
        }
        self.peers = {"^HSI": rng.gauss(0, 1), "^HSCE": rng.gauss(0, 1), "^N225": rng.gauss(0, 1)}

    def quote(self, symbol: str, last: float, before: float, ratio: float | None = None) -> Quote:
        return Quote(
            symbol=symbol, last=last, previous_close=before, time=self.now if not self.closed else
            datetime(2025, 9, 17, 8, 8, tzinfo=UTC), received=self.now, source="invented", currency="HKD",
            forward_pe=ratio, earnings_currency="HKD" if ratio else None,
        )  # fmt: skip

    def subject(self) -> Subject:
        symbols = {"I.HK", *self.members, *self.peers}
        quotes = {"I.HK": self.quote("I.HK", self.level, self.bars[-1][1])}
        for symbol, (_, percent, ratio) in self.members.items():
            quotes[symbol] = self.quote(symbol, 100 + percent, 100.0, ratio)
        for symbol, percent in self.peers.items():
            quotes[symbol] = self.quote(symbol, 1000 * (1 + percent / 100), 1000.0)
        universe = Universe(
            name="invented", titles={}, index="I.HK", as_of=DAY, origin="invented",
            members=tuple(
                Member(Instrument(symbol, short_en=f"Firm {symbol[:4]}"), weight)
                for symbol, (weight, _, _) in self.members.items()
            ),
        )  # fmt: skip
        calendars = {mic: ordinary_weeks(mic, DAY - timedelta(days=20), DAY + timedelta(days=20)) for mic in
                     ("XHKG", "XTKS")}  # fmt: skip
        figures = [("I.HK", Measure.FORWARD_PE_AVERAGE_5Y, 20.0), ("^NDX", Measure.FORWARD_PE, 27.0)]
        board = build_board(
            Facts(
                index="I.HK", now=self.now, quotes=quotes, universe=universe, instruments={}, peers=tuple(self.peers),
                histories={"I.HK": tuple(DailyBar(day, close) for day, close in self.bars)},
                reference=Reference(tuple(
                    ReferenceFigure(symbol=symbol, measure=measure, value=value, date=DAY, origin="invented")
                    for symbol, measure, value in figures
                )),
                states={mic: calendar.state_at(self.now) for mic, calendar in calendars.items()},
                calendar=calendars["XHKG"],
            )
        )  # fmt: skip
        assert symbols >= set(quotes)
        return Subject(
            board=board, index="Invented Index", moment=self.now + timedelta(hours=8), members=len(self.members)
        )

    # The same numbers by other means: plain loops over the closes.

    def percent(self, base: float) -> float:
        return 100 * (self.level - base) / base

    def weeks(self) -> int:
        """Streak of weeks, by Mondays, up positive and down negative."""
        ends: dict[date, float] = {}
        for day, close in [*self.bars, (DAY, self.level)]:
            ends[day - timedelta(days=day.weekday())] = close
        values = [ends[one] for one in sorted(ends)]
        steps = [(b > a) - (b < a) for a, b in pairwise(values)]
        return _run_length(steps)

    def months(self) -> int:
        ends: dict[tuple[int, int], float] = {}
        for day, close in [*self.bars, (DAY, self.level)]:
            ends[day.year, day.month] = close
        values = [ends[one] for one in sorted(ends)]
        return _run_length([(b > a) - (b < a) for a, b in pairwise(values)])

    def sessions(self) -> int:
        values = [*(close for _, close in self.bars), self.level]
        return _run_length([(b > a) - (b < a) for a, b in pairwise(values)])

    def ytd(self) -> float | None:
        before = [close for day, close in self.bars if day.year == 2024]
        return self.percent(before[-1]) if before else None

    def record(self) -> tuple[date, float]:
        closes = [*self.bars, (DAY, self.level)] if self.closed else self.bars
        best = max(close for _, close in closes)
        return next(one for one in closes if one[1] == best)

    def reached(self, *, high: bool) -> date | None:
        for day, close in reversed(self.bars):
            if close >= self.level if high else close <= self.level:
                return day
        return None

    def points(self) -> dict[str, float]:
        before = self.bars[-1][1]
        return {symbol: weight * percent * before / 100 for symbol, (weight, percent, _) in self.members.items()}

    def ratio(self) -> float | None:
        covered = sum(weight for weight, _, _ in self.members.values())
        earned = sum(weight / ratio for weight, _, ratio in self.members.values())
        return covered / earned if covered >= 0.6 else None


def _run_length(steps: list[int]) -> int:
    if not steps or steps[-1] == 0:
        return 0
    count = 0
    for step in reversed(steps):
        if step != steps[-1]:
            break
        count += 1
    return count * steps[-1]


def _size(value: float) -> str:
    """Return a percentage as the page on claims says: one decimal from 1 % on, two below."""
    value = abs(value)
    return "<0.01" if 0 < value < 0.005 else f"{value:.2f}" if value < 0.995 else f"{value:,.1f}"


def _english(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _level(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")


def _said(found: list[Sentence], part: Part) -> str:
    return next((one.text for one in found if one.statement.part is part), "")


@pytest.mark.parametrize("seed", range(100))
def test_every_number_of_an_invented_day(seed: int) -> None:
    day = Invented(seed)
    subject = day.subject()
    found = write(statements(subject, prefers=lambda _: 1.0), english)
    text = " ".join(one.text for one in found)
    change = day.percent(day.bars[-1][1])
    pool: set[str] = {str(len(day.members)), "17"} if day.closed else {str(len(day.members)), "11", "00"}

    lead = _said(found, Part.LEAD)
    if change:
        way = ("rose" if change > 0 else "fell") if day.closed else ("was up" if change > 0 else "was down")
        start = f"The Invented Index {way} {_size(change)}%"
        assert lead.startswith(f"{start} {'to' if day.closed else 'at'} {_level(day.level)}"), lead
    pool |= {_size(change), _level(day.level)}
    for high, what in ((True, "strongest"), (False, "weakest")):
        match = re.search(rf"{what} close since (\d+ \w+ \d+)", text)
        if match:
            reached = day.reached(high=high)
            assert reached is not None
            assert match[1] == _english(reached)
            pool |= set(NUMBER.findall(match[1]))
    if "record close (" in lead or "record low close (" in lead:
        assert day.reached(high="low" not in lead) is None
        pool |= set(NUMBER.findall(_english(day.bars[0][0])))

    for unit, count in (("weekly", day.weeks()), ("monthly", day.months()), ("daily", day.sessions())):
        match = re.search(rf"(\d+)(?:st|nd|rd|th) straight {unit} (gain|loss)", text)
        if match:
            assert (int(match[1]), match[2]) == (abs(count), "gain" if count > 0 else "loss")
            pool.add(match[1])
    match = re.search(r"has (risen|fallen) for (\d+) sessions in a row", text)
    if match:
        assert int(match[2]) * (1 if match[1] == "risen" else -1) == day.sessions()
        pool.add(match[2])
    match = re.search(r"(up|down) ([\d.,<]+)% for the year", text)
    ytd = day.ytd()
    assert (match is None) == (ytd is None or "unchanged for the year" in text)
    if match and ytd is not None:
        assert (match[1], match[2]) == ("up" if ytd > 0 else "down", _size(ytd))
        pool |= set(NUMBER.findall(match[2]))
    peak, best = day.record()
    match = re.search(r"would have to rise ([\d.,<]+)% to regain its record close of (\d+ \w+ \d+)", text)
    if match:
        assert (match[1], match[2]) == (_size(100 * (best - day.level) / day.level), _english(peak))
        pool |= set(NUMBER.findall(match[0]))
    match = re.search(r"([\d.,<]+)% below its record close of (\d+ \w+ \d+)", text)
    if match:
        assert (match[1], match[2]) == (_size(100 * (day.level - best) / best), _english(peak))
        pool |= set(NUMBER.findall(match[0]))

    moves = {symbol: percent for symbol, (_, percent, _) in day.members.items()}
    up, down = sum(one > 0 for one in moves.values()), sum(one < 0 for one in moves.values())
    pool |= {str(up), str(down)}
    counted = re.search(r"members, (\d+) (?:rose|is up|are up) and (\d+) (?:fell|down)", text)
    if counted:
        assert (int(counted[1]), int(counted[2])) == (up, down)
    leaders = _said(found, Part.LEADERS)
    points = day.points()
    sign = -1 if change < 0 else 1
    led = sorted((one for one in points if points[one] * sign > 0), key=lambda one: -points[one] * sign)[:5]
    names = re.findall(r"Firm (\d{4})", leaders)
    far = max(moves, key=lambda one: moves[one] * sign)
    expected = [one[:4] for one in led] + ([far[:4]] if led and far != led[0] else [])
    assert names == expected
    for symbol in led[1:]:
        assert f"Firm {symbol[:4]} ({_size(moves[symbol])}%, {abs(points[symbol]):,.1f})" in leaders
    pool |= {symbol[:4] for symbol in day.members}
    pool |= {_size(one).lstrip("<") for one in moves.values()} | {f"{abs(one):,.1f}" for one in points.values()}

    peers = _said(found, Part.PEERS) + lead
    match = re.search(r"(first|last|\d+\w\w) of (\d) gauges", peers)
    if match:
        better = sum(one > change for one in day.peers.values())
        assert int(match[2]) == 4
        assert match[1] == {0: "first", 3: "last"}.get(better, {1: "2nd", 2: "3rd"}.get(better))
        pool |= {"4", str(better + 1)}
    pool |= {_size(one).lstrip("<") for one in day.peers.values()}

    ratio = day.ratio()
    value = _said(found, Part.VALUATION)
    assert bool(value) == (ratio is not None)
    if ratio is not None:
        assert f"trades at {ratio:.1f} times projected earnings" in value
        coverage = sum(weight for weight, _, _ in day.members.values())
        assert (f"for {coverage * 100:.0f}% of its weight" in value) == (coverage < 0.9)
        pool |= {f"{ratio:.1f}", "20.0", "27.0", f"{coverage * 100:.0f}"}
        for other, words in ((20.0, "five-year average of 20.0"), (27.0, "Nasdaq 100's 27.0")):
            side = "below" if float(f"{ratio:.1f}") < other else "above" if float(f"{ratio:.1f}") > other else "in line"
            assert re.search(rf"{side}[^;]*{words}", value)

    stray = text.replace("Nasdaq 100", "").replace("^N225", "")
    assert {one for one in NUMBER.findall(stray) if one.rstrip(",") not in {item.lstrip("<") for item in pool}} == set()
    assert count_words(text) <= MOST_WORDS

    # What JSON gives as inputs is the same, unrounded.
    facts = {claim.id: claim.inputs for one in found for claim in one.statement.claims}
    assert facts[ClaimId.MOVE]["change_pct"] == pytest.approx(change)
    assert facts[ClaimId.MOVE]["level"] == day.level
    if ClaimId.YEAR_TO_DATE in facts:
        assert facts[ClaimId.YEAR_TO_DATE]["percent"] == pytest.approx(ytd)
    if ClaimId.RECORD_DISTANCE in facts:
        away = facts[ClaimId.RECORD_DISTANCE]
        assert (away["record_date"], away["record_level"]) == (peak.isoformat(), best)
        assert away["to_record_pct"] == pytest.approx(100 * (best - day.level) / day.level)
        assert away["below_record_pct"] == pytest.approx(100 * (day.level - best) / best)
    for kind, streak in (
        (ClaimId.WEEKLY_STREAK, day.weeks()), (ClaimId.MONTHLY_STREAK, day.months()),
        (ClaimId.DAILY_STREAK, day.sessions()),
    ):  # fmt: skip
        assert kind not in facts or facts[kind]["count"] == streak
    if ClaimId.VALUATION in facts:
        assert facts[ClaimId.VALUATION]["forward_pe"] == pytest.approx(ratio)
    told = next(one.statement.inputs for one in found if one.statement.part is Part.LEADERS)
    assert {one["symbol"]: one["points"] for one in told["leaders"]} == pytest.approx({one: points[one] for one in led})

    # Chinese says the same numbers.
    for traditional in (True, False):
        chinese = "".join(one.text for one in write(statements(subject, prefers=lambda _: 1.0), sayer(
            traditional=traditional)))  # fmt: skip
        numbers = set(NUMBER.findall(re.sub(r"\d+年\d+月\d+日|Nasdaq 100|\^N225", "", chinese)))
        assert numbers <= {one.rstrip(",") for one in NUMBER.findall(stray)} | pool
        assert f"{_size(change)}%" in chinese
        assert not re.search(r"[{}_]|None", chinese)


def test_words_are_counted() -> None:
    assert count_words("The index rose 4.2% to 6,334.") == 6
    assert count_words("升4.2%") == 2
    assert count_words("恒生科技指數收報") == 5
    assert count_words("") == 0


def test_a_headline_of_the_day_before_that_says_tomorrow_is_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    def titles(*more: str) -> list[str]:
        assert run(["brief", "--from-recording", "demo", "--format", "json", "--lang", "en", *more]) == 0
        sentences = json.loads(capsys.readouterr().out)["sentences"]
        return [one["inputs"]["title"] for one in sentences if one["part"] == "headline"]

    assert any("tomorrow" in title for title in titles("--as-of", "2025-09-16")), "it was said on that day"
    assert not any("tomorrow" in title for title in titles("--at", "09:35"))


def test_another_index_has_not_the_ratio_of_these_constituents(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["brief", "--index", "^HSI", "--from-recording", "demo", "--format", "json", "--lang", "en"]) == 0
    parts = {one["part"] for one in json.loads(capsys.readouterr().out)["sentences"]}
    assert "lead" in parts
    assert not parts & {"valuation", "leaders"}
    assert run(["index", "^HSI", "--from-recording", "demo", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["valuation"] is None


def told_at(capsys: pytest.CaptureFixture[str], at: str, language: str = "en") -> str:
    assert run(["brief", "--from-recording", "demo", "--at", at, "--lang", language]) == 0
    return capsys.readouterr().out


def test_the_opening_auction_makes_no_close(capsys: pytest.CaptureFixture[str]) -> None:
    auction = told_at(capsys, "09:25")
    assert "was up 1.4% at 6,162 by 09:25 on Wednesday; held, that would be" in auction
    assert "gauges that are trading" in auction
    assert "closed" not in auction
    assert "若維持至收市" in told_at(capsys, "09:25", "zh")


def test_on_the_next_morning_nothing_of_the_session_is_todays(capsys: pytest.CaptureFixture[str]) -> None:
    before = told_at(capsys, "09:05")
    assert "rose 0.57% to 6,078 on Tuesday" in before
    assert "gauges that closed that day" in before
    assert " today" not in before
    assert "Asia xJP" not in before, "the fund has a sentence of its own"
    assert "在當日已收市的7個指數中" in told_at(capsys, "09:05", "zh")
    assert "that closed today" in told_at(capsys, "16:20")
