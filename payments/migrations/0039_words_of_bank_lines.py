from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from payments.bank_lines import named_in

TRIGGER = "ALTER TABLE payments_bankline %s TRIGGER bank_line_written_once"
PIECE = 1_000
TOLD = ("text", "end_to_end_id", "references")
KEPT = ("words", "checked_numbers", "checked_documents")


def read_words(apps: Any, schema_editor: Any) -> None:
    """Keep with the lines that were taken before what their words can name. What banks said of them stays as it is."""
    model = apps.get_model("payments", "BankLine")
    schema_editor.execute(TRIGGER % "DISABLE")
    piece = list(model.objects.order_by("pk")[:PIECE])
    while piece:
        for line in piece:
            for name, value in named_in({fact: getattr(line, fact) for fact in TOLD}).items():
                setattr(line, name, value)
        model.objects.bulk_update(piece, KEPT)
        piece = list(model.objects.filter(pk__gt=piece[-1].pk).order_by("pk")[:PIECE])
    schema_editor.execute(TRIGGER % "ENABLE")


class Migration(migrations.Migration):
    dependencies = [("payments", "0038_exact_rates")]
    operations = [
        migrations.AddField("bankline", "words", ArrayField(models.TextField(), default=list)),
        migrations.AddField("bankline", "checked_numbers", ArrayField(models.TextField(), default=list)),
        migrations.AddField("bankline", "checked_documents", ArrayField(models.BigIntegerField(), default=list)),
        migrations.RunPython(read_words, migrations.RunPython.noop),
    ]
