"""Every member has a row in Standing from the moment she is enrolled, whatever path writes her.

Lists sort by standing; with an inner join an index gives the order, also at a million members.
"""

from datetime import date

from django.db import migrations, models
from django.db.models.functions import Coalesce

FORWARD = """
CREATE FUNCTION members_give_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO members_standing (member_id, tier, rank, counted_spend, year_spend, purchases, spend)
    SELECT id, '', 0, 0, 0, 0, 0 FROM fresh ON CONFLICT (member_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER give_standing AFTER INSERT ON members_member
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION members_give_standing();
INSERT INTO members_standing (member_id, tier, rank, counted_spend, year_spend, purchases, spend)
SELECT id, '', 0, 0, 0, 0, 0 FROM members_member ON CONFLICT (member_id) DO NOTHING;
"""

BACKWARD = """
DROP TRIGGER give_standing ON members_member;
DROP FUNCTION members_give_standing();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_default_programme")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveIndex("standing", "standing_last_purchase"),
        migrations.AddIndex(
            "standing",
            models.Index(
                models.OrderBy(
                    Coalesce("last_purchase_on", models.Value(date(1, 1, 1), output_field=models.DateField())),
                    descending=True,
                ),
                models.F("member"),
                name="standing_last_purchase",
            ),
        ),
    ]
