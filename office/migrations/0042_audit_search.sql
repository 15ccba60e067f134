-- The words of a record, without regard to capitals; what joins words (2026-0042, ada@bramble.example) separates them.
-- But for addresses, which are one word with x for each point or colon: millions have parts in common.
CREATE FUNCTION office_audit_words(action text, name text, before jsonb, after jsonb, reason text, origin text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple'::regconfig, translate(
        left(action || ' ' || name || ' ' || reason || ' ' || translate(origin, '.:', 'xx') || ' ' || before::text || ' '
            || after::text, 100000),
        '-_./\:,;''"@+&?=%#()[]{}<>|*~^$', repeat(' ', 40)
    ))
$$;
