from django.db import migrations

SQL = """
CREATE OR REPLACE FUNCTION payments_freeze_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_receipt := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'recorded' AND NEW.status = 'reversed' THEN
        before.status := NEW.status;
        before.reversal_entry_id := NEW.reversal_entry_id;
        before.reversed_on := NEW.reversed_on;
        before.reversal_reason := NEW.reversal_reason;
        before.was_mistaken := NEW.was_mistaken;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'receipt % is in the book: reverse it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'receipt_frozen';
END $$;

-- Receipts take at most what came in on their bank line. The line is locked first; the app itself may not lock it.
CREATE FUNCTION payments_within_bank_line() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    line payments_bankline;
BEGIN
    SELECT * INTO line FROM payments_bankline WHERE id = NEW.bank_line_id FOR NO KEY UPDATE;
    IF line.currency <> NEW.currency OR line.amount < (
        SELECT coalesce(sum(amount), 0) FROM payments_receipt WHERE bank_line_id = NEW.bank_line_id AND NOT was_mistaken
    ) THEN
        RAISE EXCEPTION 'receipts take more than came in on bank line %', NEW.bank_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipts_within_bank_line';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER receipt_within_bank_line AFTER INSERT ON payments_receipt
    FOR EACH ROW WHEN (NEW.bank_line_id IS NOT NULL) EXECUTE FUNCTION payments_within_bank_line();
"""


class Migration(migrations.Migration):
    """What was mistaken is said when a receipt is reversed; and no bank line is spent twice."""

    dependencies = [("payments", "0006_matched_lines")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
