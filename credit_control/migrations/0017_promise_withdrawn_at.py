from django.db import migrations, models
from django.db.models import Q

FREEZE = """
CREATE OR REPLACE FUNCTION credit_control_freeze_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before credit_control_paymentpromise := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_on IS NULL AND NEW.withdrawn_on IS NOT NULL THEN
        before.withdrawn_on := NEW.withdrawn_on;
        before.withdrawn_at := NEW.withdrawn_at;
        before.withdrawn_by_id := NEW.withdrawn_by_id;
        before.withdraw_reason := NEW.withdraw_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'promise % stays as it was made: withdraw it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'promise_frozen';
END $$;
"""
FILL = """
ALTER TABLE credit_control_paymentpromise DISABLE TRIGGER promise_frozen;
UPDATE credit_control_paymentpromise p SET withdrawn_at = greatest(p.created_at, least(now(),
    ((p.withdrawn_on + 1)::timestamp - interval '1 second') AT TIME ZONE c.time_zone))
FROM office_company c WHERE c.id = p.company_id AND p.withdrawn_on IS NOT NULL;
ALTER TABLE credit_control_paymentpromise ENABLE TRIGGER promise_frozen;
"""


class Migration(migrations.Migration):
    """The moment at which a promise was withdrawn; of earlier ones the end of their day."""

    dependencies = [("credit_control", "0016_plan_requests")]

    operations = [
        migrations.AddField("paymentpromise", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FREEZE, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "paymentpromise",
            models.CheckConstraint(
                name="promise_withdrawn_at_a_moment",
                condition=Q(withdrawn_on=None) ^ Q(withdrawn_at__isnull=False),
            ),
        ),
    ]
