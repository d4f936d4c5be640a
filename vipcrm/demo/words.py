"""Names, goods and sentences of the demo. Nobody and nothing here is real."""

# each character with its sound
_SURNAMES = """
王 wang  李 li  张 zhang  刘 liu  陈 chen  杨 yang  赵 zhao  黄 huang  周 zhou  吴 wu  徐 xu  孙 sun  胡 hu
朱 zhu  高 gao  林 lin  何 he  郭 guo  马 ma  罗 luo  梁 liang  宋 song  郑 zheng  谢 xie  韩 han  唐 tang
冯 feng  于 yu  董 dong  萧 xiao  程 cheng  曹 cao  袁 yuan  邓 deng  许 xu  傅 fu  沈 shen  曾 zeng
彭 peng  吕 lv  苏 su  卢 lu  蒋 jiang  蔡 cai  贾 jia  丁 ding  魏 wei  薛 xue  叶 ye  阎 yan  余 yu  潘 pan
杜 du  戴 dai  夏 xia  钟 zhong  汪 wang  田 tian  任 ren  姜 jiang  范 fan  方 fang  石 shi  姚 yao  谭 tan
廖 liao  邹 zou  熊 xiong  金 jin  陆 lu  郝 hao  孔 kong  白 bai  崔 cui  康 kang  毛 mao  邱 qiu  秦 qin
江 jiang  史 shi  顾 gu  侯 hou  邵 shao  孟 meng  龙 long  万 wan  段 duan  钱 qian  汤 tang  陶 tao
施 shi
"""
_GIVEN = """
晓 xiao  梅 mei  雨 yu  薇 wei  静 jing  宜 yi  佳 jia  慧 hui  明 ming  月 yue  文 wen  君 jun  若 ruo
琳 lin  丽 li  萍 ping  雅 ya  芝 zhi  婉 wan  清 qing  欣 xin  然 ran  诗 shi  涵 han  梦 meng  瑶 yao
思 si  敏 min  雪 xue  莹 ying  秀 xiu  兰 lan  海 hai  燕 yan  玉 yu  珍 zhen  春 chun  红 hong  芳 fang
娟 juan  嘉 jia  怡 yi  心 xin  悦 yue  子 zi  萱 xuan  可 ke  馨 xin  冰 bing  洁 jie  云 yun  舒 shu  安 an
琪 qi  美 mei  华 hua  淑 shu  贤 xian  凤 feng  英 ying  桂 gui  香 xiang  艳 yan  霞 xia  颖 ying  楠 nan
璐 lu  蕾 lei  妍 yan  彤 tong  倩 qian  莉 li  岚 lan  宁 ning  昕 xin  茜 xi  菲 fei  蓉 rong  青 qing
竹 zhu
"""
SURNAMES, GIVEN = _SURNAMES.split(), _GIVEN.split()

# category, style, names, list prices, season
GOODS = (
    (
        "外套",
        "通勤",
        ("双面羊毛大衣", "短款羊毛外套", "廓形风衣", "长款羽绒服", "西装外套"),
        (1380, 1980, 2680, 3280),
        "秋冬",
    ),
    ("针织", "休闲", ("羊绒针织衫", "高领毛衣", "针织开衫", "针织背心", "圆领套头衫"), (390, 590, 890, 1290), "秋冬"),
    ("衬衫", "通勤", ("真丝衬衫", "棉质衬衫", "飘带衬衫", "亚麻衬衫"), (360, 490, 690, 980), "春夏"),
    ("裤装", "通勤", ("直筒西裤", "阔腿裤", "直筒牛仔裤", "烟管裤"), (390, 490, 590, 790), "四季"),
    ("裙装", "优雅", ("衬衫式连衣裙", "针织长裙", "半身百褶裙", "吊带长裙", "改良旗袍"), (490, 690, 990, 1590), "春夏"),
    ("配饰", "优雅", ("真丝小方巾", "羊绒围巾", "牛皮腰带", "羊毛贝雷帽"), (100, 180, 290, 480), "四季"),
)
COLOURS = ("黑色", "驼色", "米白", "雾灰", "藏青", "酒红", "墨绿", "雾蓝")
SIZES = ("S", "M", "L", "XL")
GIFT_CARD = ("GIFT-500", "礼品卡 500 元", 500)

VISIT_NOTES = (
    "想找能配西裤的短外套，年会要穿。驼色显黄，喜欢灰和藏青。",
    "和女儿一起来，先试了连衣裙，最后挑了针织衫。话不多，心情好。",
    "赶时间，直接拿了上次看中的大衣，M 码正好。",
    "嫌羊毛扎，改看羊绒。问什么时候到新款，答应到了先告诉她。",
    "给妈妈挑生日礼物，要大红色，包装要好看。",
    "腰围比春天大了一点，西裤试了 28。提到在学普拉提。",
    "先生陪着来，他拿主意。喜欢安静，不要一直跟着介绍。",
    "看了二十分钟没急着买，问洗护问得很细，最后带走丝巾。",
    "出差前来补衬衫，要免烫的，说下次带同事来。",
    "对上次改短的裤脚很满意，这次连大衣一起买了。",
)
FOLLOWUP_NOTES = ("她说很合身。", "朋友都夸好看。", "想看新到的大衣，周末来店。", "问了羊绒怎么洗。", "")
# what is wrong with a garment of a category: words, kind, damage (catalogue C), cause (catalogue 5)
REQUESTS = {
    "外套": (
        ("袖口脱线", "repair", "SEAM", "TENS"),
        ("拉链卡住", "repair", "ZIPP", "TRIM"),
        ("里料破了", "repair", "LINI", "WEAR"),
        ("有水渍，要清洗", "cleaning", "WATE", ""),
    ),
    "针织": (("起球，想要处理", "repair", "PILL", "FABR"), ("勾丝", "repair", "SNAG", "ACCI")),
    "衬衫": (("纽扣掉了一颗", "repair", "BUTT", "TRIM"), ("领口有油渍", "cleaning", "OIL", "")),
    "裤装": (("裤脚改短 2 厘米", "alteration", "LONG", ""), ("腰围收 1 厘米", "alteration", "LARG", "")),
    "裙装": (("收腰", "alteration", "LARG", ""), ("下摆不平", "repair", "HEM", "CUT")),
    "配饰": (("问怎么保养", "advice", "", ""), ("边上开线", "repair", "SEAM", "TENS")),
}
EXCEPTIONS = (
    ("到店少一件", "", "MISS", "PICK"),
    ("送来的颜色不对", "", "WRNG", "PICK"),
    ("迟到三天", "", "LATE", "PLAN"),
    ("外包装破损，里面有污渍", "", "BROK", "TRAN"),
)
# category and colour of the demo's goods → codes of the catalogues B and F
TYPES = {"外套": "COAT", "针织": "KNIT", "衬衫": "SHIR", "裤装": "TROU", "裙装": "DRES", "配饰": "SCAR"}
SHADES = {
    **{"黑色": "BLK", "驼色": "CAM", "米白": "WHT", "雾灰": "GRY"},
    **{"藏青": "NAV", "酒红": "WIN", "墨绿": "GRN", "雾蓝": "BLU"},
}
LEAVING = ("搬到外地了", "觉得价格高了", "风格不适合了")
