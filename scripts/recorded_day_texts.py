"""The rating changes and headlines of the recorded day, in words of our own. Times are Hong Kong's."""

# ruff: noqa: E501 - one row a line reads best as a table.
from __future__ import annotations

RATINGS = (
    # time, symbol, home symbol, company, firm, action, from, to, prior target, target, currency
    ("2025-09-16 17:40", "9961.HK", None, "Trip.com", "Lantau Capital", "reiterate", "buy", "buy", None, 660.0, "HKD"),
    ("2025-09-16 18:25", "1810.HK", None, "Xiaomi", "Peak Research", "cut-target", "hold", "hold", 62.0, 58.0, "HKD"),
    ("2025-09-17 08:35", "0981.HK", None, "SMIC", "Harbour Research", "raise-target", "buy", "buy", 58.0, 70.0, "HKD"),
    ("2025-09-17 09:12", "3750.HK", None, "CATL", None, "upgrade", None, None, None, None, None),
    ("2025-09-17 09:55", "BABA", "9988.HK", "Alibaba", "Goldman Sachs", "raise-target", None, None, 163.0, 179.0, "USD"),
    ("2025-09-17 10:20", "9618.HK", None, "JD.com", "Peak Research", "reiterate", "buy", "buy", None, 160.0, "HKD"),
    ("2025-09-17 10:42", "BIDU", "9888.HK", "Baidu", "Arete", "upgrade", "sell", "buy", None, None, None),
    ("2025-09-17 11:31", "9660.HK", None, "Horizon Robotics", "Lantau Capital", "initiate", None, "buy", None, 13.0, "HKD"),
    ("2025-09-17 13:18", "2015.HK", None, "Li Auto", "Harbour Research", "downgrade", "buy", "hold", 120.0, 100.0, "HKD"),
    ("2025-09-17 14:46", "9888.HK", None, "Baidu", "Peak Research", "raise-target", "buy", "buy", 112.0, 145.0, "HKD"),
    ("2025-09-17 15:27", "0700.HK", None, "Tencent", "Harbour Research", "raise-target", "buy", "buy", 690.0, 740.0, "HKD"),
)  # fmt: skip
"""Arete on Baidu, Goldman Sachs on Alibaba and the upgrade of CATL happened; the others and their firms are invented."""

EN, DESK, ZH, HANS = "Wire EN", "Desk", "Wire ZH", "Wire CN"

HEADLINES = (
    # time, source, language, topics, symbols, title
    ("2025-09-16 16:35", EN, "en", "macro", "HSTECH.HK", "Hong Kong tech gauge ends at 6,078, its best close since March"),
    ("2025-09-16 16:52", ZH, "zh", "macro", "^HSI HSTECH.HK", "恒指收市變動輕微 恒生科技指數企於6,000點之上"),
    ("2025-09-16 17:10", EN, "en", "deals", "0700.HK", "Tencent raises 9 billion yuan in its first bond sale in four years"),
    ("2025-09-16 17:18", ZH, "zh", "deals", "0700.HK", "騰訊發行點心債籌90億元人民幣 四年來首次發債"),
    ("2025-09-16 17:45", HANS, "zh", "deals", "0700.HK", "腾讯发行90亿元人民币债券"),
    ("2025-09-16 18:05", DESK, "en", "central-banks", "", "Markets wait for the Federal Reserve: a quarter-point cut is expected"),
    ("2025-09-16 18:40", HANS, "zh", "chips-ai", "0981.HK", "中芯国际试用国产设备生产先进芯片"),
    ("2025-09-16 19:02", EN, "en", "chips-ai", "0981.HK", "SMIC is said to try a home-made lithography machine"),
    ("2025-09-16 19:30", ZH, "zh", "macro", "GC=F", "金價升破每盎司3,700美元 再創新高"),
    ("2025-09-16 20:15", EN, "en", "macro", "GC=F", "Gold trades above 3,700 dollars for the first time"),
    ("2025-09-16 20:50", DESK, "en", "macro", "DX-Y.NYB", "Dollar index slips to its lowest since early July"),
    ("2025-09-16 21:20", EN, "en", "central-banks", "", "Bank of Canada decides tomorrow; most forecasters see a cut"),
    ("2025-09-16 21:45", ZH, "zh", "central-banks", "", "加拿大央行周三議息 市場料減息四分之一厘"),
    ("2025-09-16 22:10", HANS, "zh", "macro", "BTC-USD", "比特币回升至11.6万美元上方"),
    ("2025-09-16 22:48", EN, "en", "chips-ai", "BIDU 9888.HK", "Baidu's US line climbs as investors look at its own chips"),
    ("2025-09-16 23:30", DESK, "en", "policy", "", "Washington and Beijing say that talks on trade will go on"),
    ("2025-09-17 04:20", EN, "en", "macro", "^GSPC ^NDX", "US shares end little changed before the Fed's decision"),
    ("2025-09-17 04:28", EN, "en", "chips-ai", "BIDU BABA", "Chinese internet shares in New York rise again, Baidu ahead"),
    ("2025-09-17 06:45", ZH, "zh", "chips-ai", "BIDU 9888.HK", "美股收市｜百度美國上市股份急升 中概股造好"),
    ("2025-09-17 07:30", DESK, "en", "events", "", "Today: Bank of Canada, then the Fed; Hong Kong's policy address"),
    ("2025-09-17 07:58", HANS, "zh", "central-banks", "", "美联储今晚公布利率决议 点阵图成焦点"),
    ("2025-09-17 08:20", ZH, "zh", "macro", "USDJPY=X", "日圓靠穩 市場觀望美日央行會議"),
    ("2025-09-17 08:32", EN, "en", "macro", "USDJPY=X", "Yen steadies near 146.5 with two central banks ahead"),
    ("2025-09-17 08:50", EN, "en", "deals", "9988.HK BABA", "After its 3.2 billion dollar convertible, Alibaba keeps spending on cloud"),
    ("2025-09-17 08:55", ZH, "zh", "deals", "9988.HK", "阿里上周發行32億美元零息可換股債 資金投向雲業務"),
    ("2025-09-17 09:14", EN, "en", "ratings", "3750.HK", "A broker lifts its rating of CATL's Hong Kong shares"),
    ("2025-09-17 09:22", ZH, "zh", "macro", "HSTECH.HK", "恒生科技指數高開逾1% 百度、中芯領漲"),
    ("2025-09-17 09:36", EN, "en", "macro", "HSTECH.HK", "Hong Kong tech shares open higher, led by Baidu and SMIC"),
    ("2025-09-17 09:57", EN, "en", "ratings", "BABA 9988.HK", "Goldman Sachs raises Alibaba price target to $179 from $163"),
    ("2025-09-17 10:12", ZH, "zh", "chips-ai", "0981.HK 1347.HK", "芯片股造好 中芯、華虹齊升"),
    ("2025-09-17 10:44", EN, "en", "ratings", "BIDU 9888.HK", "Arete upgrades Baidu to buy from sell"),
    ("2025-09-17 10:49", ZH, "zh", "ratings", "BIDU 9888.HK", "Arete上調百度評級 由「沽售」升至「買入」"),
    ("2025-09-17 11:03", EN, "en", "chips-ai", "9888.HK", "Baidu up a tenth in Hong Kong as its chip business draws buyers"),
    ("2025-09-17 11:12", DESK, "en", "chips-ai", "0981.HK", "What a home-made lithography machine would mean for SMIC"),
    ("2025-09-17 11:26", ZH, "zh", "policy", "3690.HK", "美團升逾4% 外賣競爭料放緩"),
    ("2025-09-17 11:34", HANS, "zh", "policy", "", "香港施政报告公布 提出加快北部都会区建设"),
    ("2025-09-17 11:40", HANS, "zh", "macro", "GC=F", "金价在3,700美元附近整固 等待美联储"),
    ("2025-09-17 11:47", EN, "en", "policy", "", "Hong Kong's leader sets out plans for the north and for housing"),
    ("2025-09-17 12:04", EN, "en", "macro", "HSTECH.HK", "Hang Seng TECH at 6,290 by the lunch break, up 212 points"),
    ("2025-09-17 12:08", ZH, "zh", "macro", "HSTECH.HK", "半日｜恒生科技指數升212點報6,290"),
    ("2025-09-17 12:30", EN, "en", "macro", "^N225 ^KS11", "Tokyo and Seoul ease while Hong Kong runs ahead"),
    ("2025-09-17 13:05", ZH, "zh", "earnings", "9618.HK", "京東午後升幅擴大 市場憧憬下季盈利改善"),
    ("2025-09-17 13:22", EN, "en", "ratings", "2015.HK", "Li Auto cut to hold from buy at Harbour Research"),
    ("2025-09-17 13:40", HANS, "zh", "chips-ai", "9988.HK", "阿里自研芯片进展受关注 股价创年内新高"),
    ("2025-09-17 13:58", EN, "en", "chips-ai", "9660.HK 0020.HK", "Robotics and AI names join the rise: Horizon, SenseTime"),
    ("2025-09-17 14:15", DESK, "en", "macro", "HSTECH.HK", "Tech gauge heads for its strongest close since November 2021"),
    ("2025-09-17 14:33", ZH, "zh", "macro", "BTC-USD", "比特幣徘徊11.6萬美元 觀望聯儲局"),
    ("2025-09-17 14:50", EN, "en", "ratings", "9888.HK", "Peak Research raises Baidu target to HK$145 from HK$112"),
    ("2025-09-17 15:06", EN, "en", "macro", "^HSI", "Hang Seng Index passes 26,800, a level last seen in 2021"),
    ("2025-09-17 15:20", HANS, "zh", "macro", "000300.SS", "沪深300指数收涨0.6% 半导体板块活跃"),
    ("2025-09-17 15:44", ZH, "zh", "macro", "9888.HK", "百度尾市升逾15% 成交逾百億元"),
    ("2025-09-17 15:58", EN, "en", "earnings", "", "Investors turn to the results season's late reports"),
    ("2025-09-17 16:12", EN, "en", "macro", "HSTECH.HK", "Hang Seng TECH closes at 6,334, up 4.2 percent"),
    ("2025-09-17 16:14", ZH, "zh", "macro", "^HSI HSTECH.HK", "收市｜恒指升469點 恒生科技指數升256點報6,334"),
    ("2025-09-17 16:20", HANS, "zh", "macro", "HSTECH.HK", "恒生科技指数收涨4.2% 创2021年11月以来新高"),
    ("2025-09-17 16:26", DESK, "en", "events", "", "Later today: the Bank of Canada and the Federal Reserve"),
)  # fmt: skip
"""Facts behind them: see ``seeds/README.md``. No sentence is anybody else's."""
