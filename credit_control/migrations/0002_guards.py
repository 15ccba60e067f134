from django.db import migrations

SQL = """
CREATE FUNCTION credit_control_freeze_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before credit_control_latecharge := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.waived_on IS NULL AND NEW.waived_on IS NOT NULL THEN
        before.waived_on := NEW.waived_on;
        before.waived_by_id := NEW.waived_by_id;
        before.waive_reason := NEW.waive_reason;
        before.reversal_entry_id := NEW.reversal_entry_id;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'late charge % is in the book: waive it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'late_charge_frozen';
END $$;

CREATE TRIGGER late_charge_frozen BEFORE UPDATE OR DELETE ON credit_control_latecharge
    FOR EACH ROW EXECUTE FUNCTION credit_control_freeze_charge();
CREATE TRIGGER late_charge_line_written_once BEFORE UPDATE OR DELETE ON credit_control_latechargeline
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- Each item has four million days of one long line to itself, so that one range holds item and days: PostgreSQL can
-- keep ranges apart by itself, but a number beside a range only with an extension.
ALTER TABLE credit_control_latechargeline ADD CONSTRAINT day_of_a_debt_charged_once EXCLUDE USING gist (
    int8range(item_id * 4000000 + (from_on - DATE '0001-01-01'), item_id * 4000000 + (to_on - DATE '0001-01-01'))
    WITH &&) WHERE (kind = 'interest');
"""


class Migration(migrations.Migration):
    """A charge can be waived, and nothing else; and no day of a debt is charged twice."""

    dependencies = [("credit_control", "0001_initial"), ("payments", "0039_words_of_bank_lines")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
