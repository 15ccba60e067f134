CREATE OR REPLACE FUNCTION ledger_merged() RETURNS TABLE (customer_id bigint, into_id bigint) LANGUAGE sql STABLE AS $$
    SELECT id, merged_into_id FROM customers_customer WHERE merged_into_id IS NOT NULL
$$;


-- Nothing new is owed by a customer who was merged into another. Who posts holds the customer, so merging waits for it.
CREATE FUNCTION customers_owe_in_own_name() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad text;
BEGIN
    PERFORM FROM customers_customer WHERE id IN (SELECT customer_id FROM new_lines) ORDER BY id FOR KEY SHARE;
    SELECT number INTO bad FROM customers_customer
        WHERE id IN (SELECT customer_id FROM new_lines) AND merged_into_id IS NOT NULL LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'customer % was merged into another one', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'customer_owes_in_own_name';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER customer_owes_in_own_name AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION customers_owe_in_own_name();


-- A merged customer is out of use, and says for good into whom they were merged: that one was not merged themselves.
CREATE FUNCTION customers_stay_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.merged_into_id IS NOT NULL AND NOT ledger_merging()
            OR EXISTS (SELECT FROM customers_customer WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL) THEN
        RAISE EXCEPTION 'customer % stays merged', OLD.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'customer_stays_merged';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER customer_stays_merged BEFORE UPDATE ON customers_customer FOR EACH ROW
    WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id) EXECUTE FUNCTION customers_stay_merged();


ALTER TABLE office_outgoingmail ALTER CONSTRAINT mail_to_its_customers_contact DEFERRABLE INITIALLY IMMEDIATE;


-- The columns that name a customer, whichever room's they are, but those that stay as they were: lines of the book, a
-- number in another book, the history of a limit, who is said to be somebody else, and how an account was applied for.
CREATE FUNCTION customers_named_in() RETURNS TABLE (named_in regclass, named_by name) LANGUAGE sql STABLE
    SET search_path = pg_catalog, public AS $$
    SELECT c.conrelid::regclass, a.attname
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'customers_customer'::regclass AND c.conrelid::regclass::text NOT IN
        ('ledger_line', 'reports_journaldebtor', 'customers_limitchange', 'customers_notthesame',
            'customers_accountapplication')
    -- The book first, then the documents, as everybody locks them.
    ORDER BY c.conrelid <> 'ledger_openitem'::regclass, c.conrelid::regclass::text <> 'billing_invoice', 1, 2
$$;


-- Let every guard of rows that name a customer stand aside while two are merged; to be called again where a room adds
-- such a guard. Guards on what a parent is do not: merging must not make what they refuse.
CREATE FUNCTION customers_let_guards_aside() RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    guard record;
    condition text;
BEGIN
    FOR guard IN
        SELECT t.tgname, t.tgrelid::regclass AS guarded, pg_get_triggerdef(t.oid) AS definition
        FROM pg_trigger t
        WHERE NOT t.tgisinternal AND t.tgtype & 19 = 19 AND pg_get_triggerdef(t.oid) NOT LIKE '%ledger_merging()%'
            AND (t.tgrelid IN (SELECT named_in FROM customers_named_in()) OR t.tgrelid IN (
                SELECT a.attrelid FROM pg_attribute a WHERE a.attname = 'about_id'))
            AND t.tgrelid <> 'customers_customer'::regclass
    LOOP
        condition := coalesce(' AND ' || substring(guard.definition FROM ' WHEN (.*) EXECUTE FUNCTION '), '');
        EXECUTE format('DROP TRIGGER %I ON %s', guard.tgname, guard.guarded);
        EXECUTE regexp_replace(
            regexp_replace(guard.definition, ' WHEN .* EXECUTE FUNCTION ', ' EXECUTE FUNCTION '),
            ' EXECUTE FUNCTION ', ' WHEN (NOT ledger_merging()' || replace(condition, '\', '\\') || ') EXECUTE FUNCTION '
        );
    END LOOP;
END $$;


-- Give one customer's account to another: every row that names them, and what was said about them. Where only one row may
-- be and the other customer has one, theirs stands and the first stays where it is, if it is of the indexes named.
CREATE FUNCTION customers_merge(gone bigint, kept bigint, either_will_do text[])
    RETURNS TABLE (named_in text, moved bigint, stayed bigint) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE
    target record;
    one_row tid;
    broken text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM customers_customer g JOIN customers_customer k ON k.company_id = g.company_id AND k.id <> g.id
        WHERE g.id = gone AND k.id = kept AND g.merged_into_id IS NULL AND k.merged_into_id IS NULL
    ) THEN
        RAISE EXCEPTION 'customers % and % cannot be merged', gone, kept
            USING ERRCODE = 'check_violation', CONSTRAINT = 'customers_can_be_merged';
    END IF;
    PERFORM set_config('duebook.merging', 'on', true);
    SET CONSTRAINTS ALL DEFERRED;
    FOR target IN SELECT * FROM customers_named_in() LOOP
        named_in := target.named_in::text;
        stayed := 0;
        BEGIN
            EXECUTE format('UPDATE %s SET %I = $2 WHERE %I = $1', target.named_in, target.named_by, target.named_by)
                USING gone, kept;
            GET DIAGNOSTICS moved = ROW_COUNT;
        EXCEPTION WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
            IF broken <> ALL (either_will_do) THEN
                RAISE;
            END IF;
            moved := 0;
            FOR one_row IN EXECUTE format('SELECT ctid FROM %s WHERE %I = $1', target.named_in, target.named_by)
                USING gone
            LOOP
                BEGIN
                    EXECUTE format('UPDATE %s SET %I = $2 WHERE ctid = $1', target.named_in, target.named_by)
                        USING one_row, kept;
                    moved := moved + 1;
                EXCEPTION WHEN unique_violation THEN
                    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
                    IF broken <> ALL (either_will_do) THEN
                        RAISE;
                    END IF;
                    stayed := stayed + 1;
                END;
            END LOOP;
        END;
        IF moved + stayed > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    FOR target IN SELECT a.attrelid::regclass AS named_in FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE a.attname = 'about_id' AND c.relkind = 'r' LOOP
        EXECUTE format('UPDATE %s SET about_id = $2 WHERE about_type = ''customers.customer'' AND about_id = $1',
            target.named_in) USING gone, kept;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM set_config('duebook.merging', '', true);
    UPDATE customers_customer SET merged_into_id = kept, merged_at = now(), is_active = false, version = version + 1,
        sales_owner_id = (SELECT sales_owner_id FROM customers_customer WHERE id = kept), parent_id = NULL
        WHERE id = gone;
END $$;
