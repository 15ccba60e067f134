from django.db import migrations

SQL = """
-- As before, but the order is found by the line that is named and only then compared. Asked for an order of that customer,
-- a database that has not counted a table's rows lately reads all orders of the company, for each line anew.
CREATE OR REPLACE FUNCTION billing_place_shipment_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own billing_shipment;
    is_theirs boolean;
    shipped numeric;
BEGIN
    SELECT * INTO own FROM billing_shipment WHERE id = NEW.shipment_id;
    IF NEW.order_line_id IS NOT NULL THEN
        SELECT (o.company_id, o.customer_id) = (own.company_id, own.customer_id) INTO is_theirs
            FROM billing_orderline l JOIN billing_order o ON o.id = l.order_id WHERE l.id = NEW.order_line_id;
        IF is_theirs IS NOT TRUE THEN
            RAISE EXCEPTION 'line % of shipment % names an order line of another customer', NEW.position, own.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'shipment_line_of_its_order';
        END IF;
    END IF;
    IF NEW.returns_id IS NOT NULL THEN
        SELECT l.quantity INTO shipped FROM billing_shipmentline l JOIN billing_shipment s ON s.id = l.shipment_id
            WHERE l.id = NEW.returns_id AND s.kind <> 'return' AND own.kind = 'return' AND s.cancelled_on IS NULL
                AND (s.company_id, s.customer_id) = (own.company_id, own.customer_id)
            FOR NO KEY UPDATE OF l;
        IF shipped IS NULL OR NEW.quantity + coalesce((SELECT sum(l.quantity) FROM billing_shipmentline l
                JOIN billing_shipment s ON s.id = l.shipment_id
                WHERE l.returns_id = NEW.returns_id AND l.id <> NEW.id AND s.cancelled_on IS NULL), 0) > shipped THEN
            RAISE EXCEPTION 'more of a line would come back than was shipped to that customer'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'returned_within_shipped';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.quantity < coalesce((SELECT sum(l.quantity) FROM billing_shipmentline l
            JOIN billing_shipment s ON s.id = l.shipment_id
            WHERE l.returns_id = NEW.id AND s.cancelled_on IS NULL), 0) THEN
        RAISE EXCEPTION 'more of a line came back already'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'returned_within_shipped';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    """Whose order a shipment's line names takes the same time, however many orders there are."""

    dependencies = [("billing", "0049_opening_guards")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
