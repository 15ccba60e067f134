from django.db import migrations

SQL = """
-- As before, and who said it stays as well.
CREATE OR REPLACE FUNCTION billing_keep_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.company_id, OLD.customer_id, OLD.number, OLD.entry_id, OLD.source, OLD.words,
            OLD.said_by, OLD.currency, OLD.amount, OLD.opened_on, OLD.opened_at)
        = (NEW.company_id, NEW.customer_id, NEW.number, NEW.entry_id, NEW.source, NEW.words,
            NEW.said_by, NEW.currency, NEW.amount, NEW.opened_on, NEW.opened_at)
        AND (OLD.invoice_id, OLD.opened_by_id, OLD.contact_id)
            IS NOT DISTINCT FROM (NEW.invoice_id, NEW.opened_by_id, NEW.contact_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'dispute % stays as it was opened: close it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'dispute_stays_as_opened';
END $$;
"""


class Migration(migrations.Migration):
    """Whose words a dispute keeps is part of them."""

    dependencies = [("billing", "0035_confirmed_periods")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
