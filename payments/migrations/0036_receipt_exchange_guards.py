from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_exchange() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_receiptexchange := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'recorded' AND NEW.status = 'reversed' THEN
        before.status := NEW.status;
        before.reversed_on := NEW.reversed_on;
        before.reversal_reason := NEW.reversal_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'exchange % does not change', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'receipt_exchange_frozen';
END $$;

CREATE TRIGGER receipt_exchange_frozen BEFORE UPDATE OR DELETE ON payments_receiptexchange
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_exchange();
"""


class Migration(migrations.Migration):
    """An exchange changes once: when it is undone."""

    dependencies = [("payments", "0035_receipt_exchanges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
