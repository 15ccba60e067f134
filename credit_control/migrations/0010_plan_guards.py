from django.db import migrations

SQL = """
-- A plan moves along its table, once each way, and keeps what was agreed.
CREATE FUNCTION credit_control_keep_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before credit_control_paymentplan := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status, NEW.status) IN (('offered', 'accepted'), ('offered', 'declined'),
            ('offered', 'withdrawn'), ('accepted', 'cancelled')) THEN
        before.status := NEW.status;
        IF NEW.status = 'accepted' THEN
            before.accepted_on := NEW.accepted_on;
            before.accepted_at := NEW.accepted_at;
            before.accepted_name := NEW.accepted_name;
            before.accepted_how := NEW.accepted_how;
            before.accepted_by_id := NEW.accepted_by_id;
        ELSE
            before.closed_on := NEW.closed_on;
            before.closed_at := NEW.closed_at;
            before.closed_by_id := NEW.closed_by_id;
            before.close_reason := NEW.close_reason;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'payment plan % stays as it was agreed: end it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'plan_stays_as_agreed';
END $$;
CREATE TRIGGER plan_kept BEFORE UPDATE OR DELETE ON credit_control_paymentplan
    FOR EACH ROW EXECUTE FUNCTION credit_control_keep_plan();

CREATE FUNCTION credit_control_keep_planned_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before credit_control_planneditem := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL THEN
        before.released_at := NEW.released_at;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a planned item is let go once, and never changed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'planned_item_stays';
END $$;
CREATE TRIGGER planned_item_kept BEFORE UPDATE OR DELETE ON credit_control_planneditem
    FOR EACH ROW EXECUTE FUNCTION credit_control_keep_planned_item();

-- At the end of the transaction a plan is what its instalments and its items come to.
CREATE FUNCTION credit_control_add_up_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan bigint := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF EXISTS (
        SELECT FROM credit_control_paymentplan p WHERE p.id = plan AND (
            p.amount <> (SELECT coalesce(sum(amount), 0) FROM credit_control_planinstalment WHERE plan_id = plan)
            OR p.amount <> (SELECT coalesce(sum(amount), 0) FROM credit_control_planneditem WHERE plan_id = plan)
        )
    ) THEN
        RAISE EXCEPTION 'payment plan % is not what its instalments and items come to', plan
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER plan_adds_up AFTER INSERT ON credit_control_paymentplan
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_control_add_up_plan('id');
CREATE CONSTRAINT TRIGGER plan_adds_up_with_instalment AFTER INSERT ON credit_control_planinstalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_control_add_up_plan('plan_id');
CREATE CONSTRAINT TRIGGER plan_adds_up_with_item AFTER INSERT ON credit_control_planneditem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_control_add_up_plan('plan_id');
"""


class Migration(migrations.Migration):
    """A plan stays as it was agreed, its items are let go once, and it is always what its parts come to."""

    dependencies = [("credit_control", "0009_plans")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
