from django.db import migrations

SQL = """
CREATE TRIGGER settled_item_written_once BEFORE UPDATE OR DELETE ON payments_settleditem
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

CREATE FUNCTION payments_freeze_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_settlement := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.undone_on IS NULL THEN
        before.undone_on := NEW.undone_on;
        before.undone_by_id := NEW.undone_by_id;
        before.undo_reason := NEW.undo_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'settlement % is done: undo it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_frozen';
END $$;

CREATE TRIGGER settlement_frozen BEFORE UPDATE OR DELETE ON payments_settlement
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_settlement();
"""


class Migration(migrations.Migration):
    """What one save did never changes; it can be undone once."""

    dependencies = [("payments", "0013_settlements")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
