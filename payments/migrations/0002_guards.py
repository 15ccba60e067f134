from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_receipt := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'recorded' AND NEW.status = 'reversed' THEN
        before.status := NEW.status;
        before.reversal_entry_id := NEW.reversal_entry_id;
        before.reversed_on := NEW.reversed_on;
        before.reversal_reason := NEW.reversal_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'receipt % is in the book: reverse it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'receipt_frozen';
END $$;

CREATE TRIGGER receipt_frozen BEFORE UPDATE OR DELETE ON payments_receipt
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_receipt();

CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE TRIGGER refund_written_once BEFORE UPDATE OR DELETE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """A recorded receipt can be reversed, and nothing else; a refund never changes."""

    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
