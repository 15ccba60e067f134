import django.db.models.deletion
import ledger.fields
from django.conf import settings
from django.db import migrations, models


FILL = """
UPDATE billing_billedline b SET order_id = l.order_id FROM billing_orderline l WHERE l.id = b.order_line_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
SQL = """
-- An invoice bills what its own customer ordered and was shipped, in the order's money; a shipment's line brings its
-- order's line along, and that its order.
CREATE OR REPLACE FUNCTION billing_bill_of_one_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
        LEFT JOIN billing_orderline ol ON ol.id = NEW.order_line_id
        LEFT JOIN billing_order o ON o.id = NEW.order_id
        LEFT JOIN billing_shipmentline sl ON sl.id = NEW.shipment_line_id
        LEFT JOIN billing_shipment s ON s.id = sl.shipment_id
        WHERE l.id = NEW.invoice_line_id AND (
            (o.company_id, o.customer_id, o.currency) <> (i.company_id, i.customer_id, i.currency)
            OR (s.company_id, s.customer_id) <> (i.company_id, i.customer_id)
            OR ol.order_id <> o.id
            OR sl.order_line_id IS DISTINCT FROM NEW.order_line_id AND sl.order_line_id IS NOT NULL
        )
    ) THEN
        RAISE EXCEPTION 'line % bills what another customer ordered', NEW.invoice_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billed_of_one_customer';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION billing_keep_currency_once_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_billedline WHERE order_id = OLD.id) THEN
        RAISE EXCEPTION 'order % is billed in %', OLD.number, OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_keeps_currency_once_billed';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    """A line may bill an order as a whole; and by how much an order may be passed."""

    dependencies = [
        ("billing", "0043_order_guards"),
        ("customers", "0020_given_mandates"),
        ("office", "0032_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tolerance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity_percent", ledger.fields.RateField(blank=True, decimal_places=6, max_digits=19, null=True)),
                ("price_percent", ledger.fields.RateField(blank=True, decimal_places=6, max_digits=19, null=True)),
                (
                    "amount_percent",
                    ledger.fields.RateField(
                        blank=True, decimal_places=6, help_text="Of an order as a whole.", max_digits=19, null=True
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="billedline",
            name="billed_line_bills_something",
        ),
        migrations.AddField(
            model_name="billedline",
            name="order",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose line it bills; alone, where it is like none of its lines or the order has none.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="billed_lines",
                to="billing.order",
            ),
        ),
        migrations.AlterField(
            model_name="billedline",
            name="why",
            field=models.CharField(
                choices=[
                    ("chosen", "Chosen by a person"),
                    ("drafted", "Drafted from it"),
                    ("product", "The order's number and the product"),
                    ("text", "The order's number and the text"),
                    ("number", "The order's number alone"),
                    ("none", "Of no order, as a person says"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="billedline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order", None), ("order_line", None), ("shipment_line", None), ("why", "none")),
                    models.Q(
                        models.Q(("why", "none"), _negated=True),
                        models.Q(("order__isnull", False), ("shipment_line__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="billed_line_bills_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="billedline",
            constraint=models.CheckConstraint(
                condition=models.Q(("order_line", None), ("order__isnull", False), _connector="OR"),
                name="billed_order_line_with_its_order",
            ),
        ),
        migrations.AddField(
            model_name="tolerance",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tolerances", to="office.company"
            ),
        ),
        migrations.AddField(
            model_name="tolerance",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tolerances",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="tolerance",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tolerances",
                to="billing.product",
            ),
        ),
        migrations.AddConstraint(
            model_name="tolerance",
            constraint=models.UniqueConstraint(
                fields=("company", "customer", "product"),
                name="tolerance_once_per_customer_and_product",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="tolerance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("quantity_percent", None),
                        models.Q(("quantity_percent__gte", 0), ("quantity_percent__lte", 100)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("price_percent", None),
                        models.Q(("price_percent__gte", 0), ("price_percent__lte", 100)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("amount_percent", None),
                        models.Q(("amount_percent__gte", 0), ("amount_percent__lte", 100)),
                        _connector="OR",
                    ),
                ),
                name="tolerance_between_0_and_100",
            ),
        ),
        migrations.AddConstraint(
            model_name="tolerance",
            constraint=models.CheckConstraint(
                condition=models.Q(("product", None), ("amount_percent", None), _connector="OR"),
                name="tolerance_of_an_order_names_no_product",
            ),
        ),
        migrations.AlterField(
            model_name="accuracyfinding",
            name="check_name",
            field=models.CharField(
                choices=[
                    ("order_number", "The customer's order number is missing"),
                    ("receiver", "Nobody would receive it"),
                    ("price", "A price is off the list"),
                    ("duplicate", "It looks like another document"),
                    ("tax", "A tax does not suit the customer"),
                    ("credit_limit", "The credit limit is passed"),
                    ("hold", "The customer is on hold"),
                    ("deposit", "A deposit is not deducted"),
                    ("unit", "A quantity or price is ten, a hundred or a thousand times the usual"),
                    ("unusual", "A quantity or price is unlike the customer's others"),
                    ("total", "The total is unlike the customer's others"),
                    ("terms", "Terms are not the customer's"),
                    ("period", "Days are billed that were billed before"),
                    ("future", "It is dated in the future"),
                    ("number", "Its number is out of order, or one before it is missing"),
                    ("rounding", "Lines, taxes and total do not add up"),
                    ("tax_id", "A tax number or certificate is missing, or is not valid"),
                    ("address", "The address is not complete"),
                    ("bounced", "Mail to the receiver came back"),
                    ("bank_account", "A bank account's number is not valid"),
                    ("einvoice", "The e-invoice would break a rule"),
                    ("order", "More is billed than was ordered"),
                    ("order_tolerance", "More or dearer than was ordered, within the tolerance"),
                    ("order_price", "A price is not the order's"),
                    ("order_tax", "A tax is not the order's"),
                    ("order_days", "The order is over, or has not begun"),
                    ("not_ordered", "A line fits none of its order"),
                    ("not_shipped", "It was not shipped yet"),
                    ("billed_twice", "What was shipped is billed already"),
                ],
                max_length=20,
                verbose_name="check",
            ),
        ),
        migrations.AlterField(
            model_name="checkpolicy",
            name="check_name",
            field=models.CharField(
                choices=[
                    ("order_number", "The customer's order number is missing"),
                    ("receiver", "Nobody would receive it"),
                    ("price", "A price is off the list"),
                    ("duplicate", "It looks like another document"),
                    ("tax", "A tax does not suit the customer"),
                    ("credit_limit", "The credit limit is passed"),
                    ("hold", "The customer is on hold"),
                    ("deposit", "A deposit is not deducted"),
                    ("unit", "A quantity or price is ten, a hundred or a thousand times the usual"),
                    ("unusual", "A quantity or price is unlike the customer's others"),
                    ("total", "The total is unlike the customer's others"),
                    ("terms", "Terms are not the customer's"),
                    ("period", "Days are billed that were billed before"),
                    ("future", "It is dated in the future"),
                    ("number", "Its number is out of order, or one before it is missing"),
                    ("rounding", "Lines, taxes and total do not add up"),
                    ("tax_id", "A tax number or certificate is missing, or is not valid"),
                    ("address", "The address is not complete"),
                    ("bounced", "Mail to the receiver came back"),
                    ("bank_account", "A bank account's number is not valid"),
                    ("einvoice", "The e-invoice would break a rule"),
                    ("order", "More is billed than was ordered"),
                    ("order_tolerance", "More or dearer than was ordered, within the tolerance"),
                    ("order_price", "A price is not the order's"),
                    ("order_tax", "A tax is not the order's"),
                    ("order_days", "The order is over, or has not begun"),
                    ("not_ordered", "A line fits none of its order"),
                    ("not_shipped", "It was not shipped yet"),
                    ("billed_twice", "What was shipped is billed already"),
                ],
                max_length=20,
                verbose_name="check",
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
