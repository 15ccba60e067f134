from django.db import migrations

ALONE = """
CREATE FUNCTION office_roles_stand_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) > 1 AND bool_or(r.name IN ('auditor', 'mail server'))
            FROM office_user_groups h JOIN auth_group r ON r.id = h.group_id WHERE h.user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'an auditor or mail server is nothing else beside'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER roles_stand_alone AFTER INSERT OR UPDATE ON office_user_groups
    FOR EACH ROW EXECUTE FUNCTION office_roles_stand_alone();
"""


class Migration(migrations.Migration):
    """Whoever audits does nothing here themselves, and a mail server's token opens nothing but its own door.

    Who was both stays so until their roles are changed.
    """

    dependencies = [("office", "0028_requests_stay_as_asked")]
    operations = [migrations.RunSQL(ALONE, migrations.RunSQL.noop)]
