-- All that a record says, as one text that reads the same everywhere; office/audit/chain.py writes the same one.
CREATE FUNCTION office_audit_text(r office_auditrecord) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_array(
        r.id, r.company_id, r.by_id, r.action, r.subject_type, r.subject_id, r.subject_name, r.before, r.after, r.reason,
        r.origin, r.policy_version, to_char(r.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )::text
$$;

-- The hash of a link: of the one before it (at first, of where the chain stood) and of what its record says.
CREATE FUNCTION office_next_hash(before text, stood text, said text) RETURNS text LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN encode(sha256(convert_to(coalesce(before, stood) || said, 'UTF8')), 'hex');
END $$;

CREATE AGGREGATE office_chained(stood text, said text) (sfunc = office_next_hash, stype = text);


-- Link all that this transaction recorded, at its end and in one pass: the first of its records does it for all of them.
-- The heads are locked in the companies' order, and after everything that a transaction locks itself. What is visible
-- without a link can only be its own: whoever committed before linked what is theirs.
CREATE FUNCTION office_link_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine bigint[];
    companies bigint[];
BEGIN
    IF EXISTS (SELECT FROM office_auditlink WHERE record_id = NEW.id) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(r.id), array_agg(DISTINCT r.company_id) INTO mine, companies
        FROM office_auditrecord r LEFT JOIN office_auditlink l ON l.record_id = r.id
        WHERE r.id >= NEW.id AND l.record_id IS NULL AND (r.recorded_at = now() OR r.id = NEW.id);
    INSERT INTO office_audithead (company_id, position, hash)
        SELECT c, 0, '' FROM unnest(companies) AS c
        WHERE NOT EXISTS (SELECT FROM office_audithead h WHERE h.company_id IS NOT DISTINCT FROM c)
        ORDER BY c NULLS FIRST ON CONFLICT DO NOTHING;
    PERFORM FROM office_audithead
        WHERE company_id = ANY (companies) OR (company_id IS NULL AND array_position(companies, NULL) > 0)
        ORDER BY company_id NULLS FIRST FOR NO KEY UPDATE;
    WITH linked AS (
        INSERT INTO office_auditlink (record_id, company_id, position, hash)
        SELECT r.id, r.company_id, h.position + row_number() OVER company,
            office_chained(h.hash, office_audit_text(r)) OVER company
        FROM office_auditrecord r JOIN office_audithead h ON h.company_id IS NOT DISTINCT FROM r.company_id
        WHERE r.id = ANY (mine)
        WINDOW company AS (PARTITION BY r.company_id ORDER BY r.id)
        RETURNING company_id, position, hash
    ), last AS (
        SELECT DISTINCT ON (company_id) company_id, position, hash FROM linked ORDER BY company_id, position DESC
    )
    UPDATE office_audithead h SET position = last.position, hash = last.hash
        FROM last WHERE h.company_id IS NOT DISTINCT FROM last.company_id;
    RETURN NULL;
END $$;

-- What was recorded before there was a chain, in the order of its recording.
INSERT INTO office_auditlink (record_id, company_id, position, hash)
SELECT r.id, r.company_id, row_number() OVER company, office_chained('', office_audit_text(r)) OVER company
FROM office_auditrecord r
WINDOW company AS (PARTITION BY r.company_id ORDER BY r.id);

INSERT INTO office_audithead (company_id, position, hash)
SELECT DISTINCT ON (company_id) company_id, position, hash FROM office_auditlink ORDER BY company_id, position DESC;


CREATE CONSTRAINT TRIGGER audit_linked AFTER INSERT ON office_auditrecord DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION office_link_audit();

CREATE TRIGGER audit_link_written_once BEFORE UPDATE OR DELETE ON office_auditlink
    FOR EACH ROW EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_link_never_emptied BEFORE TRUNCATE ON office_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_link_by_trigger_alone BEFORE INSERT ON office_auditlink
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_head_by_trigger_alone BEFORE INSERT OR UPDATE OR DELETE ON office_audithead
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_head_never_emptied BEFORE TRUNCATE ON office_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_seal_written_once BEFORE UPDATE OR DELETE ON office_auditseal
    FOR EACH ROW EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_seal_never_emptied BEFORE TRUNCATE ON office_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
