from django.db import migrations

SQL = """
CREATE TRIGGER receipt_batch_written_once BEFORE UPDATE OR DELETE ON payments_receiptbatch
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- Receipts take at most what came in on their bank line: what their customers paid, less what banks kept of it.
CREATE OR REPLACE FUNCTION payments_within_bank_line() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    line payments_bankline;
BEGIN
    SELECT * INTO line FROM payments_bankline WHERE id = NEW.bank_line_id FOR NO KEY UPDATE;
    IF line.currency <> NEW.currency OR line.amount < (
        SELECT coalesce(sum(amount - bank_fee), 0) FROM payments_receipt
        WHERE bank_line_id = NEW.bank_line_id AND NOT was_mistaken
    ) THEN
        RAISE EXCEPTION 'receipts take more than came in on bank line %', NEW.bank_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipts_within_bank_line';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """A batch never changes; and of a bank line is matched what came to the account."""

    dependencies = [("payments", "0018_receipt_batches")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
