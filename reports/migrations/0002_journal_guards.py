from django.db import migrations

SQL = """
CREATE FUNCTION reports_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE TRIGGER journal_file_written_once BEFORE UPDATE OR DELETE ON reports_journalfile
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER journal_part_written_once BEFORE UPDATE OR DELETE ON reports_journalfilepart
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER journal_debtor_written_once BEFORE UPDATE OR DELETE ON reports_journaldebtor
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();


-- What was exported stays as it was told. A batch is withdrawn once, and for good.
CREATE FUNCTION reports_freeze_journal_batch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before reports_journalbatch := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL THEN
        before.withdrawn_at := NEW.withdrawn_at;
        before.withdrawn_by_id := NEW.withdrawn_by_id;
        before.withdrawn_reason := NEW.withdrawn_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'journal % was exported: withdraw it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'journal_batch_frozen';
END $$;
CREATE TRIGGER journal_batch_frozen BEFORE UPDATE OR DELETE ON reports_journalbatch
    FOR EACH ROW EXECUTE FUNCTION reports_freeze_journal_batch();


-- A batch takes entries of its own company, in the transaction that makes it, so that its file says all of them.
CREATE FUNCTION reports_journal_entry_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_entries n JOIN reports_journalbatch b ON b.id = n.batch_id
        JOIN ledger_entry e ON e.id = n.entry_id
        WHERE e.company_id <> b.company_id OR b.made_at <> now() OR NOT n.stands
    ) THEN
        RAISE EXCEPTION 'a journal takes entries of its own company, when it is made'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_belongs';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_entry_belongs AFTER INSERT ON reports_journalbatchentry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION reports_journal_entry_belongs();


-- An entry is let go once, with its batch.
CREATE FUNCTION reports_journal_entry_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before reports_journalbatchentry := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.stands AND NOT NEW.stands THEN
        before.stands := false;
        IF before IS NOT DISTINCT FROM NEW AND EXISTS (
            SELECT FROM reports_journalbatch WHERE id = OLD.batch_id AND withdrawn_at IS NOT NULL
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'entry % is in journal batch % until that is withdrawn', OLD.entry_id, OLD.batch_id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'journal_entry_let_go';
END $$;
CREATE TRIGGER journal_entry_let_go BEFORE UPDATE OR DELETE ON reports_journalbatchentry
    FOR EACH ROW EXECUTE FUNCTION reports_journal_entry_let_go();


-- A customer's account number and the name of an account are of the company that the customer and the account are of.
CREATE FUNCTION reports_other_books_belong() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner bigint;
BEGIN
    IF TG_TABLE_NAME = 'reports_journaldebtor' THEN
        SELECT company_id INTO owner FROM customers_customer WHERE id = NEW.customer_id;
    ELSE
        SELECT company_id INTO owner FROM ledger_account WHERE id = NEW.account_id;
    END IF;
    IF owner <> NEW.company_id THEN
        RAISE EXCEPTION '% names what is of another company', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'other_books_belong';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_debtor_belongs BEFORE INSERT ON reports_journaldebtor
    FOR EACH ROW EXECUTE FUNCTION reports_other_books_belong();
CREATE TRIGGER journal_account_belongs BEFORE INSERT OR UPDATE ON reports_journalaccount
    FOR EACH ROW EXECUTE FUNCTION reports_other_books_belong();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_journal_exports")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
