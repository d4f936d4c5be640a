"""Stores, staff and products: small tables, one upsert each. A blank cell never clears; defaults only on creation."""

from zoneinfo import available_timezones

from members.imports.columns import Layout
from members.imports.outcome import Outcome
from members.imports.staging import execute, fetch, refuse, typed_select
from members.services.refresh import refresh_receipts, refresh_stores
from vipcrm.models import Staff, Store
from vipcrm.signals import calendars_changed, staff_moved

SAME_KEY = """
UPDATE row r SET bad_column = CASE WHEN t.same THEN NULL ELSE '{key}' END,
                 bad_code = CASE WHEN t.same THEN NULL ELSE 'twice' END,
                 change = CASE WHEN t.same THEN 'same' ELSE r.change END
  FROM (SELECT line, row_number() OVER w AS place, content = first_value(content) OVER w AS same
          FROM (SELECT r.{key}, r.line, (to_jsonb(raw) - 'line')::text AS content FROM row r JOIN raw USING (line)
                 WHERE r.bad_code IS NULL) c
        WINDOW w AS (PARTITION BY {key} ORDER BY line)) t
 WHERE r.line = t.line AND t.place > 1
"""

STORES = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT t.*, s.id AS key_id, 'new' AS change FROM ({typed}) t LEFT JOIN vipcrm_store s ON s.code = t.code
"""

REGIONS = """
INSERT INTO vipcrm_region (name)
SELECT DISTINCT region FROM row WHERE bad_code IS NULL AND region IS NOT NULL ON CONFLICT (name) DO NOTHING
"""

COMPARE_STORES = """
UPDATE row r SET change = CASE WHEN (s.name, g.name, s.time_zone, s.sales_org, s.business_area, s.opens, s.closes,
                                     s.closed_weekdays)
    IS DISTINCT FROM (r.name, coalesce(r.region, g.name), coalesce(r.time_zone, s.time_zone),
                      coalesce(r.sales_org, s.sales_org), coalesce(r.business_area, s.business_area),
                      coalesce(r.opens, s.opens), coalesce(r.closes, s.closes),
                      coalesce(r.closed_weekdays, s.closed_weekdays)) THEN 'corrected' ELSE 'same' END
  FROM vipcrm_store s LEFT JOIN vipcrm_region g ON g.id = s.region_id
 WHERE s.id = r.key_id AND r.bad_code IS NULL AND r.change = 'new'
"""

WRITE_STORES = """
INSERT INTO vipcrm_store AS s (code, name, region_id, time_zone, sales_org, business_area, opens, closes,
       closed_weekdays, is_head_office)
SELECT r.code, r.name, g.id, coalesce(r.time_zone, 'Asia/Shanghai'), coalesce(r.sales_org, 'F011'),
       coalesce(r.business_area, '1002'), coalesce(r.opens, '10:00'), coalesce(r.closes, '21:00'),
       coalesce(r.closed_weekdays, '{}'), false
  FROM row r LEFT JOIN vipcrm_region g ON g.name = r.region
 WHERE r.bad_code IS NULL AND r.change = 'new'
"""

UPDATE_STORES = """
UPDATE vipcrm_store s
   SET name = r.name, region_id = coalesce((SELECT id FROM vipcrm_region WHERE name = r.region), s.region_id),
       time_zone = coalesce(r.time_zone, s.time_zone), sales_org = coalesce(r.sales_org, s.sales_org),
       business_area = coalesce(r.business_area, s.business_area), opens = coalesce(r.opens, s.opens),
       closes = coalesce(r.closes, s.closes), closed_weekdays = coalesce(r.closed_weekdays, s.closed_weekdays)
  FROM row r WHERE s.id = r.key_id AND r.bad_code IS NULL AND r.change = 'corrected'
"""

OTHER_CALENDAR = """
SELECT s.id FROM row r JOIN vipcrm_store s ON s.id = r.key_id
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND (r.closed_weekdays <> s.closed_weekdays
       OR r.opens <> s.opens OR r.closes <> s.closes OR r.time_zone <> s.time_zone)
"""

OTHER_ZONE = """
SELECT s.id FROM row r JOIN vipcrm_store s ON s.id = r.key_id
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.time_zone <> s.time_zone
"""

STAFF = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT t.*, f.id AS key_id, s.id AS store_id, g.id AS region_id, 'new' AS change
  FROM ({typed}) t LEFT JOIN vipcrm_staff f ON f.username = t.username
  LEFT JOIN vipcrm_store s ON s.code = t.store LEFT JOIN vipcrm_region g ON g.name = t.region
"""

STAFF_CHECKS = (
    ("store", "unknown_store", "r.store IS NOT NULL AND r.store_id IS NULL"),
    ("region", "unknown_region", "r.region IS NOT NULL AND r.region_id IS NULL"),
    ("store", "role_needs_store", "r.role IN ('clerk', 'store_manager', 'service_agent') AND r.store IS NULL"),
    ("region", "role_needs_region", "r.role = 'region_manager' AND r.region IS NULL"),
)

COMPARE_STAFF = """
UPDATE row r SET change = CASE WHEN (f.name, f.role, f.store_id, f.region_id, f.phone)
    IS DISTINCT FROM (r.name, r.role, coalesce(r.store_id, f.store_id), coalesce(r.region_id, f.region_id),
                      coalesce(r.phone, f.phone)) THEN 'corrected' ELSE 'same' END
  FROM vipcrm_staff f WHERE f.id = r.key_id AND r.bad_code IS NULL AND r.change = 'new'
"""

# "!" is Django's mark of a password that nothing matches: imported staff have none until an admin sets one.
WRITE_STAFF = """
INSERT INTO vipcrm_staff (username, name, role, store_id, region_id, phone, password, email, is_active, is_staff,
       is_superuser, date_joined)
SELECT r.username, r.name, r.role, r.store_id, r.region_id, coalesce(r.phone, ''), '!' || md5(random()::text), '', true,
       r.role = 'admin', r.role = 'admin', %s
  FROM row r WHERE r.bad_code IS NULL AND r.change = 'new'
"""

UPDATE_STAFF = """
UPDATE vipcrm_staff f
   SET name = r.name, role = r.role, store_id = coalesce(r.store_id, f.store_id),
       region_id = coalesce(r.region_id, f.region_id), phone = coalesce(r.phone, f.phone),
       is_staff = r.role = 'admin', is_superuser = r.role = 'admin'
  FROM row r WHERE f.id = r.key_id AND r.bad_code IS NULL AND r.change = 'corrected'
"""

OTHER_STORE = """
SELECT f.id FROM row r JOIN vipcrm_staff f ON f.id = r.key_id
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.store_id <> f.store_id
"""

PRODUCTS = """
CREATE TEMP TABLE row ON COMMIT DROP AS
SELECT t.*, p.id AS key_id, t.excluded = 't' AS is_excluded, 'new' AS change
  FROM ({typed}) t LEFT JOIN members_product p ON p.code = t.product_code
"""

COMPARE_PRODUCTS = """
UPDATE row r SET change = CASE WHEN (p.name, p.category, p.style, p.season, p.list_price, p.launched_on, p.role,
                                     p.excluded)
    IS DISTINCT FROM (coalesce(r.product_name, p.name), coalesce(r.category, p.category), coalesce(r.style, p.style),
                      coalesce(r.season, p.season), coalesce(r.list_price, p.list_price),
                      coalesce(r.launched_on, p.launched_on), coalesce(r.role, p.role),
                      coalesce(r.is_excluded, p.excluded)) THEN 'corrected' ELSE 'same' END
  FROM members_product p WHERE p.id = r.key_id AND r.bad_code IS NULL AND r.change = 'new'
"""

WRITE_PRODUCTS = """
INSERT INTO members_product (code, name, category, style, season, colour, size, list_price, launched_on, role, excluded)
SELECT r.product_code, coalesce(r.product_name, r.product_code), coalesce(r.category, ''), coalesce(r.style, ''),
       coalesce(r.season, ''), '', '', r.list_price, r.launched_on, coalesce(r.role, ''), coalesce(r.is_excluded, false)
  FROM row r WHERE r.bad_code IS NULL AND r.change = 'new'
"""

# What counts for tiers changes with the mark "not for points": these receipts are refreshed.
RECOUNT = """
SELECT DISTINCT l.receipt_id FROM row r JOIN members_product p ON p.id = r.key_id
  JOIN members_receiptline l ON l.product_id = p.id
 WHERE r.bad_code IS NULL AND r.change = 'corrected' AND r.is_excluded IS DISTINCT FROM p.excluded
   AND r.is_excluded IS NOT NULL AND l.quantity > 0
"""

UPDATE_PRODUCTS = """
UPDATE members_product p
   SET name = coalesce(r.product_name, p.name), category = coalesce(r.category, p.category),
       style = coalesce(r.style, p.style), season = coalesce(r.season, p.season),
       list_price = coalesce(r.list_price, p.list_price), launched_on = coalesce(r.launched_on, p.launched_on),
       role = coalesce(r.role, p.role), excluded = coalesce(r.is_excluded, p.excluded)
  FROM row r WHERE p.id = r.key_id AND r.bad_code IS NULL AND r.change = 'corrected'
"""


def _make_rows(sql: str, layout: Layout) -> None:
    execute("DROP TABLE IF EXISTS row")
    execute(sql.replace("{typed}", typed_select(layout)))


def write_stores(layout: Layout, outcome: Outcome) -> None:
    """Stores by their code; a region that does not exist yet is made."""
    _make_rows(STORES, layout)
    zones = "', '".join(sorted(available_timezones()))
    refuse("row", "time_zone", "unknown_zone", f"r.time_zone NOT IN ('{zones}')")
    times = "coalesce(r.closes, s.closes, '21:00') <= coalesce(r.opens, s.opens, '10:00')"
    known = "(SELECT 1) one LEFT JOIN vipcrm_store s ON s.id = r.key_id"
    refuse("row", "closes", "closes_first", f"(SELECT {times} FROM {known})")
    execute(SAME_KEY.replace("{key}", "code"))
    execute(REGIONS)
    execute(COMPARE_STORES)
    other_calendar = [row[0] for row in fetch(OTHER_CALENDAR)]
    other_zone = [row[0] for row in fetch(OTHER_ZONE)]
    execute(WRITE_STORES)
    execute(UPDATE_STORES)
    outcome.count("row")
    if other_zone:
        outcome.refreshed = refresh_stores(other_zone, at=outcome.now)
    calendars_changed.send(sender=Store, store_ids=other_calendar, at=outcome.now)


def write_staff(layout: Layout, outcome: Outcome) -> None:
    """Staff by their username; without a password until an admin sets one."""
    _make_rows(STAFF, layout)
    for column, code, where in STAFF_CHECKS:
        refuse("row", column, code, where)
    execute(SAME_KEY.replace("{key}", "username"))
    execute(COMPARE_STAFF)
    moved = [row[0] for row in fetch(OTHER_STORE)]
    execute(WRITE_STAFF, outcome.now)
    execute(UPDATE_STAFF)
    outcome.count("row")
    staff_moved.send(sender=Staff, staff_ids=moved, by_id=outcome.by_id, at=outcome.now)


def write_products(layout: Layout, outcome: Outcome) -> None:
    """Products by their code; lines already sold keep what they were sold as."""
    _make_rows(PRODUCTS, layout)
    execute(SAME_KEY.replace("{key}", "product_code"))
    execute(COMPARE_PRODUCTS)
    recount = [row[0] for row in fetch(RECOUNT)]
    execute(WRITE_PRODUCTS)
    execute(UPDATE_PRODUCTS)
    outcome.count("row")
    if recount:
        outcome.refreshed = refresh_receipts(recount, at=outcome.now)
