from django.db import migrations


class Migration(migrations.Migration):
    """The columns whose facts are dated rates now."""

    dependencies = [("billing", "0005_dated_rates")]
    operations = [
        migrations.AlterModelOptions(
            name="tax",
            options={"ordering": ["name"], "verbose_name_plural": "taxes"},
        ),
        migrations.RemoveConstraint(
            model_name="tax",
            name="tax_percent_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="tax",
            name="tax_percent_fits_its_category",
        ),
        migrations.RemoveConstraint(
            model_name="tax",
            name="tax_reason_where_none_is_charged",
        ),
        migrations.RemoveField(
            model_name="tax",
            name="account",
        ),
        migrations.RemoveField(
            model_name="tax",
            name="category",
        ),
        migrations.RemoveField(
            model_name="tax",
            name="percent",
        ),
        migrations.RemoveField(
            model_name="tax",
            name="reason",
        ),
    ]
