from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_repaymentbatch := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state = 'ready' THEN
        before.file_id := NEW.file_id;
        before.approved_by_id := NEW.approved_by_id;
        before.state := NEW.state;
    ELSIF TG_OP = 'UPDATE' AND OLD.state IN ('waiting', 'ready') AND NEW.state = 'cancelled' THEN
        before.cancelled_reason := NEW.cancelled_reason;
        before.state := NEW.state;
    END IF;
    IF TG_OP = 'UPDATE' AND before IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'repayment % does not change', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'repayment_frozen';
END $$;

CREATE TRIGGER repayment_frozen BEFORE UPDATE OR DELETE ON payments_repaymentbatch
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_repayment();

CREATE FUNCTION payments_freeze_repayment_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_repaymentline := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT OLD.was_sent THEN
            before.trace := NEW.trace;
            before.was_sent := NEW.was_sent;
        END IF;
        IF OLD.is_under_way AND NOT NEW.is_under_way THEN
            before.is_under_way := false;
            before.reason := NEW.reason;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'repayment line % does not change', OLD.end_to_end_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'repayment_line_frozen';
END $$;

CREATE TRIGGER repayment_line_frozen BEFORE UPDATE OR DELETE ON payments_repaymentline
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_repayment_line();
"""


class Migration(migrations.Migration):
    """A repayment and its lines go forward only."""

    dependencies = [("payments", "0030_repayments")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
