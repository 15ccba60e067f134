from django.db import migrations, models
from django.db.models import Q

INDEX = models.Index(
    fields=["company_id", "customer_id", "due_on"],
    include=["id", "entry", "kind", "dated_on", "currency", "amount", "balance"],
    condition=~Q(balance=0),
    name="item_open_now",
)


class Migration(migrations.Migration):
    """What is owed, how late it is and what is overdue today are read from an index, and never from the rows."""

    dependencies = [("ledger", "0011_allocations_by_day")]
    operations = [migrations.RemoveIndex("openitem", "item_open_now"), migrations.AddIndex("openitem", INDEX)]
