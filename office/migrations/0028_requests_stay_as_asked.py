from django.db import migrations

SQL = """
-- What somebody asked for stays as it was asked, and is decided once: what was approved is what was seen.
CREATE FUNCTION office_freeze_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before office_approvalrequest := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting' THEN
        before.state := NEW.state;
        before.decided_by_id := NEW.decided_by_id;
        before.decided_at := NEW.decided_at;
        before.decision_reason := NEW.decision_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'request % stays as it was asked, and is decided once', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'request_frozen';
END $$;

CREATE TRIGGER request_frozen BEFORE UPDATE OR DELETE ON office_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION office_freeze_request();


-- Nobody's request begins as decided: a second person's word is given to what they saw waiting.
CREATE FUNCTION office_refuse_decided_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a request of % begins waiting', NEW.action
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_begins_waiting';
END $$;

CREATE TRIGGER request_begins_waiting BEFORE INSERT ON office_approvalrequest
    FOR EACH ROW WHEN (NEW.state <> 'waiting') EXECUTE FUNCTION office_refuse_decided_request();
"""


class Migration(migrations.Migration):
    """An approval is of what was asked, word for word, and stands."""

    dependencies = [("office", "0027_most_issued_unseen")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
