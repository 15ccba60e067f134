from django.db import migrations

SQL = """
-- What an online payment asked for stays; what the provider reported stays once there is a receipt for it, or a person
-- set it aside. The page that was opened for it may be noted after a quick payer's money.
CREATE OR REPLACE FUNCTION payments_freeze_online_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_onlinepayment := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.session_id := NEW.session_id;
        before.checkout_url := NEW.checkout_url;
        IF OLD.status NOT IN ('paid', 'set_aside') THEN
            before.status := NEW.status;
            before.receipt_id := NEW.receipt_id;
            before.payment_id := NEW.payment_id;
            before.reported_amount := NEW.reported_amount;
            before.reported_currency := NEW.reported_currency;
            before.held_because := NEW.held_because;
            before.settled_because := NEW.settled_because;
            before.settled_by_id := NEW.settled_by_id;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what online payment % asked for stays, and so does its receipt', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'online_payment_frozen';
END $$;
"""


class Migration(migrations.Migration):
    """An online payment that came to its end says for good what was reported of it."""

    dependencies = [("payments", "0045_bank_files_stay")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
