"""Card numbers where none is brought: store + running number + check digit (rules.cards says the same).

In the database, because a sale keyed in by a clerk and an import of a million lines take them from the same counter.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE members_cardcounter (store_code varchar(20) PRIMARY KEY, last bigint NOT NULL);
CREATE FUNCTION next_card_no(code text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    running bigint;
    body text;
    digits text;
    total int;
    card text;
BEGIN
    LOOP
        INSERT INTO members_cardcounter AS c (store_code, last) VALUES (code, 1)
            ON CONFLICT (store_code) DO UPDATE SET last = c.last + 1 RETURNING c.last INTO running;
        body := code || lpad(running::text, 7, '0');
        SELECT string_agg(CASE WHEN sign ~ '[0-9]' THEN sign WHEN sign ~ '[A-Za-z]' THEN (ascii(upper(sign)) - 55)::text
                          ELSE '' END, '' ORDER BY place)
          INTO digits FROM regexp_split_to_table(body, '') WITH ORDINALITY AS t(sign, place);
        SELECT sum(CASE WHEN (length(digits) - place) % 2 = 1 THEN digit WHEN digit > 4 THEN digit * 2 - 9
                        ELSE digit * 2 END)
          INTO total FROM (SELECT place, substr(digits, place, 1)::int AS digit
                             FROM generate_series(1, length(digits)) AS place) s;
        card := body || ((10 - total % 10) % 10)::text;
        EXIT WHEN NOT EXISTS (SELECT 1 FROM members_member WHERE card_no = card);
    END LOOP;
    RETURN card;
END $$;
"""

BACKWARD = """
DROP FUNCTION next_card_no(text);
DROP TABLE members_cardcounter;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0004_a_standing_for_every_member")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
