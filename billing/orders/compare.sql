-- See compare.py beside this file, which gives the scope, the shipments asked for, and the tolerances that hold.
WITH scope (scenario, order_id) AS MATERIALIZED ($scope),
asked_shipments (scenario, shipment_line_id) AS MATERIALIZED ($asked_shipments),
tolerance AS MATERIALIZED ($tolerances),

-- The lines of orders in question, and what each may be passed by.
ordered AS MATERIALIZED (
    SELECT s.scenario, o.id AS order_id, o.number, o.company_id, o.customer_id, o.currency, o.ordered_on,
        o.tolerance_percent AS order_tolerance, ol.id AS line_id, ol.position, ol.product_id, ol.description,
        ol.quantity, ol.tax_id, ol.net, ol.unit_price * (100 - ol.discount_percent) / 100 AS price,
        coalesce(ol.tolerance_percent, o.tolerance_percent) AS tolerance
    FROM scope s JOIN billing_order o ON o.id = s.order_id JOIN billing_orderline ol ON ol.order_id = o.id
),

-- What documents bill of them; what is credited is taken off.
linked AS MATERIALIZED (
    SELECT s.scenario, b.* FROM scope s JOIN billing_billedline b ON b.order_id = s.order_id
    UNION ALL
    SELECT s.scenario, b.* FROM asked_shipments s JOIN billing_billedline b
        ON b.shipment_line_id = s.shipment_line_id AND b.order_id IS NULL
),
credited AS MATERIALIZED (
    SELECT c.credited_line_id AS line_id, sum(c.quantity) FILTER (WHERE NOT c.is_amount_only) AS quantity,
        sum(c.taxable) AS taxable
    FROM billing_invoiceline c JOIN billing_invoice m ON m.id = c.invoice_id AND m.status = 'issued'
    WHERE c.credited_line_id IN (SELECT invoice_line_id FROM linked) GROUP BY c.credited_line_id
),
documented AS MATERIALIZED (
    SELECT k.scenario, k.order_id, k.order_line_id, k.shipment_line_id, l.id AS line_id, i.id AS invoice_id, i.company_id,
        i.customer_id, i.currency, l.position, l.description, l.product_id, l.tax_id,
        i.status = 'issued' OR i.id = ANY(%(drafts)s) AND i.id <= k.scenario AS counts,
        coalesce(i.dated_on, %(today)s) AS dated_on,
        i.prices_include_tax OR c.line_id IS NOT NULL AS is_rounded,
        l.quantity - coalesce(c.quantity, 0) AS quantity, l.taxable - coalesce(c.taxable, 0) AS taxable
    FROM linked k JOIN billing_invoiceline l ON l.id = k.invoice_line_id
    JOIN billing_invoice i ON i.id = l.invoice_id AND i.status <> 'void'
    LEFT JOIN credited c ON c.line_id = l.id
),
billed AS MATERIALIZED (
    SELECT scenario, order_line_id, coalesce(sum(quantity) FILTER (WHERE counts), 0) AS quantity,
        coalesce(sum(taxable) FILTER (WHERE counts), 0) AS net,
        coalesce(sum(quantity) FILTER (WHERE NOT counts), 0) AS drafted,
        count(DISTINCT invoice_id) FILTER (WHERE counts AND quantity > 0) AS documents
    FROM documented WHERE order_line_id IS NOT NULL GROUP BY scenario, order_line_id
),

-- What came back names the line that it was shipped with, or the order's line, or both.
named_shipments AS MATERIALIZED (
    SELECT shipment_line_id FROM asked_shipments
    UNION SELECT shipment_line_id FROM linked WHERE shipment_line_id IS NOT NULL
),
moved AS MATERIALIZED (
    SELECT sl.id, sl.quantity, s.kind = 'return' AS is_return, sl.returns_id,
        coalesce(sl.order_line_id, back.order_line_id) AS order_line_id
    FROM billing_shipmentline sl JOIN billing_shipment s ON s.id = sl.shipment_id
    LEFT JOIN billing_shipmentline back ON back.id = sl.returns_id
    WHERE s.cancelled_on IS NULL AND (
        sl.id IN (SELECT shipment_line_id FROM named_shipments)
        OR sl.returns_id IN (SELECT shipment_line_id FROM named_shipments)
        OR sl.order_line_id IN (SELECT line_id FROM ordered)
        OR back.order_line_id IN (SELECT line_id FROM ordered)
    )
),
shipped AS MATERIALIZED (
    SELECT order_line_id, sum(CASE WHEN is_return THEN -quantity ELSE quantity END) AS quantity
    FROM moved WHERE order_line_id IS NOT NULL GROUP BY order_line_id
),
returned AS MATERIALIZED (
    SELECT returns_id AS id, sum(quantity) AS quantity FROM moved WHERE is_return AND returns_id IS NOT NULL
    GROUP BY returns_id
),
terms AS MATERIALIZED ($terms),

figures AS MATERIALIZED (
    SELECT o.*, coalesce(s.quantity, 0) AS shipped, coalesce(b.quantity, 0) AS billed, coalesce(b.net, 0) AS billed_net,
        coalesce(b.drafted, 0) AS drafted, coalesce(b.documents, 0) AS documents,
        coalesce(o.tolerance, t.quantity) AS quantity_tolerance, t.price AS price_tolerance
    FROM ordered o
    JOIN terms t ON (t.company_id, t.customer_id) = (o.company_id, o.customer_id)
        AND t.product_id IS NOT DISTINCT FROM o.product_id
    LEFT JOIN shipped s ON s.order_line_id = o.line_id
    LEFT JOIN billed b ON b.order_line_id = o.line_id AND b.scenario = o.scenario
),
keeping AS (SELECT EXISTS (
    SELECT FROM billing_shipment WHERE company_id = %(company_id)s AND cancelled_on IS NULL) AS shipments
),
totals AS MATERIALIZED (
    SELECT s.scenario, o.id AS order_id, o.number, o.company_id, o.customer_id, o.currency, o.ordered_on,
        coalesce(o.blanket_amount, sums.net, 0) AS most, o.blanket_amount IS NOT NULL AS is_blanket,
        coalesce(o.valid_from, o.ordered_on) AS first_on, least(o.valid_until, o.ended_on) AS last_on,
        coalesce(b.net, 0) AS billed, coalesce(b.drafted, 0) AS drafted, coalesce(b.rounded, 0) AS rounded,
        coalesce(sums.is_over, false) AS is_over, coalesce(sums.lines, 0) AS lines,
        coalesce(o.tolerance_percent, (
            SELECT t.amount_percent FROM tolerance t
            WHERE t.company_id = o.company_id AND t.product_id IS NULL AND t.amount_percent IS NOT NULL
                AND (t.customer_id IS NULL OR t.customer_id = o.customer_id)
            ORDER BY t.customer_id NULLS LAST LIMIT 1), 0) AS tolerance
    FROM scope s JOIN billing_order o ON o.id = s.order_id
    LEFT JOIN (
        SELECT scenario, order_id, sum(net) AS net, bool_or(billed > quantity) AS is_over, count(*) AS lines
        FROM figures GROUP BY scenario, order_id
    ) AS sums ON sums.scenario = s.scenario AND sums.order_id = o.id
    LEFT JOIN (
        SELECT scenario, order_id, sum(taxable) FILTER (WHERE counts) AS net,
            sum(taxable) FILTER (WHERE NOT counts) AS drafted,
            count(*) FILTER (WHERE counts AND is_rounded) AS rounded
        FROM documented GROUP BY scenario, order_id
    ) AS b ON b.scenario = s.scenario AND b.order_id = o.id
),

-- Each billed line beside what its order asks for it; a cent may be lost where tax was taken out of a price.
priced AS MATERIALIZED (
    SELECT d.*, f.number, f.price, f.ordered_on, f.quantity AS ordered, f.shipped, f.billed, f.drafted, f.tax_id AS ordered_tax,
        round(d.quantity * f.price, p.places) AS right_amount, f.price_tolerance,
        CASE WHEN d.is_rounded THEN power(10::numeric, -p.places) ELSE 0 END AS slack
    FROM documented d
    JOIN figures f ON f.scenario = d.scenario AND f.line_id = d.order_line_id
    CROSS JOIN LATERAL (SELECT coalesce((%(places)s::jsonb ->> d.currency)::int, 2) AS places) AS p
    WHERE d.counts AND d.quantity <> 0
),
dearer AS MATERIALIZED (SELECT * FROM priced WHERE abs(taxable - right_amount) > slack),
by_shipment AS MATERIALIZED (
    SELECT coalesce(d.scenario, a.scenario) AS scenario, coalesce(d.shipment_line_id, a.shipment_line_id) AS id,
        coalesce(d.quantity, 0) AS billed, coalesce(d.drafted, 0) AS drafted, d.order_id, d.order_line_id,
        a.shipment_line_id IS NOT NULL AS is_alone, d.invoice_id
    FROM (
        SELECT scenario, shipment_line_id, order_id, order_line_id,
            coalesce(sum(quantity) FILTER (WHERE counts), 0) AS quantity,
            coalesce(sum(quantity) FILTER (WHERE NOT counts), 0) AS drafted,
            max(invoice_id) FILTER (WHERE counts) AS invoice_id
        FROM documented WHERE shipment_line_id IS NOT NULL
        GROUP BY scenario, shipment_line_id, order_id, order_line_id
    ) AS d
    FULL JOIN asked_shipments a ON a.scenario = d.scenario AND a.shipment_line_id = d.shipment_line_id
),
wrong AS MATERIALIZED (
    SELECT scenario, order_line_id FROM dearer
    UNION SELECT scenario, order_line_id FROM priced WHERE ordered_tax IS NOT NULL AND tax_id IS DISTINCT FROM ordered_tax
),

compared ($columns) AS (
    SELECT f.scenario, r.result, r.is_within, f.company_id, f.customer_id, f.currency, f.order_id, f.number, f.line_id,
        f.position, f.description, NULL::bigint, NULL::bigint, NULL::bigint, f.quantity, f.shipped, f.billed, f.drafted,
        r.expected, r.actual, (r.actual - r.expected) * f.price, f.ordered_on, f.product_id, '', ''
    FROM figures f CROSS JOIN keeping k
    CROSS JOIN LATERAL (SELECT f.quantity * (100 + f.quantity_tolerance) / 100 AS most) AS m
    CROSS JOIN LATERAL (VALUES
        (CASE WHEN f.documents > 1 AND f.billed > m.most THEN 'billed_twice' ELSE 'over_billed' END,
            f.billed <= m.most, f.quantity, f.billed, f.billed > f.quantity),
        ('not_shipped', false, f.shipped, f.billed, k.shipments AND f.billed > f.shipped AND f.shipped < f.quantity),
        (CASE WHEN f.billed > 0 THEN 'under_billed' ELSE 'shipped_not_billed' END,
            false, f.shipped, f.billed, f.shipped > f.billed),
        ('open', false, f.quantity, 0, f.shipped = 0 AND f.billed = 0),
        ('matched', false, f.billed, f.billed, f.billed > 0 AND f.billed <= f.quantity
            AND (NOT k.shipments OR f.billed = f.shipped)
            AND NOT EXISTS (SELECT FROM wrong w WHERE w.scenario = f.scenario AND w.order_line_id = f.line_id))
    ) AS r (result, is_within, expected, actual, applies)
    WHERE r.applies
    UNION ALL
    SELECT scenario, 'price_differs', abs(taxable - right_amount) <= abs(right_amount) * price_tolerance / 100, company_id,
        customer_id, currency, order_id, number, order_line_id, position, description, NULL, invoice_id, line_id, ordered,
        shipped, billed, drafted, price, taxable / quantity, taxable - right_amount, dated_on, product_id, '', ''
    FROM dearer
    UNION ALL
    SELECT p.scenario, 'tax_differs', false, p.company_id, p.customer_id, p.currency, p.order_id, p.number, p.order_line_id,
        p.position, p.description, NULL, p.invoice_id, p.line_id, p.ordered, p.shipped, p.billed, p.drafted, NULL, NULL, 0,
        p.dated_on, p.product_id, ours.name, coalesce(theirs.name, 'no tax')
    FROM priced p JOIN billing_tax ours ON ours.id = p.ordered_tax LEFT JOIN billing_tax theirs ON theirs.id = p.tax_id
    WHERE p.tax_id IS DISTINCT FROM p.ordered_tax
    UNION ALL
    SELECT t.scenario, 'exhausted', t.billed <= t.most * (100 + t.tolerance) / 100, t.company_id, t.customer_id, t.currency,
        t.order_id, t.number, NULL, NULL, '', NULL, NULL, NULL, 0, 0, 0, 0, t.most, t.billed, t.billed - t.most, t.ordered_on,
        NULL, '', ''
    FROM totals t
    WHERE t.most > 0 AND t.billed > t.most AND (t.is_blanket OR NOT t.is_over
        AND t.billed - t.most > t.rounded * power(10::numeric, -coalesce((%(places)s::jsonb ->> t.currency)::int, 2))
        AND NOT EXISTS (SELECT FROM dearer d WHERE d.scenario = t.scenario AND d.order_id = t.order_id))
    UNION ALL
    SELECT d.scenario, 'expired', false, t.company_id, t.customer_id, t.currency, t.order_id, t.number, NULL, NULL, '', NULL,
        d.invoice_id, NULL, 0, 0, 0, 0, NULL, NULL, sum(d.taxable), d.dated_on, NULL,
        to_char(t.first_on, 'YYYY-MM-DD'), coalesce(to_char(t.last_on, 'YYYY-MM-DD'), '')
    FROM documented d JOIN totals t ON t.scenario = d.scenario AND t.order_id = d.order_id
    WHERE d.counts AND d.quantity <> 0 AND (d.dated_on < t.first_on OR d.dated_on > t.last_on)
    GROUP BY d.scenario, t.company_id, t.customer_id, t.currency, t.order_id, t.number, d.invoice_id, d.dated_on, t.first_on,
        t.last_on
    UNION ALL
    SELECT d.scenario, 'not_ordered', false, t.company_id, t.customer_id, t.currency, t.order_id, t.number, NULL, d.position,
        d.description, d.shipment_line_id, d.invoice_id, d.line_id, 0, 0, d.quantity, 0, 0, d.quantity, d.taxable, d.dated_on,
        d.product_id, '', ''
    FROM documented d JOIN totals t ON t.scenario = d.scenario AND t.order_id = d.order_id
    WHERE d.counts AND d.quantity <> 0 AND d.order_line_id IS NULL AND t.lines > 0
    UNION ALL
    SELECT b.scenario, r.result, false, s.company_id, s.customer_id, c.currency, b.order_id, coalesce(o.number, ''),
        b.order_line_id, sl.position, sl.description, sl.id, NULL, NULL, 0, m.quantity, b.billed, b.drafted,
        r.expected, r.actual, (r.actual - r.expected) * coalesce(sl.unit_price, ol.unit_price, 0), s.shipped_on,
        sl.product_id, s.number, ''
    FROM by_shipment b JOIN billing_shipmentline sl ON sl.id = b.id JOIN billing_shipment s ON s.id = sl.shipment_id
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN billing_order o ON o.id = b.order_id LEFT JOIN billing_orderline ol ON ol.id = b.order_line_id
    LEFT JOIN figures f ON f.scenario = b.scenario AND f.line_id = b.order_line_id
    LEFT JOIN returned back ON back.id = sl.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.cancelled_on IS NULL THEN sl.quantity ELSE 0 END AS sent,
            CASE WHEN s.cancelled_on IS NULL THEN sl.quantity - coalesce(back.quantity, 0) ELSE 0 END AS quantity
    ) AS m
    CROSS JOIN LATERAL (VALUES
        ('billed_twice', m.sent, b.billed, b.billed > m.sent AND m.sent > 0 AND coalesce(f.billed <= f.quantity, true)),
        ('not_shipped', m.quantity, b.billed, b.is_alone AND b.billed > m.quantity AND (b.billed <= m.sent OR m.sent = 0)),
        (CASE WHEN b.billed > 0 THEN 'under_billed' ELSE 'shipped_not_billed' END, m.quantity, b.billed,
            b.is_alone AND m.quantity > b.billed),
        ('matched', b.billed, b.billed, b.is_alone AND b.billed > 0 AND b.billed = m.quantity)
    ) AS r (result, expected, actual, applies)
    WHERE r.applies
)
