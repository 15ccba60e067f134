from django.db import migrations

SQL = """
CREATE FUNCTION customers_freeze_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before customers_customeraccount := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.closed_at IS NULL THEN
        before.blocked_at := NEW.blocked_at;
        before.blocked_reason := NEW.blocked_reason;
        before.closed_at := NEW.closed_at;
        before.closed_reason := NEW.closed_reason;
        IF OLD.confirmed_at IS NULL THEN
            before.confirmed_at := NEW.confirmed_at;
            before.confirmed_by_id := NEW.confirmed_by_id;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        before.sealed_number := NEW.sealed_number;  -- sealed anew; its keyed hash says whether it is the same
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'bank account % of a customer does not change: add another', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'customer_account_frozen';
END $$;

CREATE TRIGGER customer_account_frozen BEFORE UPDATE OR DELETE ON customers_customeraccount
    FOR EACH ROW EXECUTE FUNCTION customers_freeze_account();
"""


class Migration(migrations.Migration):
    """A customer's bank account is confirmed once, blocked, released and closed; what it says never changes."""

    dependencies = [("customers", "0008_customer_accounts")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
