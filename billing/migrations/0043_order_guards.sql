CREATE TRIGGER order_version_written_once BEFORE UPDATE OR DELETE ON billing_orderversion
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER shipment_version_written_once BEFORE UPDATE OR DELETE ON billing_shipmentversion
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER delivery_proof_written_once BEFORE UPDATE OR DELETE ON billing_deliveryproof
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

-- An order is of a customer of its company, for good: what is shipped and billed on it relies on that.
CREATE FUNCTION billing_place_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.company_id, OLD.customer_id) = (NEW.company_id, NEW.customer_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (
            SELECT FROM customers_customer WHERE id = NEW.customer_id AND company_id = NEW.company_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'order % is of one customer of its company, for good', NEW.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_of_its_customer';
END $$;

CREATE TRIGGER order_of_its_customer BEFORE INSERT OR UPDATE ON billing_order
    FOR EACH ROW EXECUTE FUNCTION billing_place_order();

-- A shipment and its order are of one customer of one company; it is never another's, and once cancelled it stays so.
CREATE FUNCTION billing_place_shipment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customers_customer WHERE id = NEW.customer_id AND company_id = NEW.company_id)
        OR (NEW.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM billing_order
            WHERE id = NEW.order_id AND (company_id, customer_id) = (NEW.company_id, NEW.customer_id)))
        OR (TG_OP = 'UPDATE' AND (OLD.company_id, OLD.customer_id, OLD.kind) <> (NEW.company_id, NEW.customer_id, NEW.kind))
        OR (TG_OP = 'UPDATE' AND OLD.cancelled_on IS NOT NULL AND NEW.cancelled_on IS DISTINCT FROM OLD.cancelled_on) THEN
        RAISE EXCEPTION 'shipment % is of one customer and their order, and stays cancelled', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shipment_of_its_customer';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shipment_of_its_customer BEFORE INSERT OR UPDATE ON billing_shipment
    FOR EACH ROW EXECUTE FUNCTION billing_place_shipment();

-- A line names an order line and a shipped line of the same customer, and no more comes back than was shipped.
-- The line that comes back is locked, so that of two returns at once the second sees the first.
CREATE FUNCTION billing_place_shipment_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own billing_shipment;
    shipped numeric;
BEGIN
    SELECT * INTO own FROM billing_shipment WHERE id = NEW.shipment_id;
    IF NEW.order_line_id IS NOT NULL AND NOT EXISTS (SELECT FROM billing_orderline l JOIN billing_order o ON o.id = l.order_id
            WHERE l.id = NEW.order_line_id AND (o.company_id, o.customer_id) = (own.company_id, own.customer_id)) THEN
        RAISE EXCEPTION 'line % of shipment % names an order line of another customer', NEW.position, own.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shipment_line_of_its_order';
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

CREATE TRIGGER shipment_line_placed BEFORE INSERT OR UPDATE ON billing_shipmentline
    FOR EACH ROW EXECUTE FUNCTION billing_place_shipment_line();
