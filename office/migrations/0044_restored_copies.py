import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION office_refuse_from_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM office_restoredcopy WHERE released_at IS NULL) THEN
        RAISE EXCEPTION 'nothing leaves a restored copy that nobody released'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER mail_stays_in_a_copy BEFORE UPDATE ON office_outgoingmail FOR EACH ROW
    WHEN (NEW.status = 'handed_over' AND OLD.status <> 'handed_over') EXECUTE FUNCTION office_refuse_from_copy();

CREATE TRIGGER webhook_stays_in_a_copy BEFORE UPDATE ON office_webhookdelivery FOR EACH ROW
    WHEN (NEW.state = 'sending') EXECUTE FUNCTION office_refuse_from_copy();

CREATE OR REPLACE TRIGGER mail_moves_along_its_arrows BEFORE UPDATE ON office_outgoingmail FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('queued', 'sending'), ('queued', 'cancelled'), ('queued', 'uncertain'),
        ('sending', 'handed_over'), ('sending', 'queued'), ('sending', 'failed'), ('sending', 'cancelled'),
        ('sending', 'uncertain'),
        ('handed_over', 'sent'), ('handed_over', 'queued'), ('handed_over', 'failed'), ('handed_over', 'uncertain'),
        ('uncertain', 'queued'), ('uncertain', 'sent'), ('uncertain', 'cancelled'),
        ('failed', 'queued'), ('failed', 'cancelled'), ('cancelled', 'queued'),
        ('queued', 'bounced'), ('sending', 'bounced'), ('handed_over', 'bounced'), ('sent', 'bounced'),
        ('uncertain', 'bounced'), ('failed', 'bounced'), ('cancelled', 'bounced')
    )) EXECUTE FUNCTION office_refuse_mail_arrow();
"""


class Migration(migrations.Migration):
    """A restored copy lets nothing go; what waited in its backup becomes uncertain when somebody releases it."""

    dependencies = [("office", "0043_auditors_for_a_time")]

    operations = [
        migrations.CreateModel(
            name="Backup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(help_text="As of when it holds the book.")),
                ("finished_at", models.DateTimeField(auto_now_add=True)),
                (
                    "path",
                    models.CharField(help_text="Where it was written, on the machine that made it.", max_length=500),
                ),
                ("size", models.BigIntegerField(help_text="In bytes.")),
                (
                    "sha256",
                    models.CharField(
                        help_text="Of all of the file but its last line, which says the same.", max_length=64
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["-made_at"], name="backup_newest")]},
        ),
        migrations.CreateModel(
            name="RestoredCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("backed_up_at", models.DateTimeField()),
                ("restored_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"permissions": [("release_copy", "Say that a restored copy is the office now")]},
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
