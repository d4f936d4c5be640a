"""The default programme of handbook 3: four tiers by spend in CNY; its first version holds for all earlier days."""

from datetime import date

from django.db import migrations

TIERS = [
    # rank, code, Chinese, English, one purchase of, cumulative, to keep it
    (1, "regular", "普通会员", "Regular", None, None, 0),
    (2, "senior", "高级会员", "Senior", 1000, 2000, 1099),
    (3, "vip", "VIP会员", "VIP", 2500, 4000, 2499),
    (4, "supreme", "至尊VIP会员", "Supreme VIP", 3500, 8000, 3499),
]


def create_programme(apps, schema_editor):
    version = apps.get_model("members", "ProgrammeVersion").objects.create(valid_from=date(1990, 1, 1))
    tier = apps.get_model("members", "Tier")
    tier.objects.bulk_create(
        tier(version=version, rank=r, code=c, name_zh=z, name_en=e, single=s, cumulative=k, keep=m)
        for r, c, z, e, s, k, m in TIERS
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0002_returns_guard")]

    operations = [migrations.RunPython(create_programme, migrations.RunPython.noop)]
