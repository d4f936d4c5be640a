"""A return can never exceed what was sold: kept by the database itself, whatever path writes the lines."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION members_count_returns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.returns_line_id IS NOT NULL AND NOT OLD.voided THEN
        UPDATE members_receiptline
           SET returned_quantity = returned_quantity + OLD.quantity, returned_amount = returned_amount + OLD.amount
         WHERE id = OLD.returns_line_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.returns_line_id IS NOT NULL AND NOT NEW.voided THEN
        UPDATE members_receiptline
           SET returned_quantity = returned_quantity - NEW.quantity, returned_amount = returned_amount - NEW.amount
         WHERE id = NEW.returns_line_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_returns_insert AFTER INSERT ON members_receiptline
    FOR EACH ROW WHEN (NEW.returns_line_id IS NOT NULL) EXECUTE FUNCTION members_count_returns();
CREATE TRIGGER count_returns_update AFTER UPDATE OF quantity, unit_price, returns_line_id, voided ON members_receiptline
    FOR EACH ROW WHEN (OLD.returns_line_id IS NOT NULL OR NEW.returns_line_id IS NOT NULL)
    EXECUTE FUNCTION members_count_returns();
CREATE TRIGGER count_returns_delete AFTER DELETE ON members_receiptline
    FOR EACH ROW WHEN (OLD.returns_line_id IS NOT NULL) EXECUTE FUNCTION members_count_returns();
"""

BACKWARD = """
DROP TRIGGER count_returns_insert ON members_receiptline;
DROP TRIGGER count_returns_update ON members_receiptline;
DROP TRIGGER count_returns_delete ON members_receiptline;
DROP FUNCTION members_count_returns();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
