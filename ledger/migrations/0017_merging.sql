-- Whose account became part of whose. The book knows no customers: their room says it, and until it does nobody's has.
CREATE FUNCTION ledger_merged() RETURNS TABLE (customer_id bigint, into_id bigint) LANGUAGE sql STABLE AS $$
    SELECT NULL::bigint, NULL::bigint WHERE false
$$;

-- Whether two accounts are being made one: inside the one function that does it, which runs as the owner of the book.
-- Guards that keep rows as they were written stand aside for it; it changes of them whose they are, and nothing else.
CREATE FUNCTION ledger_merging() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT current_setting('duebook.merging', true) = 'on'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'ledger_openitem'::regclass)
$$;
