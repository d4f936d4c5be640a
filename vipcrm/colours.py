"""Colours of garments by their names, for swatches: goods say 驼色 or “navy”, not #b99a78."""

import re

_HEX = re.compile("#([0-9a-f]{3}){1,2}")

# Values of the colour catalogue of service (catalogue F), and what shops call the shades around them.
_VALUES = {
    "#231c1a": "黑 black",
    "#ffffff": "白 white",
    "#f4efe4": "米白 象牙 奶油 本白 杏白 ivory cream off-white ecru",
    "#8f8f8f": "灰 grey gray",
    "#a7a4a2": "雾灰 浅灰 银灰 月光灰 silver",
    "#4f5154": "深灰 炭灰 铁灰 charcoal anthracite",
    "#e3d5bd": "米 米色 燕麦 杏 杏色 沙 裸 beige oatmeal sand nude",
    "#b99a78": "驼 驼色 焦糖 camel tan caramel",
    "#8a7f5c": "卡其 khaki",
    "#6f4e37": "棕 咖 咖啡 褐 brown coffee chocolate mocha",
    "#b3202c": "红 大红 正红 朱红 red scarlet",
    "#6d1f33": "酒红 枣红 勃艮第 burgundy wine maroon bordeaux",
    "#e8b4bc": "粉 粉红 裸粉 樱花粉 pink rose blush",
    "#c97b84": "豆沙 脏粉 mauve",
    "#d9792b": "橙 橘 橘红 orange",
    "#e0b93f": "黄 姜黄 芥末 鹅黄 yellow mustard gold 金",
    "#3d6b4f": "绿 green",
    "#23402f": "墨绿 深绿 bottle-green",
    "#6b7145": "军绿 橄榄 橄榄绿 olive",
    "#a9c3ad": "豆绿 薄荷 薄荷绿 浅绿 mint sage",
    "#3b6ea5": "蓝 宝蓝 天蓝 blue cobalt",
    "#1f2f4f": "藏青 藏蓝 深蓝 海军蓝 navy indigo",
    "#8fa7b5": "雾蓝 浅蓝 灰蓝 雾霾蓝 sky",
    "#4f6d8f": "牛仔 牛仔蓝 丹宁 denim",
    "#6d4c7d": "紫 purple violet plum",
    "#b8a7c9": "浅紫 香芋 香芋紫 丁香 lilac lavender",
}
_BY_NAME = {name: value for value, names in _VALUES.items() for name in names.split()}


def colour_value(name: str) -> str:
    """`#b99a78` of `#b99a78`, `驼色`, `浅驼`, `Camel` or `dark navy`; "" for what is no one colour (印花, 其他).

    A name that is not in the table counts as the longest one it ends with: 奶油白 is a white.
    """
    text = name.strip().lower()
    if text.startswith("#"):
        return text if _HEX.fullmatch(text) else ""
    text = text.removesuffix("色") if len(text) > 1 else text
    ends = [start for start in range(len(text)) if not (start and _is_latin(text[start - 1 : start + 1]))]
    endings = (text[start:] for start in ends)
    return next((_BY_NAME[ending] for ending in endings if ending in _BY_NAME), "")


def _is_latin(two: str) -> bool:
    """Both are letters of one English word, which is not taken apart: infrared is no red."""
    return two.isascii() and two.isalpha()
