"""Member files: cards made or brought up to date; a blank cell never clears. Key: card_no."""

from datetime import date
from zoneinfo import ZoneInfo

from members.enums import Channel
from members.imports.columns import Layout
from members.imports.outcome import Outcome
from members.imports.staging import execute, fetch, read_by_python, refuse, typed_select
from members.models import Member
from members.rules.birthdays import parse_birthday
from members.rules.phones import normalise_phone
from members.rules.pinyin import initials_of, pinyin_of
from members.services.refresh import refresh_members
from members.signals import members_handed_over

ROWS = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT t.*, n.pinyin, n.initials, p.phone AS e164, p.why AS phone_why, b.calendar, b.year, b.month, b.day,
       b.why AS birthday_why, c.given, c.why AS consent_why, s.id AS store_id, s.time_zone, a.id AS advisor_id,
       k.code AS tier_code, m.id AS member_id, 'new' AS change
  FROM ({typed}) t
  LEFT JOIN read_name n ON n.raw = t.name
  LEFT JOIN read_phone p ON p.raw = t.phone
  LEFT JOIN read_birthday b ON b.raw = t.birthday
  LEFT JOIN read_consent c ON c.raw = t.consent
  LEFT JOIN vipcrm_store s ON s.code = t.store
  LEFT JOIN vipcrm_staff a ON a.username = t.advisor
  LEFT JOIN (SELECT DISTINCT said, code FROM members_tier,
                    LATERAL (VALUES (code), (lower(name_zh)), (lower(name_en))) AS names(said)) k
         ON k.said = lower(t.tier)
  LEFT JOIN members_member m ON m.card_no = t.card_no
"""

CHECKS = (
    ("phone", "bad_phone", "r.phone IS NOT NULL AND r.e164 IS NULL", "r.phone_why"),
    ("birthday", "bad_birthday", "r.birthday IS NOT NULL AND r.month IS NULL", "r.birthday_why"),
    ("consent", "bad_consent", "r.consent IS NOT NULL AND r.given IS NULL", "r.consent_why"),
    ("store", "unknown_store", "r.store_id IS NULL", "NULL"),
    ("advisor", "unknown_staff", "r.advisor IS NOT NULL AND r.advisor_id IS NULL", "NULL"),
    ("tier", "unknown_tier", "r.tier IS NOT NULL AND r.tier_code IS NULL", "NULL"),
    ("tier_since", "tier_since_missing", "r.member_id IS NULL AND r.tier IS NOT NULL AND r.tier_since IS NULL", "NULL"),
    ("points", "not_negative", "r.points < 0", "NULL"),
    ("phone", "phone_or_wechat", "r.member_id IS NULL AND r.phone IS NULL AND r.wechat IS NULL", "NULL"),
    ("enrolled_on", "in_future", "r.enrolled_on > (%s AT TIME ZONE r.time_zone)::date", "NULL"),
    ("tier_since", "in_future", "r.tier_since > (%s AT TIME ZONE r.time_zone)::date", "NULL"),
)

SAME_CARD = """
UPDATE row r SET bad_column = CASE WHEN t.same THEN NULL ELSE 'card_no' END,
                 bad_code = CASE WHEN t.same THEN NULL ELSE 'twice' END,
                 change = CASE WHEN t.same THEN 'same' ELSE r.change END
  FROM (SELECT line, row_number() OVER w AS place, content = first_value(content) OVER w AS same
          FROM (SELECT r.card_no, r.line, (to_jsonb(raw) - 'line')::text AS content
                  FROM row r JOIN raw USING (line)
                 WHERE r.bad_code IS NULL AND r.card_no IN
                       (SELECT card_no FROM row WHERE bad_code IS NULL GROUP BY 1 HAVING count(*) > 1)) c
        WINDOW w AS (PARTITION BY card_no ORDER BY line)) t
 WHERE r.line = t.line AND t.place > 1
"""

COMPARE = """
UPDATE row r
   SET change = CASE WHEN (m.name, m.phone, m.wechat, m.gender, m.birth_calendar, m.birth_year, m.birth_month,
                           m.birth_day, m.home_store_id, m.advisor_id, m.enrolled_on_given, m.source, m.note)
              IS DISTINCT FROM
                          (r.name, coalesce(r.e164, m.phone), coalesce(r.wechat, m.wechat),
                           coalesce(r.gender, m.gender),
                           CASE WHEN r.month IS NULL THEN m.birth_calendar ELSE r.calendar END,
                           CASE WHEN r.month IS NULL THEN m.birth_year ELSE r.year END,
                           coalesce(r.month, m.birth_month), coalesce(r.day, m.birth_day), r.store_id,
                           coalesce(r.advisor_id, m.advisor_id), coalesce(r.enrolled_on, m.enrolled_on_given),
                           coalesce(r.source, m.source), coalesce(r.note, m.note))
                       OR EXISTS (SELECT 1 FROM unnest(r.given) AS w(word)
                                   WHERE split_part(w.word, ' ', 2) IS DISTINCT FROM (
                                         SELECT c.state FROM members_consent c
                                         WHERE c.member_id = m.id AND c.channel = split_part(w.word, ' ', 1)
                                         ORDER BY c.given_on DESC, c.id DESC LIMIT 1))
                     THEN 'corrected' ELSE 'same' END
  FROM members_member m
 WHERE m.id = r.member_id AND r.bad_code IS NULL AND r.change = 'new'
"""

MOVED = """
INSERT INTO members_advisorchange (member_id, "on", at, store_before_id, store_after_id, advisor_before_id,
       advisor_after_id, by_id)
SELECT m.id, (%s AT TIME ZONE r.time_zone)::date, %s, m.home_store_id, r.store_id, m.advisor_id,
       coalesce(r.advisor_id, m.advisor_id), %s
  FROM row r JOIN members_member m ON m.id = r.member_id
 WHERE r.bad_code IS NULL AND r.change = 'corrected'
   AND (m.home_store_id, m.advisor_id) IS DISTINCT FROM (r.store_id, coalesce(r.advisor_id, m.advisor_id))
RETURNING member_id
"""

UPDATE = """
UPDATE members_member m
   SET name = r.name, pinyin = r.pinyin, initials = r.initials, phone = coalesce(r.e164, m.phone),
       wrong_number = m.wrong_number AND coalesce(r.e164, m.phone) = m.phone,
       wechat = coalesce(r.wechat, m.wechat), gender = coalesce(r.gender, m.gender),
       birth_calendar = CASE WHEN r.month IS NULL THEN m.birth_calendar ELSE r.calendar END,
       birth_year = CASE WHEN r.month IS NULL THEN m.birth_year ELSE r.year END,
       birth_month = coalesce(r.month, m.birth_month), birth_day = coalesce(r.day, m.birth_day),
       home_store_id = r.store_id, advisor_id = coalesce(r.advisor_id, m.advisor_id),
       enrolled_on_given = coalesce(r.enrolled_on, m.enrolled_on_given),
       enrolled_on = least(m.enrolled_on, coalesce(r.enrolled_on, m.enrolled_on_given)),
       source = coalesce(r.source, m.source), note = coalesce(r.note, m.note), updated_at = %s
  FROM row r WHERE m.id = r.member_id AND r.bad_code IS NULL AND r.change = 'corrected'
"""

INSERT = """
INSERT INTO members_member (card_no, name, pinyin, initials, phone, wechat, gender, birth_calendar, birth_year,
       birth_month, birth_day, occupation, family, likes, other_brands, preferred_channel, do_not_contact, wrong_number,
       source, note, home_store_id, advisor_id, enrolled_by_id, enrolled_on_given, enrolled_on, status, created_at,
       updated_at)
SELECT r.card_no, r.name, r.pinyin, r.initials, coalesce(r.e164, ''), coalesce(r.wechat, ''), coalesce(r.gender, ''),
       coalesce(r.calendar, 'solar'), r.year, r.month, r.day, '', '', '', '', '', false, false, coalesce(r.source, ''),
       coalesce(r.note, ''), r.store_id, r.advisor_id, r.advisor_id, d.day, d.day, 'active', %s, %s
  FROM row r, LATERAL (SELECT coalesce(r.enrolled_on, (%s AT TIME ZONE r.time_zone)::date) AS day) d
 WHERE r.bad_code IS NULL AND r.change = 'new'
 ORDER BY r.line
"""

FILL = "UPDATE row r SET member_id = m.id FROM members_member m WHERE r.bad_code IS NULL AND m.card_no = r.card_no"

CONSENTS = """
INSERT INTO members_consent (member_id, channel, state, given_on, wording, by_id)
SELECT r.member_id, split_part(w.word, ' ', 1), split_part(w.word, ' ', 2), (%s AT TIME ZONE r.time_zone)::date, '1', %s
  FROM row r, unnest(r.given) AS w(word)
 WHERE r.bad_code IS NULL AND r.change <> 'same'
   AND split_part(w.word, ' ', 2) IS DISTINCT FROM (SELECT c.state FROM members_consent c
         WHERE c.member_id = r.member_id AND c.channel = split_part(w.word, ' ', 1)
         ORDER BY c.given_on DESC, c.id DESC LIMIT 1)
"""

OPENINGS = """
INSERT INTO members_openingbalance (member_id, "on", tier, tier_since, year_spend, counted_spend, points,
       points_expire_on)
SELECT r.member_id, (%s AT TIME ZONE r.time_zone)::date, coalesce(r.tier_code, ''), r.tier_since,
       coalesce(r.year_spend, 0), coalesce(r.counted_spend, 0), coalesce(r.points, 0), r.points_expire_on
  FROM row r
 WHERE r.bad_code IS NULL AND r.change = 'new' AND (r.tier IS NOT NULL OR r.year_spend IS NOT NULL
       OR r.counted_spend IS NOT NULL OR r.points IS NOT NULL)
"""

TOUCHED = "SELECT member_id FROM row WHERE bad_code IS NULL AND change <> 'same' ORDER BY member_id"


def write_members(layout: Layout, outcome: Outcome) -> None:
    """Checks the staged rows and writes the good ones; go-live balances only where a row makes the member."""
    _read_cells(layout, outcome.now.astimezone(ZoneInfo("Asia/Shanghai")).date())
    execute("DROP TABLE IF EXISTS row")
    execute(ROWS.replace("{typed}", typed_select(layout)))
    for column, code, where, why in CHECKS:
        sql = where.replace("%s", f"'{outcome.now.isoformat()}'::timestamptz")
        refuse("row", column, code, sql, why=why)
    execute(SAME_CARD)
    execute(COMPARE)
    moved = [row[0] for row in fetch(MOVED, outcome.now, outcome.now, outcome.by_id)]
    execute(UPDATE, outcome.now)
    execute(INSERT, outcome.now, outcome.now, outcome.now)
    execute(FILL)
    execute(CONSENTS, outcome.now, outcome.by_id)
    execute(OPENINGS, outcome.now)
    outcome.count("row")
    outcome.refreshed = refresh_members([row[0] for row in fetch(TOUCHED)], at=outcome.now)
    members_handed_over.send(sender=Member, member_ids=moved, by_id=outcome.by_id, at=outcome.now)


def _read_cells(layout: Layout, today: date) -> None:
    """Each distinct name, phone, birthday and consent is read once, by the rules that forms use too."""
    rules = {
        "name": (lambda text: (pinyin_of(text)[:200], initials_of(text)[:80]), "pinyin text, initials text"),
        "phone": (lambda text: (normalise_phone(text),), "phone text"),
        "birthday": (lambda text: parse_birthday(text, today=today), "calendar text, year int, month int, day int"),
        "consent": (lambda text: (_consents(text),), "given text[]"),
    }
    for column, (rule, fields) in rules.items():
        if column in layout.positions:
            read_by_python(column, rule, fields)
        else:
            execute(f"DROP TABLE IF EXISTS read_{column}")
            execute(f"CREATE TEMP TABLE read_{column} (raw text, {fields}, why text) ON COMMIT DROP")


def _consents(text: str) -> str:
    """`phone, wechat` → those given; `none` = asked, and refused on every channel. As a PostgreSQL array."""
    words = [word.strip().lower() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip()]
    if words == ["none"]:
        return "{" + ",".join(f'"{channel} refused"' for channel in Channel.values) + "}"
    if not words or not set(words) <= set(Channel.values):
        raise ValueError(text)
    return "{" + ",".join(f'"{word} given"' for word in dict.fromkeys(words)) + "}"
