from django.db import migrations, models

from office.letters import LetterIndex


class Migration(migrations.Migration):
    """Receipts are found by any part of their numbers, and by their amount, at any size."""

    dependencies = [("payments", "0046_online_payments_end"), ("office", "0030_letter_groups")]
    operations = [
        migrations.AddIndex("receipt", models.Index(fields=["company", "amount"], name="receipt_by_amount")),
        migrations.AddIndex("receipt", LetterIndex("number", "reference", "external_id", name="receipt_by_letters")),
    ]
