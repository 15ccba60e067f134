from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_paymentfile := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.sealed_content := NEW.sealed_content;  -- sealed anew; its hash says whether it is the same
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'payment file % is made once', OLD.message_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_file_frozen';
END $$;

CREATE TRIGGER payment_file_frozen BEFORE UPDATE OR DELETE ON payments_paymentfile
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_file();

CREATE FUNCTION payments_freeze_debit_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_debitrun := OLD;
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
    RAISE EXCEPTION 'debit run % does not change', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'debit_run_frozen';
END $$;

CREATE TRIGGER debit_run_frozen BEFORE UPDATE OR DELETE ON payments_debitrun
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_debit_run();

CREATE FUNCTION payments_freeze_debit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_debitcollection := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.trace = '' THEN
            before.trace := NEW.trace;
        END IF;
        IF (OLD.state, NEW.state) IN (('pending', 'collected'), ('pending', 'rejected'), ('pending', 'left_out'),
                                      ('collected', 'returned')) THEN
            before.state := NEW.state;
            before.reason_code := NEW.reason_code;
            before.reason := NEW.reason;
            before.settled_on := NEW.settled_on;
            before.return_line_id := NEW.return_line_id;
            IF OLD.receipt_id IS NULL THEN
                before.receipt_id := NEW.receipt_id;
            END IF;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'debit % does not change', OLD.end_to_end_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'debit_frozen';
END $$;

CREATE TRIGGER debit_frozen BEFORE UPDATE OR DELETE ON payments_debitcollection
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_debit();

CREATE FUNCTION payments_freeze_debit_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_debitpart := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND NOT NEW.is_under_way THEN
        before.is_under_way := false;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what debit % takes of an item does not change', OLD.collection_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'debit_part_frozen';
END $$;

CREATE TRIGGER debit_part_frozen BEFORE UPDATE OR DELETE ON payments_debitpart
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_debit_part();
"""


class Migration(migrations.Migration):
    """A payment file is made once; a run, its debits and their parts go forward only."""

    dependencies = [("payments", "0022_debit_runs")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
