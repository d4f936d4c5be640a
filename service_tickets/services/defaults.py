"""Start data: the two profiles as the papers give them, catalogues for garments and home textiles, partner functions.

Admins change them; the seeding adds what is missing and rewrites nothing.
"""

from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as installed

SUPERVISORS = ["store_manager", "region_manager", "admin"]

PROFILES: dict[str, tuple[str, str]] = {
    "Z1": ("客户服务通知", "Service notification"),
    "Z2": ("交货异常", "Delivery exception"),
}

# code, Chinese, English, number, lowest, highest, and what differs from "nothing"
STATUSES: dict[str, list[tuple[str, str, str, int, int, int, dict[str, Any]]]] = {
    "Z1": [
        ("TZJL", "通知建立", "Created", 10, 10, 20, {"initial": True, "forbids": ["complete", "create_order"]}),
        ("KCJS", "勘察结束", "Survey done", 20, 20, 40, {"aliases": ["KCWB"], "allows": ["complete", "create_order"]}),
        (
            "BPZ", "主管不批准", "Not approved by the supervisor", 25, 20, 25,
            {"roles": SUPERVISORS, "approval": False, "forbids": ["complete", "create_order"]},
        ),
        (
            "ZGPZ", "主管批准", "Approved by the supervisor", 30, 20, 40,
            {"roles": SUPERVISORS, "approval": True, "allows": ["complete", "create_order"]},
        ),
        ("ZBHF", "相应部门回复", "Department replied", 40, 20, 40, {"allows": ["complete", "create_order"]}),
    ],
    "Z2": [
        ("HFYY", "回复营业", "Sales informed", 10, 10, 30, {"initial": True, "forbids": ["complete"]}),
        ("DDKH", "货物送达客户", "Goods delivered to the customer", 20, 20, 30, {"allows": ["complete"]}),
        ("THCS", "货物送回厂商", "Goods returned to the maker", 30, 30, 30, {"allows": ["complete"]}),
    ],
}  # fmt: skip

FUNCTIONS = [
    ("SP", "售达方", "Sold-to party"),
    ("SH", "送达方", "Ship-to party"),
    ("VW", "负责人", "Person responsible"),
    ("AB", "处理部门", "Handling department"),
    ("MK", "厂商", "Maker"),
]

# catalogue → group (code, Chinese, English) → codes (code, Chinese, English[, colour value])
CATALOGUES: dict[str, dict[tuple[str, str, str], list[tuple[str, ...]]]] = {
    "B": {
        ("OUT", "外套", "Outerwear"): [
            ("COAT", "大衣", "Coat"), ("DOWN", "羽绒服", "Down jacket"), ("JACK", "夹克", "Jacket"),
            ("SUIT", "西装", "Suit jacket"), ("TREN", "风衣", "Trench coat"), ("VEST", "马甲", "Waistcoat"),
        ],
        ("TOP", "上装", "Tops"): [
            ("SHIR", "衬衫", "Shirt"), ("KNIT", "针织衫", "Knitwear"), ("SWEA", "毛衣", "Sweater"),
            ("TSHI", "T恤", "T-shirt"), ("CARD", "开衫", "Cardigan"),
        ],
        ("BOT", "下装", "Bottoms"): [
            ("TROU", "长裤", "Trousers"), ("JEAN", "牛仔裤", "Jeans"), ("SKIR", "半裙", "Skirt"),
            ("SHOR", "短裤", "Shorts"),
        ],
        ("DRE", "裙装", "Dresses"): [
            ("DRES", "连衣裙", "Dress"), ("EVEN", "礼服", "Evening dress"), ("QIPA", "旗袍", "Qipao"),
        ],
        ("ACC", "配饰", "Accessories"): [
            ("SCAR", "围巾", "Scarf"), ("BAG", "包", "Bag"), ("SHOE", "鞋", "Shoes"), ("BELT", "腰带", "Belt"),
            ("HAT", "帽子", "Hat"),
        ],
        ("HOM", "家纺", "Home textiles"): [
            ("BEDL", "床品套件", "Bed linen"), ("QUIL", "被子", "Quilt"), ("PILL", "枕头", "Pillow"),
            ("CURT", "窗帘", "Curtain"), ("TOWE", "毛巾", "Towel"), ("CARP", "地毯", "Carpet"),
            ("BLAN", "毛毯", "Blanket"),
        ],
    },
    "F": {
        ("NEU", "中性色", "Neutrals"): [
            ("BLK", "黑色", "Black", "#231c1a"), ("WHT", "白色", "White", "#ffffff"),
            ("GRY", "灰色", "Grey", "#8f8f8f"),
            ("BEI", "米色", "Beige", "#e3d5bd"), ("CAM", "驼色", "Camel", "#b99a78"),
            ("BRN", "棕色", "Brown", "#6f4e37"),
        ],
        ("WRM", "暖色", "Warm colours"): [
            ("RED", "红色", "Red", "#b3202c"), ("PNK", "粉色", "Pink", "#e8b4bc"),
            ("ORG", "橙色", "Orange", "#d9792b"),
            ("YLW", "黄色", "Yellow", "#e0b93f"), ("WIN", "酒红", "Burgundy", "#6d1f33"),
        ],
        ("COL", "冷色", "Cool colours"): [
            ("NAV", "藏青", "Navy", "#1f2f4f"), ("BLU", "蓝色", "Blue", "#3b6ea5"),
            ("GRN", "绿色", "Green", "#3d6b4f"),
            ("PUR", "紫色", "Purple", "#6d4c7d"),
        ],
        ("MIX", "花色", "Patterned"): [
            ("PRT", "印花", "Print"), ("CHK", "格纹", "Check"), ("STR", "条纹", "Stripe"), ("OTH", "其他", "Other"),
        ],
    },
    "C": {
        ("SEW", "缝制", "Sewing"): [
            ("SEAM", "开线", "Open seam"), ("SKIP", "跳针", "Skipped stitches"), ("PUCK", "起皱", "Puckering"),
            ("HEM", "下摆不平", "Uneven hem"),
        ],
        ("FAB", "面料", "Fabric"): [
            ("SNAG", "勾丝", "Snag"), ("HOLE", "破洞", "Hole"), ("PILL", "起球", "Pilling"),
            ("TEAR", "撕裂", "Tear"),
            ("SHRK", "缩水", "Shrinkage"), ("LOSE", "变形", "Lost its shape"), ("DOWN", "钻绒", "Down leaking"),
        ],
        ("COL", "颜色", "Colour"): [
            ("FADE", "褪色", "Fading"), ("BLEE", "串色", "Colour bleeding"), ("SHAD", "色差", "Colour difference"),
            ("YELL", "泛黄", "Yellowing"),
        ],
        ("TRI", "辅料", "Trims"): [
            ("BUTT", "纽扣掉落", "Button off"), ("ZIPP", "拉链损坏", "Broken zip"),
            ("LINI", "里料破损", "Torn lining"),
            ("DECO", "装饰脱落", "Trim off"),
        ],
        ("STA", "污渍", "Stains"): [
            ("OIL", "油渍", "Oil stain"), ("WATE", "水渍", "Water mark"), ("MOUL", "霉斑", "Mould"),
            ("ODOU", "异味", "Odour"),
        ],
        ("FIT", "尺寸", "Fit"): [
            ("SMAL", "偏小", "Too small"), ("LARG", "偏大", "Too large"), ("LONG", "偏长", "Too long"),
            ("SHOR", "偏短", "Too short"),
        ],
        ("DEL", "交货", "Delivery"): [
            ("WRNG", "发错货", "Wrong goods"), ("BROK", "运输破损", "Damaged in transit"),
            ("MISS", "缺件", "Parts missing"),
            ("LATE", "迟到", "Late"),
        ],
    },
    "5": {
        ("MAK", "制作", "Making"): [
            ("TENS", "缝线张力不足", "Thread tension too low"), ("CUT", "裁剪误差", "Cutting error"),
            ("INSP", "漏检", "Missed in inspection"), ("FABR", "面料缺陷", "Faulty fabric"),
            ("TRIM", "辅料不良", "Faulty trim"),
            ("DYE", "染色牢度不足", "Poor colour fastness"),
        ],
        ("USE", "使用", "Use"): [
            ("WASH", "洗涤不当", "Washed wrongly"), ("IRON", "熨烫不当", "Ironed wrongly"),
            ("WEAR", "正常磨损", "Normal wear"),
            ("ACCI", "意外", "Accident"), ("STOR", "存放不当", "Stored wrongly"),
        ],
        ("LOG", "物流", "Logistics"): [
            ("PACK", "包装不当", "Packed badly"), ("TRAN", "运输", "Transport"),
            ("PICK", "拣货错误", "Picking error"),
            ("PLAN", "排期延误", "Planning delay"),
        ],
        ("SRV", "服务", "Service"): [
            ("MEAS", "量尺错误", "Measured wrongly"), ("INFO", "说明不清", "Explained badly"),
            ("ATTI", "态度", "Manners"),
        ],
        ("UNK", "待查", "Open"): [("UNKN", "待查", "To be found out")],
    },
    "2": {
        ("SUR", "勘察", "Survey"): [
            ("VISI", "上门勘察", "Survey at the customer's"),
            ("STOR", "到店勘察，拍照", "Survey in the store, photos"),
            ("CALL", "电话了解", "Ask by phone"),
        ],
        ("REP", "修补", "Repair"): [
            ("SEW", "重缝", "Sew again"), ("MEND", "织补", "Mend"),
            ("BUTT", "配钉纽扣", "Match and sew on a button"),
            ("ZIPP", "换拉链", "Replace the zip"), ("LINI", "换里料", "Replace the lining"),
        ],
        ("ALT", "改衣", "Alteration"): [
            ("LENG", "改长短", "Shorten or lengthen"), ("WAIS", "改腰围", "Take in or let out the waist"),
            ("SLEE", "改袖长", "Alter the sleeves"), ("FITT", "试穿", "Fitting"),
        ],
        ("CLE", "洗护", "Cleaning"): [
            ("DRYC", "干洗", "Dry clean"), ("SPOT", "去渍", "Remove stains"), ("PRES", "整烫", "Press"),
        ],
        ("LOG", "取送", "Moving goods"): [
            ("COLL", "上门取件", "Collect"), ("SEND", "送回客户", "Bring back"),
            ("BACK", "寄回厂商", "Send to the maker"),
            ("EXCH", "换货", "Exchange"),
        ],
        ("INF", "沟通", "Talking"): [
            ("REPL", "书面答复", "Answer in writing"), ("QUOT", "报价", "Quote"),
            ("NOTI", "通知客户", "Tell the customer"),
        ],
    },
    "A": {
        ("CON", "联系", "Contact"): [
            ("CALL", "打了电话", "Phoned"), ("VISI", "上了门", "Visited"), ("CAME", "客户到店", "Customer came in"),
            ("MESS", "发了消息", "Sent a message"),
        ],
        ("WRK", "处理", "Work"): [
            ("SURV", "看过实物", "Looked at the goods"), ("REPA", "修好", "Repaired"), ("CLEA", "洗好", "Cleaned"),
            ("ALTE", "改好", "Altered"), ("SENT", "送出", "Sent out"), ("BACK", "取回", "Fetched back"),
        ],
        ("SET", "善后", "Settlement"): [
            ("REPL", "换了货", "Exchanged"), ("REFU", "退了款", "Refunded"), ("APOL", "道了歉", "Apologised"),
        ],
    },
}  # fmt: skip


def seed_defaults(apps: Apps = installed) -> None:
    """Adds profiles, catalogues and partner functions that are not there yet. Safe to repeat; works in migrations."""
    for type_, (zh, en) in PROFILES.items():
        _seed_profile(apps, type_, zh, en)
    functions = apps.get_model("service_tickets", "PartnerFunction")
    for code, zh, en in FUNCTIONS:
        functions.objects.get_or_create(code=code, defaults={"name_zh": zh, "name_en": en})
    for catalogue, groups in CATALOGUES.items():
        _seed_catalogue(apps, catalogue, groups)


def _seed_profile(apps: Apps, type_: str, zh: str, en: str) -> None:
    profiles = apps.get_model("service_tickets", "StatusProfile")
    profile, made = profiles.objects.get_or_create(type=type_, defaults={"name_zh": zh, "name_en": en})
    if not made:
        return
    status = apps.get_model("service_tickets", "UserStatus")
    status.objects.bulk_create(
        status(profile=profile, code=code, name_zh=zh, name_en=en, number=number, lowest=low, highest=high, **rest)
        for code, zh, en, number, low, high, rest in STATUSES[type_]
    )


def _seed_catalogue(apps: Apps, catalogue: str, groups: dict[tuple[str, str, str], list[tuple[str, ...]]]) -> None:
    group_model = apps.get_model("service_tickets", "CatalogueGroup")
    code_model = apps.get_model("service_tickets", "CatalogueCode")
    if group_model.objects.filter(catalogue=catalogue).exists():
        return
    for (group_code, zh, en), codes in groups.items():
        group = group_model.objects.create(catalogue=catalogue, code=group_code, name_zh=zh, name_en=en)
        code_model.objects.bulk_create(
            code_model(group=group, code=c[0], name_zh=c[1], name_en=c[2], swatch=c[3] if len(c) > 3 else "")
            for c in codes
        )
