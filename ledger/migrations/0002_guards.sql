-- The book's guards. Each is a few lines, guards one promise and says its name in the error.

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by its mirror', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE TRIGGER entry_written_once BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER line_written_once BEFORE UPDATE OR DELETE ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER allocation_written_once BEFORE UPDATE OR DELETE ON ledger_allocation
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER item_never_deleted BEFORE DELETE ON ledger_openitem
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

CREATE TRIGGER entry_never_emptied BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER line_never_emptied BEFORE TRUNCATE ON ledger_line
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER item_never_emptied BEFORE TRUNCATE ON ledger_openitem
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER allocation_never_emptied BEFORE TRUNCATE ON ledger_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();


-- The moment of recording is the database's own: the start of the transaction.
CREATE FUNCTION ledger_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := now();
    RETURN NEW;
END $$;

CREATE TRIGGER entry_stamped BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_stamp();
CREATE TRIGGER allocation_stamped BEFORE INSERT ON ledger_allocation
    FOR EACH ROW EXECUTE FUNCTION ledger_stamp();


-- An item opens with its whole amount, on its own day.
CREATE FUNCTION ledger_open_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := now();
    NEW.balance := NEW.amount;
    NEW.open_during := daterange(NEW.dated_on, NULL);
    RETURN NEW;
END $$;

CREATE TRIGGER item_opens_whole BEFORE INSERT ON ledger_openitem
    FOR EACH ROW EXECUTE FUNCTION ledger_open_item();


-- Of an item only balance and open_during ever change, and only by the allocation trigger below.
CREATE FUNCTION ledger_freeze_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before ledger_openitem := OLD;
BEGIN
    before.balance := NEW.balance;
    before.open_during := NEW.open_during;
    IF pg_trigger_depth() < 2 OR before IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'open item % is written once; only allocations change its balance', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'item_is_append_only';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER item_written_once BEFORE UPDATE ON ledger_openitem
    FOR EACH ROW EXECUTE FUNCTION ledger_freeze_item();


-- Nothing is dated into a closed month. The month's row is shared while we post, so closing waits for us and we for it.
CREATE FUNCTION ledger_require_open_month(companies bigint[], months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    shut record;
BEGIN
    INSERT INTO ledger_period (company_id, month)
        SELECT DISTINCT company, month FROM unnest(companies, months) AS wanted (company, month) ORDER BY 1, 2
        ON CONFLICT DO NOTHING;
    FOR shut IN
        SELECT p.month, p.closed_at FROM ledger_period p
        JOIN unnest(companies, months) AS wanted (company, month)
            ON p.company_id = wanted.company AND p.month = wanted.month
        ORDER BY p.company_id, p.month FOR KEY SHARE OF p
    LOOP
        IF shut.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'the month % is closed', to_char(shut.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'period_is_open';
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION ledger_entry_in_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_require_open_month(array_agg(company_id), array_agg(month)) FROM (
        SELECT DISTINCT company_id, date_trunc('month', dated_on)::date AS month FROM new_entries) AS months;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_in_open_month AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_in_open_month();


-- The lines of an entry come in one statement, in the entry's own transaction, and add up to zero.
CREATE FUNCTION ledger_lines_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT entry_id INTO bad FROM new_lines
        GROUP BY entry_id HAVING sum(amount) <> 0 OR sum(company_amount) <> 0 LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'the lines of entry % do not add up to zero', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_add_to_zero';
    END IF;
    SELECT e.id INTO bad FROM new_lines l
        JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_account a ON a.id = l.account_id
        WHERE e.recorded_at <> now() OR a.company_id <> e.company_id OR l.dated_on <> e.dated_on
            OR l.currency <> e.currency LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'entry % takes lines of its own company, day and currency, once, when it is made', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_come_with_it';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER lines_balance AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_balance();


-- An entry's open items say the same as its receivable lines, customer by customer.
CREATE FUNCTION ledger_items_match_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT entry_id INTO bad FROM (
        SELECT entry_id, customer_id, company_id, dated_on, currency, amount, company_amount FROM ledger_openitem
            WHERE entry_id IN (SELECT entry_id FROM new_items)
        UNION ALL
        SELECT l.entry_id, l.customer_id, e.company_id, e.dated_on, e.currency, -l.amount, -l.company_amount
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.role = 'receivable'
            JOIN ledger_entry e ON e.id = l.entry_id
            WHERE l.entry_id IN (SELECT entry_id FROM new_items)
    ) AS both_sides
    GROUP BY entry_id, customer_id, company_id, dated_on, currency
    HAVING sum(amount) <> 0 OR sum(company_amount) <> 0 LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'the open items of entry % differ from its receivable lines', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'items_match_receivable_lines';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER items_match_lines AFTER INSERT ON ledger_openitem
    REFERENCING NEW TABLE AS new_items
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_items_match_lines();


-- Items are locked in one order, by their ids, before allocations of them are entered.
CREATE FUNCTION ledger_lock_items(item_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM 1 FROM ledger_openitem WHERE id = ANY (item_ids) ORDER BY id FOR NO KEY UPDATE;
END $$;


-- An allocation joins a debit and a credit of one company, customer and currency, on a day when both exist;
-- what undoes one is its exact opposite. Then both balances move, and the CHECK on them has the last word.
CREATE FUNCTION ledger_allocate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT n.id INTO bad FROM new_allocations n
        JOIN ledger_openitem d ON d.id = n.debit_id JOIN ledger_openitem c ON c.id = n.credit_id
        WHERE d.amount < 0 OR c.amount > 0 OR d.company_id <> c.company_id OR d.customer_id <> c.customer_id
            OR d.currency <> c.currency OR n.dated_on < d.dated_on OR n.dated_on < c.dated_on LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % joins items that do not belong together, or before both exist', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_joins_what_belongs_together';
    END IF;
    SELECT n.id INTO bad FROM new_allocations n JOIN ledger_allocation r ON r.id = n.reverses_id
        WHERE r.reverses_id IS NOT NULL OR r.debit_id <> n.debit_id OR r.credit_id <> n.credit_id
            OR r.amount <> -n.amount OR r.debit_company_amount <> -n.debit_company_amount
            OR r.credit_company_amount <> -n.credit_company_amount OR n.dated_on < r.dated_on LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % is not the exact opposite of what it undoes', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_undone_by_its_opposite';
    END IF;
    SELECT n.id INTO bad FROM new_allocations n
        JOIN ledger_openitem d ON d.id = n.debit_id JOIN ledger_openitem c ON c.id = n.credit_id
        WHERE n.amount < 0 AND 'reversal' IN (d.kind, c.kind) LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % would undo a reversal', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_a_reversal_stands';
    END IF;
    -- Dated before an undoing of the same item it would take, for the days between, what was still in use then.
    SELECT n.id INTO bad FROM new_allocations n
        WHERE n.amount > 0 AND EXISTS (
            SELECT FROM ledger_allocation u WHERE u.amount < 0 AND u.dated_on > n.dated_on AND u.debit_id = n.debit_id
            UNION ALL
            SELECT FROM ledger_allocation u WHERE u.amount < 0 AND u.dated_on > n.dated_on AND u.credit_id = n.credit_id
        ) LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % is dated before an earlier one of the same item was undone', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_not_before_an_undoing';
    END IF;
    PERFORM ledger_require_open_month(array_agg(company_id), array_agg(month)) FROM (
        SELECT DISTINCT d.company_id, date_trunc('month', n.dated_on)::date AS month
        FROM new_allocations n JOIN ledger_openitem d ON d.id = n.debit_id) AS months;

    UPDATE ledger_openitem i SET
        balance = i.balance - moved.amount,
        open_during = daterange(i.dated_on, CASE WHEN i.balance = moved.amount THEN (
            SELECT max(a.dated_on) FROM ledger_allocation a WHERE a.debit_id = i.id OR a.credit_id = i.id) END)
    FROM (
        SELECT item_id, sum(amount) AS amount FROM (
            SELECT debit_id AS item_id, amount FROM new_allocations
            UNION ALL SELECT credit_id, -amount FROM new_allocations) AS sides GROUP BY item_id
    ) AS moved
    WHERE i.id = moved.item_id;
    RETURN NULL;
END $$;

CREATE TRIGGER allocation_moves_balances AFTER INSERT ON ledger_allocation
    REFERENCING NEW TABLE AS new_allocations
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocate();
