from django.db import migrations, models

TIE = """
ALTER TABLE office_outgoingmail DROP CONSTRAINT office_outgoingmail_contact_id_exists;
ALTER TABLE office_outgoingmail ADD CONSTRAINT mail_to_its_customers_contact FOREIGN KEY (contact_id, customer_id)
    REFERENCES customers_contact (id, customer_id);
"""
UNTIE = """
ALTER TABLE office_outgoingmail DROP CONSTRAINT mail_to_its_customers_contact;
ALTER TABLE office_outgoingmail ADD CONSTRAINT office_outgoingmail_contact_id_exists FOREIGN KEY (contact_id)
    REFERENCES customers_contact (id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    """A mail goes to a contact of the customer whose mail it is, and of no other."""

    dependencies = [("customers", "0017_hold_policy_looks"), ("office", "0011_returned_mail")]
    operations = [
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(fields=("id", "customer"), name="contact_of_one_customer"),
        ),
        migrations.RunSQL(TIE, UNTIE),
    ]
