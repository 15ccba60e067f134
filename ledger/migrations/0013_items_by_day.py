from django.db import migrations, models


class Migration(migrations.Migration):
    """What moved in some days is read from the index alone."""

    dependencies = [("ledger", "0012_open_items_by_index_alone")]
    operations = [
        migrations.AddIndex(
            "openitem",
            models.Index(
                fields=["company_id", "dated_on"],
                include=["id", "entry", "kind", "customer_id", "currency", "amount", "company_amount"],
                name="item_by_day",
            ),
        )
    ]
