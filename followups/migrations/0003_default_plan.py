"""The plan of handbook section 6 (3, 7, 15 days) with texts to start from; administrators change the words."""

from django.db import migrations

STEPS = (
    {
        "day": 3,
        "code": "thanks",
        "name_zh": "感谢",
        "name_en": "Thank-you",
        "script_zh": "{name}您好，我是{store}的{clerk}。{day}您在我们店选了{product}，特意打来谢谢您的信任。"
        "穿着要是有什么不合适，随时找我，我来处理。",
        "script_en": "Hello {name}, this is {clerk} from {store}. You chose our {product} on {day}, and I wanted to thank "
        "you in person. If anything does not sit right, call me any time and I will see to it.",
        "ask_zh": "再问一句：以后打电话方便，还是发微信？",
        "ask_en": "One more thing to ask: does she prefer a call or a message?",
        "message_zh": "{name}您好，我是{store}的{clerk}，谢谢您选了{product}。穿着、洗护有任何问题，随时联系我。",
        "message_en": "Hello {name}, {clerk} from {store} here. Thank you for choosing our {product}. "
        "Any question about fit or care, just write to me.",
    },
    {
        "day": 7,
        "code": "care",
        "name_zh": "跟进",
        "name_en": "Care",
        "script_zh": "{name}您好，我是{store}的{clerk}。上次带走的{product}，穿着还舒服吗？"
        "洗之前先看一眼水洗标，头一次单独洗，冷水轻揉，平铺晾干，不容易变形。"
        "搭配拿不准的话，拍张照片给我，我帮您出主意。",
        "script_en": "Hello {name}, this is {clerk} from {store}. How does the {product} feel so far? Look at the care "
        "label before washing; the first time wash it on its own, cold and gently, and dry it flat so that it keeps its "
        "shape. If you are not sure what to wear with it, send me a photo and I will help.",
        "ask_zh": "再问两件事：满意几分？朋友怎么说？",
        "ask_en": "Two more things to ask: how satisfied is she, from 1 to 5, and what do her friends say?",
        "message_zh": "{name}您好，我是{store}的{clerk}。{product}洗护小提示：头一次单独洗，冷水轻揉，平铺晾干。"
        "搭配拿不准，随时发照片给我。",
        "message_en": "Hello {name}, {clerk} from {store} here. Care for your {product}: wash it on its own the first "
        "time, cold and gently, and dry it flat. Send me a photo whenever you wonder what goes with it.",
    },
    {
        "day": 15,
        "code": "invitation",
        "name_zh": "邀约",
        "name_en": "Invitation",
        "script_zh": "{name}您好，我是{store}的{clerk}。店里新到了几款，和您上次买的{product}很配，我先给您留着。"
        "您这周哪天方便来试试？带朋友一起来也好，我陪你们慢慢挑。",
        "script_en": "Hello {name}, this is {clerk} from {store}. Some new pieces have come in that go well with your "
        "{product}, and I have put them aside for you. Which day this week would suit you? Do bring a friend, "
        "I will take my time for both of you.",
        "ask_zh": "约好哪天、几点，带不带朋友。",
        "ask_en": "Agree on the day and time, and whether she brings a friend.",
        "message_zh": "{name}您好，我是{store}的{clerk}。店里新到了几款，和您的{product}很配，给您留好了。"
        "您哪天方便？带朋友一起来也好。",
        "message_en": "Hello {name}, {clerk} from {store} here. New pieces that go well with your {product} have come in "
        "and are put aside for you. Which day suits you? Friends are welcome too.",
    },
)


def make_plan(apps, schema_editor):
    plan = apps.get_model("followups", "Plan").objects.create(name_zh="标准回访", name_en="Standard")
    for step in STEPS:
        apps.get_model("followups", "PlanStep").objects.create(plan=plan, **step)


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_rules_in_the_database")]

    operations = [migrations.RunPython(make_plan, migrations.RunPython.noop)]
