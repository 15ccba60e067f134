from django.db import migrations, models

SQL = """
CREATE FUNCTION billing_note_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_unmailed
        SELECT after.id FROM after JOIN before USING (id) WHERE after.status <> 'draft' AND before.status = 'draft'
        AND NOT EXISTS (
            SELECT FROM office_outgoingmail m WHERE m.about_type = 'billing.invoice' AND m.about_id = after.id
        );
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_unmailed_once_issued AFTER UPDATE ON billing_invoice
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION billing_note_issued();

CREATE FUNCTION billing_note_mailed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM billing_unmailed u USING after a WHERE a.about_type = 'billing.invoice' AND u.invoice_id = a.about_id;
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_mailed AFTER INSERT ON office_outgoingmail
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION billing_note_mailed();

INSERT INTO billing_unmailed SELECT id FROM billing_invoice i WHERE status <> 'draft'
    AND NOT EXISTS (SELECT FROM office_outgoingmail m WHERE m.about_type = 'billing.invoice' AND m.about_id = i.id);
"""
UNDO = """
DROP TRIGGER invoice_mailed ON office_outgoingmail;
DROP FUNCTION billing_note_mailed;
DROP TRIGGER invoice_unmailed_once_issued ON billing_invoice;
DROP FUNCTION billing_note_issued;
"""


class Migration(migrations.Migration):
    """What was issued and mailed to nobody is found at once, however much was mailed."""

    dependencies = [("billing", "0037_letters"), ("office", "0030_letter_groups")]
    operations = [
        migrations.CreateModel(
            "Unmailed",
            [
                (
                    "invoice",
                    models.OneToOneField(
                        "billing.invoice",
                        models.DO_NOTHING,
                        primary_key=True,
                        related_name="unmailed",
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
