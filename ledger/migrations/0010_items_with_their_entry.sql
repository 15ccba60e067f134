-- As before, but that a receivable line names its customer: what is owed is owed by somebody.
CREATE OR REPLACE FUNCTION ledger_lines_balance() RETURNS trigger LANGUAGE plpgsql AS $$
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
    SELECT l.entry_id INTO bad FROM new_lines l JOIN ledger_account a ON a.id = l.account_id
        WHERE a.role = 'receivable' AND l.customer_id IS NULL LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'a receivable line of entry % names no customer', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receivable_line_names_its_customer';
    END IF;
    RETURN NULL;
END $$;


-- As before, but that items come in the entry's own transaction, as its lines do.
CREATE OR REPLACE FUNCTION ledger_items_match_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT e.id INTO bad FROM new_items i JOIN ledger_entry e ON e.id = i.entry_id WHERE e.recorded_at <> now() LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'entry % takes open items once, when it is made', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_items_come_with_it';
    END IF;
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


-- What a line says a customer owes, or owes no more, is an open item when the transaction ends. A line without an amount
-- has none: it is what exchange gained or lost, in company currency alone.
CREATE FUNCTION ledger_line_has_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said numeric;
BEGIN
    SELECT sum(l.amount) INTO said FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
        WHERE l.entry_id = NEW.entry_id AND l.customer_id = NEW.customer_id AND a.role = 'receivable';
    IF said <> (SELECT coalesce(sum(amount), 0) FROM ledger_openitem
            WHERE entry_id = NEW.entry_id AND customer_id = NEW.customer_id) THEN
        RAISE EXCEPTION 'entry % says what customer % owes, but has no open item for it', NEW.entry_id, NEW.customer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receivable_line_has_its_item';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER line_has_items AFTER INSERT ON ledger_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL AND NEW.amount <> 0) EXECUTE FUNCTION ledger_line_has_items();


-- What an account is for, and whose it is, is said once: its lines would mean something else.
CREATE FUNCTION ledger_freeze_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'account % keeps its company and what it is for', OLD.code
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'account_keeps_its_meaning';
END $$;

CREATE TRIGGER account_keeps_its_meaning BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN ((OLD.company_id, OLD.role) IS DISTINCT FROM (NEW.company_id, NEW.role))
    EXECUTE FUNCTION ledger_freeze_account();
