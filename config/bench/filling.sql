-- Two years of invoices and payments, as the operations and triggers would have left them: most invoices are paid
-- within 60 days, a quarter of them in two parts, one in 33 never. Some payments are applied three days after they came in.

SELECT setseed(0.5);

INSERT INTO customers_customer (id, company_id, number, name, sort_name, search_text, plain_name, near_name, plain_tax_id,
    currency, language, tax_id, registry_number, net_days, tags, note, is_active, version, created_at, einvoice_format,
    einvoice_by_mail, electronic_address,
    electronic_address_scheme, buyer_reference, needs_po_number, po_number, never_held_by_rule, credit_limit, gets_paper_since,
    statement_form, statement_when_zero, statement_excel, group_statement)
SELECT no, %(company_id)s, 'C' || lpad(no::text, 6, '0'), initcap(word) || ' Ltd', word || ' ltd',
    'c' || lpad(no::text, 6, '0') || ' ' || word || ' ltd', word, word, '', 'EUR', 'en', '', '', 30, '{}', '', true, 1, now(), '', true, '',
    '', '', false, '', false, CASE WHEN no %% 3 = 0 THEN 5000 END,
    CASE WHEN no %% 10 = 0 THEN now() - interval '60 days' END, 'open_item', false, false, 'none'
FROM (
    SELECT no, translate(substr(md5(no::text), 1, 9), '0123456789', 'ghijklmnop') AS word
    FROM generate_series(1, %(customers)s) AS no) AS named;

INSERT INTO customers_contact (id, customer_id, name, email, phone, gets_invoices, gets_statements, gets_reminders,
    is_active)
SELECT id, id, 'Accounts', 'accounts@' || split_part(sort_name, ' ', 1) || '.example', '', true, true, true, true
FROM customers_customer;

CREATE TEMP TABLE planned AS
SELECT no, 1 + floor(random() * %(customers)s)::bigint AS customer_id,
    %(last_day)s::date - ((%(size)s - no)::bigint * %(days)s / %(size)s)::int AS dated_on,
    round((20 + 1980 * random() ^ 3)::numeric, 2) AS amount,
    floor(random() * CASE WHEN random() < 0.9 THEN 60 ELSE 150 END)::int AS paid_after,
    random() < 0.28 AS is_in_two, random() < 0.03 AS is_never_paid
FROM generate_series(1, %(size)s) AS no;

-- Part 0 is the invoice, parts 1 and 2 are its payments. A fact's id is that of its entry and of its open item.
CREATE TEMP TABLE fact AS
SELECT row_number() OVER (ORDER BY dated_on, no, part) AS id, *,
    CASE part WHEN 0 THEN dated_on + 30 ELSE dated_on END AS due_on,
    CASE part WHEN 0 THEN 'INV-' ELSE 'RCT-' END
        || lpad(row_number() OVER (PARTITION BY part = 0 ORDER BY dated_on, no, part)::text, 8, '0') AS number,
    CASE WHEN part > 0 AND dated_on + wait <= %(last_day)s THEN dated_on + wait END AS applied_on
FROM (
    SELECT no, 0 AS part, customer_id, dated_on, amount, 0 AS wait FROM planned
    UNION ALL
    SELECT no, part, customer_id, dated_on + paid_after + 20 * (part - 1), portion, CASE WHEN no %% 10 = 0 THEN 3 ELSE 0 END
    FROM planned CROSS JOIN LATERAL (VALUES
        (1, CASE WHEN is_in_two THEN round(amount / 2, 2) ELSE amount END),
        (2, CASE WHEN is_in_two THEN amount - round(amount / 2, 2) ELSE 0 END)) AS parts (part, portion)
    WHERE portion > 0 AND NOT is_never_paid AND dated_on + paid_after + 20 * (part - 1) <= %(last_day)s
) AS facts;
ANALYZE fact;

INSERT INTO ledger_entry (id, company_id, key, kind, dated_on, currency, company_currency, reference, memo, recorded_at)
SELECT id, %(company_id)s, 'filled:' || id,
    CASE part WHEN 0 THEN 'issue_invoice' ELSE 'record_receipt' END, dated_on, 'EUR', 'EUR', number, '', dated_on
FROM fact ORDER BY id;

INSERT INTO ledger_line (entry_id, dated_on, currency, account_id, amount, company_amount, customer_id)
SELECT id, dated_on, 'EUR', account_id, signed, signed, customer
FROM fact CROSS JOIN LATERAL (VALUES
    (%(receivable)s, CASE part WHEN 0 THEN amount ELSE -amount END, customer_id),
    (CASE part WHEN 0 THEN %(sales)s ELSE %(bank)s END, CASE part WHEN 0 THEN -amount ELSE amount END, NULL)
) AS lines (account_id, signed, customer)
ORDER BY id;

INSERT INTO ledger_openitem (id, company_id, customer_id, entry_id, kind, reference, dated_on, due_on, currency,
    amount, company_amount, balance, open_during, recorded_at)
SELECT id, %(company_id)s, customer_id, id, CASE part WHEN 0 THEN 'invoice' ELSE 'payment' END, number, dated_on,
    due_on, 'EUR', signed, signed, balance, daterange(dated_on, CASE WHEN balance = 0 THEN last_on END), dated_on
FROM (
    SELECT fact.*, amount AS signed, amount - coalesce(settled, 0) AS balance, last_on
    FROM fact LEFT JOIN (
        SELECT no, sum(amount) AS settled, max(applied_on) AS last_on FROM fact WHERE applied_on IS NOT NULL GROUP BY no
    ) AS payments USING (no) WHERE part = 0
    UNION ALL
    SELECT fact.*, -amount, CASE WHEN applied_on IS NULL THEN -amount ELSE 0 END, applied_on FROM fact WHERE part > 0
) AS items ORDER BY id;

INSERT INTO ledger_allocation (debit_id, credit_id, amount, debit_company_amount, credit_company_amount, dated_on,
    reason, recorded_at)
SELECT invoice.id, payment.id, payment.amount, payment.amount, payment.amount, payment.applied_on, '', payment.applied_on
FROM fact payment JOIN fact invoice ON invoice.no = payment.no AND invoice.part = 0
WHERE payment.applied_on IS NOT NULL ORDER BY payment.applied_on, payment.id;

INSERT INTO ledger_period (company_id, month)
SELECT DISTINCT %(company_id)s, date_trunc('month', dated_on)::date FROM fact;

INSERT INTO billing_invoice (company_id, kind, status, customer_id, number, dated_on, net_days, due_on, currency,
    exchange_rate, po_number, prices_include_tax, tax_rounding, discount_amount, discount_percent, is_deposit, deducted, note, internal_note, reason,
    source_reference, net, tax, total, withheld, early_percent, printed, entry_id, sequence, previous_hash, hash, issued_at, void_reason,
    created_at, version)
SELECT %(company_id)s, 'invoice', 'issued', customer_id, number, dated_on, 30, due_on, 'EUR', 1, '', false, 'document',
    0, 0, false, 0, '', '', '', '', amount, 0, amount, 0, 0, '{}', id, row_number() OVER (ORDER BY id), '', md5(number), dated_on, '',
    dated_on, 1
FROM fact WHERE part = 0 ORDER BY id;

-- Each invoice was mailed the day it was issued; one mail in 2000 came back.
INSERT INTO office_outgoingmail (key, kind, company_id, customer_id, contact_id, about_type, about_id, to_email, subject,
    status, attempts, due_at, explanation, queued_at, finished_at, bounced_at, bounce_code, country, region)
SELECT 'send_invoice:' || invoice.id, 'invoice', invoice.company_id, invoice.customer_id, contact.id, 'billing.invoice',
    invoice.id, contact.email, 'Invoice ' || number, CASE WHEN is_back THEN 'bounced' ELSE 'sent' END, 1, issued_at, '',
    issued_at, issued_at, CASE WHEN is_back THEN issued_at + interval '1 minute' END,
    CASE WHEN is_back THEN '5.1.1' ELSE '' END, '', ''
FROM billing_invoice invoice JOIN customers_contact contact ON contact.id = invoice.customer_id
CROSS JOIN LATERAL (SELECT invoice.id %% 2000 = 0 AS is_back) AS fate ORDER BY invoice.id;

INSERT INTO payments_receipt (company_id, customer_id, number, status, received_on, amount, bank_fee, currency, exchange_rate,
    method, reference, bank_account_id, external_id, entry_id, reversal_reason, was_mistaken, created_at)
SELECT %(company_id)s, customer_id, number, 'recorded', dated_on, amount, 0, 'EUR', 1, 'transfer', '', %(bank)s, '', id,
    '', false, dated_on
FROM fact WHERE part > 0 ORDER BY id;

DROP TABLE planned, fact;
