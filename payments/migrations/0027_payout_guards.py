from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_payout() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_payout := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reversal_entry_id IS NULL THEN
        before.reversal_entry_id := NEW.reversal_entry_id;
        before.reversal_reason := NEW.reversal_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'payout % is in the book: take it back', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payout_frozen';
END $$;

CREATE TRIGGER payout_frozen BEFORE UPDATE OR DELETE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_payout();

-- A bank line is a payout or customers' receipts, never both. The line is locked first; the app itself may not lock it.
CREATE FUNCTION payments_payout_or_receipts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    spent bigint;
BEGIN
    IF TG_TABLE_NAME = 'payments_payout' THEN
        PERFORM FROM payments_bankline WHERE id = NEW.line_id FOR NO KEY UPDATE;
        SELECT count(*) INTO spent FROM payments_receipt WHERE bank_line_id = NEW.line_id AND NOT was_mistaken;
    ELSE
        PERFORM FROM payments_bankline WHERE id = NEW.bank_line_id FOR NO KEY UPDATE;
        SELECT count(*) INTO spent FROM payments_payout WHERE line_id = NEW.bank_line_id AND reversal_entry_id IS NULL;
    END IF;
    IF spent > 0 THEN
        RAISE EXCEPTION 'a bank line is a payout or receipts, not both'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipts_within_bank_line';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER payout_without_receipts AFTER INSERT ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_payout_or_receipts();
CREATE TRIGGER receipt_without_payout AFTER INSERT ON payments_receipt
    FOR EACH ROW WHEN (NEW.bank_line_id IS NOT NULL) EXECUTE FUNCTION payments_payout_or_receipts();
"""


class Migration(migrations.Migration):
    """A payout can be taken back, and nothing else; and its bank line is no customer's payment."""

    dependencies = [("payments", "0026_payouts")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
