from django.db import migrations

SQL = """
CREATE FUNCTION payments_freeze_online_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.receipt_id IS NULL OR OLD.receipt_id = NEW.receipt_id)
        AND (OLD.company_id, OLD.customer_id, OLD.invoice_id, OLD.provider, OLD.reference, OLD.amount, OLD.currency)
        = (NEW.company_id, NEW.customer_id, NEW.invoice_id, NEW.provider, NEW.reference, NEW.amount, NEW.currency) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what online payment % asked for stays, and so does its receipt', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'online_payment_frozen';
END $$;

CREATE TRIGGER online_payment_frozen BEFORE UPDATE OR DELETE ON payments_onlinepayment
    FOR EACH ROW EXECUTE FUNCTION payments_freeze_online_payment();
CREATE TRIGGER provider_event_written_once BEFORE UPDATE OR DELETE ON payments_providerevent
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """What was asked of a provider never changes, a payment is received once, and an event is never forgotten."""

    dependencies = [("payments", "0020_online_payments")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
