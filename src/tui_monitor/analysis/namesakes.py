"""Words that look like a company's name and are none, or name another company.

Precision comes first: a headline that is tied to the wrong symbol wakes a person for nothing, one that is not
tied is still read. The lists grow by what the benchmark over real headlines shows.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


COMMON_WORDS = _words("""
    all ally best block brent capital china clear coach copper core delta dish dollar dow ease edge energy enter
    euro express fast first five focus freedom future gap gas global gold good grab great group home hong horizon
    host house hua index international key kong li life light limited link live mark market match media mobile
    money moving nasdaq national net new next nice nikkei now oil on one open orange pace paper park peak pool
    post power present price pure ready real rise rock safe sea sense shanghai shell silver sky smart snap south
    spire square star state stem sun sunny super target tech technology time titan tracker trade travel trend
    trip unity universal up vertex visa vista web wing wolf world yen yuan
""")
"""English words that do not name a company on their own, in small letters; a longer form of the name still does."""

COMMON_HAN = _words("""
    上證 上证 世紀 世纪 东方 中信 中国 中國 中通 中銀 光大 创新 創新 吉利 国泰 國泰 地平線 地平线 大众 大眾 太平
    希望 平安 招商 新世界 时代 時代 未來 未来 東方 理想 納斯達克 纳斯达克 美的 貝殼 贝壳 金山 長城 长城 香港
""")
"""Chinese words that do not name a company on their own."""

NOT_NAMES = _phrases("""
    Dow Jones report, Dow Jones reports, Dow Jones reported, economists at HSBC, strategists at HSBC,
    HSBC Research, analysts at HSBC, HSBC economists, HSBC analysts, HSBC strategists, HSBC analyst, HSBC economist,
    AIA Engineering, Alibaba Entrepreneurs Fund, Alibaba Health, Alibaba Health Information, Alibaba Pictures,
    Apple Daily, Apple Hospitality, Apple Valley, BYD Electronic, BYD Electronics, BYD Semiconductor, Big Apple,
    Brent Council, China Mobile Games, Cloud Music, Dow Jones & Co, Dow Jones Newswires, HSBC Global Research,
    HSBC Qianhai, HSBC Securities, Haier Biomedical, Haier Electronics, J.D. Power, J.D. Vance, JD Health,
    JD Industrials, JD Logistics, JD Power, JD Property, JD Sports, JD Vance, JD Wetherspoon, Kingsoft Cloud,
    Kingsoft Office, Legend Holdings, Lenovo Capital, Microsoft Theater, Midea Real Estate, Nasdaq Copenhagen,
    Nasdaq Helsinki, Nasdaq Stockholm, NetEase Cloud Music, NetEase Youdao, Nikkei Asia, Nikkei Asian Review,
    Nikola Tesla, Silver Lake, Silver Spring, Sunny Optical Lens, Tencent Music, Tencent Music Entertainment,
    Visa Waiver
""")
"""English phrases that begin like a name and mean something else."""

NOT_NAMES_HAN = _words("""
    榈油价 櫚油價 豆油价 豆油價 菜油价 菜油價 物油价 物油價 煤油价 煤油價 籽油价 籽油價 茶油价 茶油價 用油价 用油價
    生油价 生油價 资金价 資金價 基金价 基金價 现金价 現金價 租金价 租金價 佣金价 佣金價 品油价 品油價 報道指
    报道指 知道指 頻道指 频道指 街道指 通道指 渠道指 軌道指 轨道指
    黃金宝藏 黄金宝藏 黃金寶藏
    汽油价 汽油價 燃油价 燃油價 柴油价 柴油價 成品油价 成品油價 食油價 糧油價 粮油价 食用油价 白银股 白銀股 原油价差
    黃金交叉 黄金交叉 恒指公司 恒生指數公司 恒生指数公司 中海油服 中海油田 中海油氣 中海油气 中海油化學 中海油化学
    建設銀行大廈 建设银行大厦 阿里夫 阿里安 阿里斯 阿里亚 阿里亞 阿里尔 阿里爾 阿里汗 阿里木 阿里娜 阿里· 阿里甘
    蘋果醋 苹果醋 蘋果樹 苹果树 蘋果種 苹果种 貝殼粉 小米加步槍 小米加步枪 聯想起 联想起 百度指數 百度指数
    黃金檔 黄金档
    黃金搭檔 黄金搭档 黃金三角 黄金三角 黃金十年 黄金十年 黃金一代 黄金一代 黃金賽道 黄金赛道 黃金口岸 黄金口岸
    中国黄金 中國黃金 中移動支付 中芯集成 中通客車 中通客车 京东产发 京东健康 京东工业 京东方 京东物流 京東健康
    京東工業 京東方 京東物流 京東產發 令人联想 令人聯想 匯豐環球 匯豐研究 匯豐証券 匯豐： 友邦人壽大廈 向港交所
    向香港交易所 在港交所 在香港交易所 大唐黃金 富途証券 富途證券 富途证券 富途： 小米椒 小米粥 小米辣 山东黄金
    山東黃金 工行亞洲 建行亞洲 引发联想 引發聯想 微軟雅黑 快手菜 恒興黃金 招金 拳王阿里 据港交所 據港交所
    數碼黃金 新華虹 於港交所 於香港交易所 日經亞洲 日經新聞 日经亚洲 日经新闻 旧金山 比亚迪电子 比亞迪電子
    汇丰前海 汇丰晋信 汇丰环球 汇丰研究 汇丰证券 海尔生物 海爾生物 港交所GEM 港交所上市 港交所主板 港交所信息
    港交所公佈 港交所公告 港交所公布 港交所創業板 港交所披露 港交所挂牌 港交所掛牌 港交所提交 港交所数据
    港交所數據 港交所文件 港交所最新 港交所權益 港交所聆訊 港交所聆讯 港交所股權 港交所訊息 港交所資料 港交所递
    港交所遞 滙豐前海 滙豐料 滙豐晉信 滙豐環球 滙豐研究 滙豐私人銀行 滙豐私銀 滙豐証券 滙豐銀行大廈 滙豐預 滙豐：
    灵宝黄金 珠峰黃金 登陆港交所 登陸港交所 百度百科 穆罕默德·阿里 紅富士蘋果 紫金黃金 紫金黄金 網易有道
    網易雲音樂 网易云音乐 网易有道 美的置业 美的置業 联想到 联想控股 聯想到 聯想控股 腾讯音乐 至港交所 舊金山
    苹果园 苹果日报 苹果期货 苹果汁 萬國黃金 蘋果園 蘋果日報 蘋果期貨 蘋果汁 讓人聯想 让人联想 赤峰黃金 赤峰黄金
    赴港交所 递表港交所 遞表港交所 金山云 金山办公 金山科技 金山能源 金山辦公 金山雲 阿里健康 阿里地区 阿里地區
    阿里山 阿里影业 阿里影業 阿里郎 集海黃金 靈寶黃金 騰訊音樂 黃金周 黃金地段 黃金年代 黃金時 黃金比例 黃金海岸
    黃金珠寶 黃金股 黃金週 黃金集團 黄金周 黄金地段 黄金时 黄金比例 黄金海岸 黄金珠宝 黄金股 黄金集团
""")
"""Chinese phrases that hold a name and mean something else."""

BROKERS = _words("""
    0005.HK 0011.HK 2888.HK 3908.HK 6030.HK 6886.HK BAC BCS C DB FUTU GS HSBC JEF JPM MS NMR UBS
""")
"""Houses whose analysts are named as often as their shares: not taken where the headline is about a rating."""

MATERIALS = _words("""
    GC=F SI=F
""")
"""What is quoted and is also a thing: taken only where the headline is about its price."""

NOT_TICKERS = _words("""
    AI ALL AMEX API APP BEST BIG BOE BOJ CAR CARS CASH CAT CEO CFO CHINA CN CNY COO COOL COST CPI CTO DD DOJ EAT
    ECB EDIT EPA ETF EU EUR EV EVS FAST FCC FDA FED FIVE FTC FUN GAIN GBP GDP GO GOOD HAS HD HE HK HKD HOPE HUGE
    IMF IP IPO IT JOBS JP JPY KEY LIFE LOVE LOW MA MAIN NATO NEXT NOW NYSE OK ON ONE OPEC OPEN OR OTC OUT PBOC PC
    PCE PLAY PMI PPI REAL RMB ROCK RUN SAFE SAVE SE SEC SEE SHE SO STAY STEM TEAM TECH TRIP TRUE TV UK UN US USD
    VIX WELL WORK WTO
""")
"""Capitals that are words or other abbreviations: never a ticker without a mark such as ``$`` or an exchange."""
