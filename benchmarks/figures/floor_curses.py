"""The floor of bytes and processor time: a curses program that paints the same changes.

``floor_curses.py ROWS TICKS FULL``: ROWS rows of a watchlist's cells, TICKS rows a second one after the other, all
rows every FULL seconds. Keys j and k move a bar.
"""

import curses
import locale
import sys
import time


def main(window: "curses.window") -> None:
    rows, ticks, full = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    curses.curs_set(0)
    window.nodelay(True)
    height, _ = window.getmaxyx()
    moves = [0] * rows
    cursor = 0

    def paint(row: int) -> None:
        if row >= height - 2:
            return
        base = 20.0 + row * 3
        last = base * (1 + (moves[row] % 20 - 10) / 500)
        change = last - base
        style = curses.A_REVERSE if row == cursor else curses.A_NORMAL
        text = (
            f" {4000 + row:04d}.HK  Invented {row:<16} {last:9.2f} {change:+8.2f} "
            f"{'+' if change > 0 else '-'} {abs(change / base * 100):5.2f} {1_000_000 + moves[row] * 10_000:>9,}"
        )
        window.addnstr(row + 1, 0, text, 118, style)

    for row in range(rows):
        paint(row)
    window.addstr(0, 0, "the floor is ready")
    window.refresh()
    next_tick = next_full = time.monotonic() + 1
    at = 0
    while True:
        now = time.monotonic()
        if ticks and now >= next_tick:
            next_tick += 1 / ticks
            moves[at] += 1
            paint(at)
            at = (at + 1) % rows
        if full and now >= next_full:
            next_full += full
            for row in range(rows):
                moves[row] += 1
                paint(row)
        key = window.getch()
        if key in {ord("j"), ord("k")}:
            before, cursor = cursor, min(max(0, cursor + (1 if key == ord("j") else -1)), rows - 1)
            paint(before)
            paint(cursor)
        window.refresh()
        time.sleep(0.02)


if __name__ == "__main__":
    locale.setlocale(locale.LC_ALL, "")
    curses.wrapper(main)
