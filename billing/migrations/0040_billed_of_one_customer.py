from django.db import migrations, models
from django.db.models import Q

SQL = """
-- An invoice bills what its own customer ordered and was shipped, in the order's money; a shipment's line brings its
-- order's line along.
CREATE FUNCTION billing_bill_of_one_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
        LEFT JOIN billing_orderline ol ON ol.id = NEW.order_line_id
        LEFT JOIN billing_order o ON o.id = ol.order_id
        LEFT JOIN billing_shipmentline sl ON sl.id = NEW.shipment_line_id
        LEFT JOIN billing_shipment s ON s.id = sl.shipment_id
        WHERE l.id = NEW.invoice_line_id AND (
            (o.company_id, o.customer_id, o.currency) <> (i.company_id, i.customer_id, i.currency)
            OR (s.company_id, s.customer_id) <> (i.company_id, i.customer_id)
            OR sl.order_line_id IS DISTINCT FROM NEW.order_line_id AND sl.order_line_id IS NOT NULL
        )
    ) THEN
        RAISE EXCEPTION 'line % bills what another customer ordered', NEW.invoice_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billed_of_one_customer';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER billed_line_of_one_customer BEFORE INSERT OR UPDATE ON billing_billedline
    FOR EACH ROW EXECUTE FUNCTION billing_bill_of_one_customer();

-- What is billed keeps the customer and the money that it was linked in; orders and shipments are of one customer anyway.
CREATE FUNCTION billing_keep_customer_once_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_billedline b JOIN billing_invoiceline l ON l.id = b.invoice_line_id
        WHERE l.invoice_id = OLD.id AND b.why <> 'none'
    ) THEN
        RAISE EXCEPTION 'a line of document % bills what its customer ordered', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billed_of_one_customer';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER invoice_keeps_customer_once_billed BEFORE UPDATE ON billing_invoice FOR EACH ROW
    WHEN ((OLD.company_id, OLD.customer_id, OLD.currency) IS DISTINCT FROM
        (NEW.company_id, NEW.customer_id, NEW.currency))
    EXECUTE FUNCTION billing_keep_customer_once_billed();

CREATE FUNCTION billing_keep_currency_once_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_billedline b JOIN billing_orderline l ON l.id = b.order_line_id WHERE l.order_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'order % is billed in %', OLD.number, OLD.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_keeps_currency_once_billed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER order_keeps_currency_once_billed BEFORE UPDATE ON billing_order FOR EACH ROW
    WHEN (OLD.currency <> NEW.currency) EXECUTE FUNCTION billing_keep_currency_once_billed();
"""
BILLS_SOMETHING = "billed_line_bills_something"
WHYS = [
    ("chosen", "Chosen by a person"),
    ("drafted", "Drafted from it"),
    ("product", "The order's number and the product"),
    ("text", "The order's number and the text"),
    ("none", "Of no order, as a person says"),
]


class Migration(migrations.Migration):
    """A line bills what its own customer ordered, or no order where somebody says so."""

    dependencies = [("billing", "0039_orders_and_shipments")]
    operations = [
        migrations.AlterField("billedline", "why", models.CharField(choices=WHYS, max_length=10)),
        migrations.RemoveConstraint("billedline", BILLS_SOMETHING),
        migrations.AddConstraint(
            "billedline",
            models.CheckConstraint(
                name=BILLS_SOMETHING,
                condition=Q(why="none", order_line=None, shipment_line=None)
                | (~Q(why="none") & (Q(order_line__isnull=False) | Q(shipment_line__isnull=False))),
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
