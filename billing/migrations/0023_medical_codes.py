from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    """Medical codes, frozen with their document; see the SQL beside this file."""

    dependencies = [
        ("billing", "0022_attachments"),
        ("office", "0010_bills_healthcare"),
    ]

    operations = [
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=8)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="diagnoses", to="billing.invoice"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "diagnoses",
                "ordering": ["position"],
                "permissions": [
                    ("see_medical_codes", "See medical codes of documents"),
                    ("set_medical_codes", "Write medical codes on drafts"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "position"), name="diagnosis_position_once_per_invoice"),
                    models.UniqueConstraint(fields=("invoice", "code"), name="diagnosis_code_once_per_invoice"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 12)), name="diagnosis_has_a_letter"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "system",
                    models.CharField(
                        choices=[("procedure", "CPT or HCPCS"), ("modifier", "Modifier"), ("diagnosis", "ICD-10-CM")],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=8)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="medical_codes", to="office.company"
                    ),
                ),
            ],
            options={
                "ordering": ["system", "code", models.OrderBy(models.F("valid_from"), nulls_first=True)],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "system", "code", "valid_from"),
                        name="medical_code_once_per_list_and_day",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="medical_code_validity_not_backwards",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicalService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serviced_on", models.DateField()),
                ("procedure", models.CharField(help_text="CPT or HCPCS.", max_length=5)),
                (
                    "modifiers",
                    models.CharField(blank=True, help_text="Up to four, with spaces between.", max_length=11),
                ),
                (
                    "pointers",
                    models.CharField(blank=True, help_text="Letters of diagnoses, the main one first.", max_length=4),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="service", to="billing.invoiceline"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("procedure__regex", "^[0-9A-Z]{5}$")), name="service_procedure_has_its_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("modifiers", ""), ("modifiers__regex", "^[0-9A-Z]{2}( [0-9A-Z]{2}){0,3}$"), _connector="OR"
                        ),
                        name="service_modifiers_have_their_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pointers__regex", "^[A-L]{0,4}$")), name="service_pointers_are_letters"
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
