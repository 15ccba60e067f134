import customers.models.applications
import django.contrib.postgres.fields
import django.db.models.deletion
import ledger.fields
from django.conf import settings
from django.db import migrations, models


GUARDS = """
-- What was asked stays, and is decided once; what was said of a point stays.
CREATE FUNCTION customers_keep_application() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before customers_accountapplication := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'open' THEN
        before.status := NEW.status;
        before.reason := NEW.reason;
        before.decided_at := NEW.decided_at;
        before.decided_by_id := NEW.decided_by_id;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what was asked in application % stays, and is decided once', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'application_stays_as_asked';
END $$;
CREATE TRIGGER application_stays_as_asked BEFORE UPDATE OR DELETE ON customers_accountapplication
    FOR EACH ROW WHEN (NOT ledger_merging()) EXECUTE FUNCTION customers_keep_application();

CREATE TRIGGER application_point_written_once BEFORE UPDATE OR DELETE ON customers_applicationpoint
    FOR EACH ROW EXECUTE FUNCTION customers_refuse_change();
"""


class Migration(migrations.Migration):
    """Accounts are opened on application: with a checklist, by a second person; what was asked and said stays."""

    dependencies = [
        ("customers", "0025_orders_in_credit_room"),
        ("office", "0035_units_of_approvals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="registry_number",
            field=models.CharField(blank=True, default="", help_text="In the register of companies.", max_length=60),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="AccountApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "wanted_limit",
                    ledger.fields.AmountField(
                        decimal_places=4,
                        help_text="In the customer's currency; none: not decided.",
                        max_digits=19,
                        null=True,
                        verbose_name="wanted limit",
                    ),
                ),
                (
                    "wanted_net_days",
                    models.PositiveSmallIntegerField(
                        help_text="Without terms.", null=True, verbose_name="wanted days to pay"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("approved", "Approved"), ("declined", "Declined")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why it was decided so")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="office.company"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="customers.customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wanted_terms",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.paymentterms",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "permissions": [("manage_applications", "Look through applications for an account, and decide them")],
            },
        ),
        migrations.CreateModel(
            name="ApplicationPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "point",
                    models.CharField(
                        choices=[
                            ("tax_id", "The tax id is valid"),
                            ("registry_number", "The registry number is known"),
                            ("address", "The address is complete"),
                            ("contact", "A contact has an e-mail address"),
                            ("terms", "Terms are chosen"),
                            ("limit", "The credit limit is decided"),
                            ("way_to_pay", "There is a mandate, or another way to pay"),
                            ("registry_extract", "The registry's extract was read"),
                            ("credit_report", "A credit report was read"),
                            ("references", "Other suppliers were asked"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[("ticked", "Done"), ("waived", "Waived"), ("reopened", "Open again")], max_length=10
                    ),
                ),
                ("note", models.CharField(max_length=300)),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="said",
                        to="customers.accountapplication",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ApplicationPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "required",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("tax_id", "The tax id is valid"),
                                ("registry_number", "The registry number is known"),
                                ("address", "The address is complete"),
                                ("contact", "A contact has an e-mail address"),
                                ("terms", "Terms are chosen"),
                                ("limit", "The credit limit is decided"),
                                ("way_to_pay", "There is a mandate, or another way to pay"),
                                ("registry_extract", "The registry's extract was read"),
                                ("credit_report", "A credit report was read"),
                                ("references", "Other suppliers were asked"),
                            ],
                            max_length=20,
                        ),
                        default=customers.models.applications.usually_required,
                        size=None,
                    ),
                ),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="application_policy",
                        to="office.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "application policies",
            },
        ),
        migrations.AddIndex(
            model_name="accountapplication",
            index=models.Index(fields=["company", "-id"], name="application_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("customer",), name="application_open_once_per_customer"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("wanted_limit", None), ("wanted_limit__gte", 0), _connector="OR"),
                name="application_wants_a_limit_of_zero_or_more",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("wanted_terms", None), ("wanted_net_days", None), _connector="OR"),
                name="application_wants_terms_or_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("reason", ""), ("status", "open")),
                    models.Q(models.Q(("status", "open"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="application_decided_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "declined"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="application_declined_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_opens_the_account_they_asked_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="application_point_has_a_note"
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
