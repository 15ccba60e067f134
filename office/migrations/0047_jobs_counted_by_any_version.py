from django.db import migrations, models


class Migration(migrations.Migration):
    """What a version before writes of a job counts from zero as well."""

    dependencies = [("office", "0046_roles")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="done_times",
            field=models.BigIntegerField(db_default=0, help_text="How often it went well, ever."),
        ),
        migrations.AlterField(
            model_name="job",
            name="failed_times",
            field=models.BigIntegerField(db_default=0, help_text="How often it failed, ever."),
        ),
    ]
