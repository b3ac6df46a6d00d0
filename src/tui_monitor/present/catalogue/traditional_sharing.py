"""The words of a monitor that follows another one of the person's, in traditional Chinese."""

from __future__ import annotations

SHARING_WORDS: dict[str, str] = {
    "status.followed": "共用",
    "sources.followed": "由你另一個監察視窗查詢這些來源；此視窗讀取它儲存的資料。",
    "sources.followed-process": "由你另一個監察視窗（程序 {process}）查詢這些來源；此視窗讀取它儲存的資料。",
    "status.silent": "共用 {cross} 查詢的視窗停頓 {age}",
    "sources.silent": (
        "查詢這些來源的監察視窗已停頓 {age}：所示資料正在變舊。此視窗稍後會代為查詢；否則請讓它繼續，或結束它。"
    ),
    "sources.silent-process": (
        "查詢這些來源的監察視窗（程序 {process}）已停頓 {age}：所示資料正在變舊。"
        "此視窗稍後會代為查詢；否則請讓它繼續（fg），或結束它（kill -9 {process}）。"
    ),
}
