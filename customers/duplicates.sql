-- See duplicates.py beside this file, which gives where else accounts are known, whom to look at, and which facts.
WITH facts (kind, key, customer_id) AS (
    SELECT 'tax_id', c.plain_tax_id, c.id FROM customers_customer c
    WHERE c.company_id = %(company_id)s $only AND c.plain_tax_id IN (
        SELECT c.plain_tax_id FROM customers_customer c WHERE c.company_id = %(company_id)s AND c.plain_tax_id <> '' $only
        GROUP BY c.plain_tax_id HAVING count(*) > 1)
    UNION ALL
    SELECT 'name', c.plain_name, c.id FROM customers_customer c
    WHERE c.company_id = %(company_id)s $only AND c.plain_name IN (
        SELECT c.plain_name FROM customers_customer c WHERE c.company_id = %(company_id)s AND c.plain_name <> '' $only
        GROUP BY c.plain_name HAVING count(*) > 1)
    UNION ALL
    SELECT place.kind, c.near_name || ' | ' || place.key, c.id
    FROM customers_customer c JOIN customers_address a ON a.customer_id = c.id AND a.kind = 'billing'
    CROSS JOIN LATERAL (
        VALUES ('post', upper(replace(a.postal_code, ' ', ''))), ('town', lower(btrim(a.city)))
    ) AS place (kind, key)
    WHERE c.company_id = %(company_id)s AND place.key <> '' $only AND c.near_name IN (
        SELECT c.near_name FROM customers_customer c WHERE c.company_id = %(company_id)s AND c.near_name <> '' $only
        GROUP BY c.near_name HAVING count(*) > 1)
    UNION ALL
    SELECT 'email', lower(p.email), c.id FROM customers_customer c JOIN customers_contact p ON p.customer_id = c.id
    WHERE c.company_id = %(company_id)s $only AND lower(p.email) IN (
        SELECT lower(email) FROM customers_contact WHERE email <> '' GROUP BY lower(email) HAVING count(*) > 1)
    UNION ALL
    SELECT 'account', known.account, c.id FROM customers_customer c JOIN ($accounts) AS known ON known.customer_id = c.id
    WHERE c.company_id = %(company_id)s $only
),

-- What more than a few share, such as the mailbox of their accountant, says nothing of any two of them.
shared AS (
    SELECT kind, key, array_agg(DISTINCT customer_id) AS ids FROM facts $which GROUP BY kind, key
),
alike AS (
    SELECT first.id AS first_id, second.id AS second_id, array_agg(kind || ':' || key ORDER BY kind, key) AS facts,
        CASE WHEN bool_or(kind IN ('tax_id', 'account')) OR bool_or(kind = 'name') AND bool_or(kind = 'post')
            THEN 1 ELSE 2 END AS rank
    FROM shared, unnest(ids) AS first (id), unnest(ids) AS second (id)
    WHERE cardinality(ids) BETWEEN 2 AND %(most_alike)s AND first.id < second.id
    GROUP BY first.id, second.id
),
pairs AS (
    SELECT p.* FROM alike p JOIN customers_customer a ON a.id = p.first_id JOIN customers_customer b ON b.id = p.second_id
    WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL AND NOT EXISTS (
            SELECT FROM customers_notthesame n
            WHERE n.first_id = p.first_id AND n.second_id = p.second_id AND p.facts <@ n.facts
        )
        AND (%(owner_ids)s::bigint[] IS NULL OR a.sales_owner_id = ANY (%(owner_ids)s) AND b.sales_owner_id = ANY (%(owner_ids)s))
        AND ($first_words LIKE ALL (%(words)s) OR $second_words LIKE ALL (%(words)s))
)
