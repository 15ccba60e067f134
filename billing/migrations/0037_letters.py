from django.db import migrations, models

from office.letters import LetterIndex


class Migration(migrations.Migration):
    """Documents are found by any part of their numbers, and by their amount, at any size."""

    dependencies = [("billing", "0036_who_objected_stays"), ("office", "0030_letter_groups")]
    operations = [
        migrations.AddIndex("invoice", models.Index(fields=["company", "total"], name="invoice_by_total")),
        migrations.AddIndex(
            "invoice", LetterIndex("number", "po_number", "source_reference", name="invoice_by_letters")
        ),
    ]
