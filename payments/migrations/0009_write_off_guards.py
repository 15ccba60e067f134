from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_write_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_writeoff := OLD;
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
    RAISE EXCEPTION 'write-off % is in the book: reverse it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'write_off_frozen';
END $$;

CREATE TRIGGER write_off_frozen BEFORE UPDATE OR DELETE ON payments_writeoff
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_write_off();
CREATE TRIGGER write_off_tax_written_once BEFORE UPDATE OR DELETE ON payments_writeofftax
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER recovery_written_once BEFORE UPDATE OR DELETE ON payments_recovery
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER recovery_tax_written_once BEFORE UPDATE OR DELETE ON payments_recoverytax
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- Recoveries take at most what was written off and is not asked for again. The write-off is locked first.
CREATE FUNCTION payments_within_write_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row payments_writeoff;
BEGIN
    SELECT * INTO row FROM payments_writeoff WHERE id = NEW.write_off_id FOR NO KEY UPDATE;
    IF row.status <> 'recorded' OR row.kind <> 'bad_debt' OR row.amount < (
        SELECT coalesce(sum(v.amount), 0) FROM payments_recovery v JOIN payments_receipt r ON r.id = v.receipt_id
        WHERE v.write_off_id = NEW.write_off_id AND r.status = 'recorded'
    ) THEN
        RAISE EXCEPTION 'more is recovered than was written off by %', row.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'recoveries_within_write_off';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER recovery_within_write_off AFTER INSERT ON payments_recovery
    FOR EACH ROW EXECUTE FUNCTION payments_within_write_off();
"""


class Migration(migrations.Migration):
    """A write-off can be reversed, and nothing else; and no more is recovered than was written off."""

    dependencies = [("payments", "0008_write_offs")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
