"""The words of a monitor that follows another one of the person's, in simplified Chinese."""

from __future__ import annotations

SHARING_WORDS: dict[str, str] = {
    "status.followed": "共用",
    "sources.followed": "由你的另一个监控窗口查询这些来源；本窗口读取它保存的数据。",
    "sources.followed-process": "由你的另一个监控窗口（进程 {process}）查询这些来源；本窗口读取它保存的数据。",
    "status.silent": "共用 {cross} 查询的窗口停顿 {age}",
    "sources.silent": (
        "查询这些来源的监控窗口已停顿 {age}：所示数据正在变旧。本窗口稍后会代为查询；否则请让它继续，或结束它。"
    ),
    "sources.silent-process": (
        "查询这些来源的监控窗口（进程 {process}）已停顿 {age}：所示数据正在变旧。"
        "本窗口稍后会代为查询；否则请让它继续（fg），或结束它（kill -9 {process}）。"
    ),
}
