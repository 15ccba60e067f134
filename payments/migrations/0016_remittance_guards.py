from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_remittance := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.bank_line_id := NEW.bank_line_id;
        before.withdrawn_because := NEW.withdrawn_because;
        IF before IS NOT DISTINCT FROM NEW AND (OLD.withdrawn_because = '' OR OLD IS NOT DISTINCT FROM NEW) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'remittance advice % stays as it came', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'remittance_frozen';
END $$;

CREATE TRIGGER remittance_frozen BEFORE UPDATE OR DELETE ON payments_remittance
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_remittance();
CREATE TRIGGER remittance_line_written_once BEFORE UPDATE OR DELETE ON payments_remittanceline
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER remittance_use_written_once BEFORE UPDATE OR DELETE ON payments_remittanceuse
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """What a payer advised stays as it came; only what it explains, and that it is withdrawn, is said later."""

    dependencies = [("payments", "0015_remittances")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
