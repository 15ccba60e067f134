from django.db import migrations

ARROWS = """
CREATE FUNCTION office_refuse_mail_arrow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mail % does not become % now', NEW.id, NEW.status
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER mail_begins_queued BEFORE INSERT ON office_outgoingmail FOR EACH ROW
    WHEN (NEW.status <> 'queued') EXECUTE FUNCTION office_refuse_mail_arrow();

CREATE TRIGGER mail_moves_along_its_arrows BEFORE UPDATE ON office_outgoingmail FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('queued', 'sending'), ('queued', 'cancelled'),
        ('sending', 'handed_over'), ('sending', 'queued'), ('sending', 'failed'), ('sending', 'cancelled'),
        ('handed_over', 'sent'), ('handed_over', 'queued'), ('handed_over', 'failed'), ('handed_over', 'uncertain'),
        ('uncertain', 'queued'), ('uncertain', 'sent'), ('uncertain', 'cancelled'),
        ('failed', 'queued'), ('failed', 'cancelled'), ('cancelled', 'queued'),
        ('queued', 'bounced'), ('sending', 'bounced'), ('handed_over', 'bounced'), ('sent', 'bounced'),
        ('uncertain', 'bounced'), ('failed', 'bounced'), ('cancelled', 'bounced')
    )) EXECUTE FUNCTION office_refuse_mail_arrow();
"""


class Migration(migrations.Migration):
    """A mail begins queued, and what may have left is never queued again but by a person, who saw that it is uncertain.

    It comes back from wherever it stands: reports overtake the relay's answer, and tell of what a person settled.
    """

    dependencies = [("office", "0025_approvals_without_limit")]
    operations = [migrations.RunSQL(ARROWS, migrations.RunSQL.noop)]
