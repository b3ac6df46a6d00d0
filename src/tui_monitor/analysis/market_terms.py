"""Grades and research houses in Chinese, as the market's own papers write them.

Only what is usual: any other word stays as the house or the provider writes it.
"""

from __future__ import annotations

_GRADES = {
    "strong buy": ("強烈買入", "强烈买入"), "conviction buy": ("確信買入", "确信买入"), "buy": ("買入", "买入"),
    "add": ("增持", "增持"), "accumulate": ("增持", "增持"), "overweight": ("增持", "增持"),
    "outperform": ("跑贏大市", "跑赢大市"), "market outperform": ("跑贏大市", "跑赢大市"),
    "sector outperform": ("跑贏行業", "跑赢行业"), "hold": ("持有", "持有"), "neutral": ("中性", "中性"),
    "equal weight": ("與大市同步", "与大市同步"), "market perform": ("與大市同步", "与大市同步"),
    "in line": ("與大市同步", "与大市同步"), "peer perform": ("與同業同步", "与同业同步"),
    "sector perform": ("與行業同步", "与行业同步"), "underweight": ("減持", "减持"), "reduce": ("減持", "减持"),
    "underperform": ("跑輸大市", "跑输大市"), "market underperform": ("跑輸大市", "跑输大市"),
    "sector underperform": ("跑輸行業", "跑输行业"), "sell": ("沽售", "卖出"),
    "strong sell": ("強烈沽售", "强烈卖出"),
}  # fmt: skip
"""Traditional as in Hong Kong, simplified as on the mainland."""

_FIRMS = {
    "Bank of America": ("美銀", "美银"), "BofA Securities": ("美銀證券", "美银证券"), "Barclays": ("巴克萊", "巴克莱"),
    "BNP Paribas": ("法巴", "法巴"), "BOCI": ("中銀國際", "中银国际"), "BOCOM International": ("交銀國際", "交银国际"),
    "CICC": ("中金", "中金"), "CITIC Securities": ("中信證券", "中信证券"), "Citi": ("花旗", "花旗"),
    "Citigroup": ("花旗", "花旗"), "CLSA": ("中信里昂", "中信里昂"), "CMB International": ("招銀國際", "招银国际"),
    "Daiwa": ("大和", "大和"), "DBS": ("星展", "星展"), "Deutsche Bank": ("德銀", "德银"),
    "Goldman Sachs": ("高盛", "高盛"), "Guotai Junan": ("國泰君安", "国泰君安"),
    "Haitong International": ("海通國際", "海通国际"), "HSBC": ("滙豐", "汇丰"), "Huatai": ("華泰", "华泰"),
    "Jefferies": ("富瑞", "富瑞"), "JPMorgan": ("摩通", "摩根大通"), "JP Morgan": ("摩通", "摩根大通"),
    "J.P. Morgan": ("摩通", "摩根大通"), "Macquarie": ("麥格理", "麦格理"), "Mizuho": ("瑞穗", "瑞穗"),
    "Morgan Stanley": ("大摩", "摩根士丹利"), "Morningstar": ("晨星", "晨星"), "Nomura": ("野村", "野村"),
    "Standard Chartered": ("渣打", "渣打"), "UBS": ("瑞銀", "瑞银"), "UOB Kay Hian": ("大華繼顯", "大华继显"),
}  # fmt: skip
"""By the spelling of providers and English headlines."""

_FOLDED_FIRMS = {name.casefold(): words for name, words in _FIRMS.items()}


def grade_in(word: str, language: str) -> str:
    """Return a grade in ``zh-Hant`` or ``zh-Hans``; as it is written in another language, or where it is unusual."""
    key = word.casefold().replace("-", " ").strip(" '\"")
    return _chosen(_GRADES.get(key), word, language)


def firm_in(name: str, language: str) -> str:
    """Return a research house's name in ``zh-Hant`` or ``zh-Hans``, as it is written where it has no usual one."""
    return _chosen(_FOLDED_FIRMS.get(name.casefold().strip()), name, language)


def _chosen(words: tuple[str, str] | None, written: str, language: str) -> str:
    if words is None or not language.startswith("zh"):
        return written
    return words[language != "zh-Hant"]
