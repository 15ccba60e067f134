from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether anything was allocated after a day is asked before every figure of that day."""

    dependencies = [("ledger", "0010_items_with_their_entry")]
    operations = [migrations.AddIndex("allocation", models.Index(fields=["dated_on"], name="allocation_by_day"))]
