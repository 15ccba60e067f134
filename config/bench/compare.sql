-- Each customer has an order with a line for each of its invoices, shipped whole, and each invoice bills its line: every
-- tenth bills one too many, every seventh is dearer by a cent.
SET session_replication_role = replica;

INSERT INTO billing_order (company_id, customer_id, number, po_number, status, currency, ordered_on, net, note,
    source_reference, end_reason, created_at, version)
SELECT i.company_id, i.customer_id, 'SO-' || i.customer_id, 'PO-' || i.customer_id, 'open', 'EUR', min(i.dated_on),
    sum(i.net), '', '', '', now(), 1
FROM billing_invoice i GROUP BY i.company_id, i.customer_id;
ANALYZE billing_order;

INSERT INTO billing_orderline (order_id, position, item_code, description, quantity, unit, unit_price, discount_percent, net)
SELECT o.id, row_number() OVER (PARTITION BY o.id ORDER BY i.id), i.number, 'Work', 10, '', i.net / 10, 0, i.net
FROM billing_invoice i JOIN billing_order o ON o.customer_id = i.customer_id;
ANALYZE billing_orderline;

INSERT INTO billing_shipment (company_id, customer_id, kind, number, order_id, shipped_on, carrier, tracking_number,
    received_by, note, source_reference, cancel_reason, created_at, version)
SELECT company_id, customer_id, 'delivery_note', 'DN-' || customer_id, id, ordered_on, '', '', '', '', '', '', now(), 1
FROM billing_order;
ANALYZE billing_shipment;

INSERT INTO billing_shipmentline (shipment_id, position, order_line_id, item_code, description, quantity, unit, done_by)
SELECT s.id, l.position, l.id, l.item_code, l.description, l.quantity, '', ''
FROM billing_orderline l JOIN billing_shipment s ON s.order_id = l.order_id;
ANALYZE billing_shipmentline;

INSERT INTO billing_invoiceline (invoice_id, position, kind, section, item_code, description, quantity, unit, unit_price,
    discount_percent, is_amount_only, net, discount_share, taxable, tax_amount, tax_name, tax_category, tax_percent,
    tax_reason, tax_parts)
SELECT i.id, 1, 'item', '', i.number, 'Work', b.quantity, '', i.net / 10, 0, false, b.net, 0, b.net, 0, '', 'Z', 0, '', '[]'
FROM billing_invoice i CROSS JOIN LATERAL (
    SELECT 10 + (i.id %% 10 = 0)::int AS quantity,
        round(i.net / 10 * (10 + (i.id %% 10 = 0)::int), 2) + (i.id %% 7 = 0)::int * 0.01 AS net
) AS b;
ANALYZE billing_invoiceline;

INSERT INTO billing_billedline (invoice_line_id, order_id, order_line_id, shipment_line_id, why, linked_at)
SELECT l.id, o.order_id, o.id, s.id, 'drafted', now()
FROM billing_invoiceline l JOIN billing_orderline o ON o.item_code = l.item_code
JOIN billing_shipmentline s ON s.order_line_id = o.id;

SET session_replication_role = DEFAULT;
ANALYZE billing_billedline;
