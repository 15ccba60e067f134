from django.db import migrations

SQL = """
-- A bank's file stays as it came; only which of its accounts are none of ours is said anew when it is read again.
CREATE FUNCTION payments_freeze_bank_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_bankfile := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.unknown_accounts := NEW.unknown_accounts;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'bank file % stays as it came', OLD.name
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_file_frozen';
END $$;

CREATE TRIGGER bank_file_frozen BEFORE UPDATE OR DELETE ON payments_bankfile
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_bank_file();
"""


class Migration(migrations.Migration):
    """What a bank sent is kept as it came."""

    dependencies = [("payments", "0044_one_kind_of_dispute")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
