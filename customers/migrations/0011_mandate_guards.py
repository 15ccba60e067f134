from django.db import migrations

SQL = """
CREATE FUNCTION customers_freeze_mandate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before customers_mandate := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.account_id := NEW.account_id;
        before.last_used_on := NEW.last_used_on;
        IF OLD.revoked_on IS NULL THEN
            before.revoked_on := NEW.revoked_on;
            before.revoked_reason := NEW.revoked_reason;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'mandate % stays as it was signed', OLD.reference
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mandate_frozen';
END $$;

CREATE TRIGGER mandate_frozen BEFORE UPDATE OR DELETE ON customers_mandate
    FOR EACH ROW EXECUTE FUNCTION customers_freeze_mandate();

CREATE FUNCTION customers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE TRIGGER mandate_amendment_written_once BEFORE UPDATE OR DELETE ON customers_mandateamendment
    FOR EACH ROW EXECUTE FUNCTION customers_refuse_change();
"""


class Migration(migrations.Migration):
    """What was signed stays; a mandate is used, put to another account, and revoked once."""

    dependencies = [("customers", "0010_mandates")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
