"""Open days, contact hours and "may she be contacted" as database functions, for statements over whole sets.

The first two say what followups.rules says; tests/followups/test_rules_in_sql.py holds them together.
"""

from django.db import migrations

NEXT_OPEN_DAY = """
CREATE FUNCTION followups_next_open_day(day date, closed smallint[]) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN closed = '{}' THEN day
                ELSE coalesce((SELECT day + ahead FROM generate_series(0, 6) AS ahead
                                WHERE NOT extract(isodow FROM day + ahead)::smallint = ANY(closed)
                                ORDER BY ahead LIMIT 1), day) END
$$
"""

# {opens, closes} of the contact hours of a day: hers, else the plan's while the store is open (handbook 6.3).
WINDOW = """
CREATE FUNCTION followups_window(day date, store_opens time, store_closes time, plan_from time, plan_until time,
                                 own_from time, own_until time) RETURNS time[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN hers.opens < hers.closes THEN ARRAY[hers.opens, hers.closes]
                ELSE ARRAY[greatest(usual.opens, edge.opens), least(usual.closes, edge.closes)] END
      FROM (SELECT CASE WHEN extract(isodow FROM day) > 5 THEN time '10:00' ELSE time '00:00' END AS opens,
                   time '22:00' AS closes) edge,
           (SELECT greatest(store_opens, plan_from) < least(store_closes, plan_until) AS overlap) both_open,
           LATERAL (SELECT CASE WHEN overlap THEN greatest(store_opens, plan_from) ELSE plan_from END AS opens,
                           CASE WHEN overlap THEN least(store_closes, plan_until) ELSE plan_until END AS closes) usual,
           LATERAL (SELECT greatest(coalesce(own_from, usual.opens), edge.opens) AS opens,
                           least(coalesce(own_until, usual.closes), edge.closes) AS closes) hers
$$
"""

# Handbook 6.8. Refused by phone: only where she has allowed WeChat or text messages instead.
MAY_CONTACT = """
CREATE FUNCTION followups_may_contact(member bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT m.do_not_contact AND m.status = 'active'
       AND (coalesce((SELECT c.state FROM members_consent c WHERE c.member_id = m.id AND c.channel = 'phone'
                       ORDER BY c.given_on DESC, c.id DESC LIMIT 1), '') <> 'refused'
            OR 'given' IN (SELECT DISTINCT ON (c.channel) c.state FROM members_consent c
                            WHERE c.member_id = m.id AND c.channel IN ('sms', 'wechat')
                            ORDER BY c.channel, c.given_on DESC, c.id DESC))
      FROM members_member m WHERE m.id = member
$$
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial"), ("members", "0003_default_programme")]

    operations = [
        migrations.RunSQL(NEXT_OPEN_DAY, "DROP FUNCTION followups_next_open_day(date, smallint[])"),
        migrations.RunSQL(
            WINDOW, "DROP FUNCTION followups_window(date, time, time, time, time, time, time)"
        ),
        migrations.RunSQL(MAY_CONTACT, "DROP FUNCTION followups_may_contact(bigint)"),
    ]
