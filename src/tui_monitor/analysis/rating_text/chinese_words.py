"""The words that Chinese headlines report rating changes with, folded to simplified characters.

All patterns are bounded and free of nested repetition, so that each runs in time linear in the headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tui_monitor.analysis.rating_text.grades import chinese_grades
from tui_monitor.analysis.rating_text.lexicon import words

UP = words(
    "大幅上调 小幅上调 轻微上调 再度上调 上调 调升 调高 提升 提高 上修 微升 略升 轻微升 大升 调涨 "
    "拉升 升 上移 抬升 抬高 上看 大幅提升 轻升 续升 再升"
)
DOWN = words(
    "大幅下调 小幅下调 轻微下调 再度下调 下调 调降 调低 降低 下修 微降 略降 轻微降 大降 降 大削 微削 "
    "略削 削减 削 砍 大砍 调减 轻降 续降 再降 下移 狂削 急削 劈 剪"
)
INIT = words(
    "首予 首次覆盖 首次给予 首次予 首次评 首次授予 首评 初评 重新覆盖 恢复覆盖 再次覆盖 开始覆盖 "
    "启动覆盖 重启覆盖 重新给予 重予 重新予 恢复跟踪 重新跟踪 首次跟踪 首度覆盖 首度给予 首次纳入 初予 "
    "新予 恢复给予 恢复对 恢复 覆盖 首发"
)
KEEP = words(
    "维持给予 维持 重申 续予 继续给予 继续予 续给予 给予 续评 保持 仍予 再予 予以 予 评为 续籲 续吁 "
    "继续推荐 续荐 建议 推荐 列为 呼吁 吁 呼 仅吁 评 授予 续列 续维持 坚持 再度重申 继续维持 "
    "反复强调 唱好 唱淡 看好 重点推荐 首选 仍维持 依然维持 将维持"
)


def _any(alternatives: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, alternatives), key=lambda word: (-len(word), word)))


MOVE = re.compile(rf"(?<![中东旭上日高恒合])(?:{_any(UP | DOWN)})(?!级|幅|势|浪|温|价表|息|准|市值)")
"""A verb that moves a grade or a target; the characters before it keep names such as 中升 whole."""

VERB = re.compile(rf"(?<![中东旭])(?:{_any(UP | DOWN | INIT | KEEP)})(?!级|等|价|测)")
"""Any verb that may stand before the company."""

TARGET = re.compile(
    r"(?:12个月|十二个月|一年|6个月|短线|短期|中线|中期|长线)?(?:目标价格|目标价位|目标价|目标股价|股价目标价|股价目标|合理价值|合理价|合理估值)|目标(?=至|从|由|看|上看|为|升|降|\d|调|维持|下调|上调|hk|"
    r"us|\$)"
)
RATING = re.compile(r"(?:投资|股票|个股)?(?:评级|评等|评价)")

SPLIT = " ,;:。!?|、"
"""What ends the reach of a word."""


@cache
def grade_pattern() -> re.Pattern[str]:
    """Return the pattern of a grade, with an optional class such as the A of 强烈推荐-A."""
    return re.compile(rf"(?:{_any(chinese_grades())})(?:-[abc](?![a-z]))?")


NONE = re.compile(
    r"factset|\([图]?表\)|列出|投资评级及目标价|评级及目标价\(|评级和目标价一览|一览|名单\(|成分股|惠誉|穆迪|标普(?!全球)|标准普尔|中诚信|联合资信|大公国际|评级展望|发行人|违约评级|信用评级|主权|"
    r"\bmoody|\bfitch|s&p|债券|票据|外债|存款|债务评级|财务实力|星级|五星|基金评级|理财评级|窝轮|牛证|熊证|认购证|认沽证|轮证|"
    r"(?:恒指|国指|指数|标普500|纳指|港股|沪深300|日经|msci\S{0,6}指数|上证|沪指)[^\s,。]{0,8}(?:目标|评级|预测)|点位|目标点|"
    r"拟减持|拟增持|减持不超|增持不|股东|减持股份|增持股份|减持计划|增持计划|持股|增持\d|减持\d|增持[^\s,。]{0,8}(?:万股|亿股|股份?\b|亿元|亿)|"
    r"获[^\s,。]{1,12}增持[^\s评「\"]{0,10}(?:股|至\d)|(?<!信托)基金|净买入|净卖出|龙虎榜|"
    r"盘前必读|晨会|一周|最新评级及推|个股评级|评级汇总|机构评级|机构推荐|重点推荐|潜力牛股|金股|最新盈利预测与投资评级|券商评级|研报精选|大行报告一览|大行评级汇总|"
    r"(?:油价|金价|铜价|银价|煤价|布兰特|布伦特|黄金|原油|铂金|比特币|汇率|美元兑|利率)[^\s,。]{0,6}(?:预测|目标|预期)(?!\s)|基准价格|/吨|/桶|/盎司|每吨|每桶|每盎司"
)
"""Folded headlines that are none, whatever else they say."""

SECTOR = re.compile(
    r"(?:^|.)(?:行业|板块|类股|概念股|相关股|个股|蓝筹|股市|经济|市场|指数|[油金银铜煤铝铁气楼房租股地钢]价|楼市|盈测|盈利预测|预测|预期)$|"
    r"(?:煤|银|险|电|车|药|气|油|网|科|产|房|商|讯|料|材|能|源|铁|泥|运|空|彩|饰|费|食|酒|务|用|业|力|品|件|件|资|属|铜|金|铝|租|学|育|育|游|游|体|电讯|关|高息|中|港|内|"
    r"息|家|流)(?:股|h股|a股)$|"
    r"(?:银行|石化|地产|保险|电力|汽车|钢铁|水泥|航空|博彩|电讯|零售|证券|煤炭|医药|有色|餐饮|航运|公用|软件|化工|电子|机械|传媒|旅游|建材|造纸|家电|食品饮料|酒店|通信|互联网|房地产|保险|"
    r"燃气|教育|光伏|半导体|科技|风电|物管|濠赌|澳门)(?:业|类|行业|板块)$|"
    r"^(?:内银|内险|内房|港银|本港|内地|中国|香港|两|三|四|五|六|七|多|数|部分|个别|相关|该股|其|该公司|公司|评级|目标价|目标|盈利|今年|投资|市场对|对行业|行业|全线|全球|亚太|新兴市场|"
    r"股|至|至少|约|的|买入|增持|预测|油价预测|及|盈测及|该行|集团)$|^(?:内银|内险|内房|港银|中资)h?股"
)
"""Folded company slots that name a group, a market or a thing instead of a company."""
