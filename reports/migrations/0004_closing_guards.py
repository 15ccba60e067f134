from django.db import migrations

SQL = """
CREATE TRIGGER close_signoff_written_once BEFORE UPDATE OR DELETE ON reports_closesignoff
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER close_pack_written_once BEFORE UPDATE OR DELETE ON reports_closepack
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER close_pack_file_written_once BEFORE UPDATE OR DELETE ON reports_closepackfile
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_change();


-- What was signed when a month was closed stays as it was: sign-offs are of open months.
CREATE FUNCTION reports_signoff_of_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM ledger_period
        WHERE company_id = NEW.company_id AND month = NEW.month AND closed_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the month % is closed', to_char(NEW.month, 'YYYY-MM')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'close_signoff_of_open_month';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER close_signoff_of_open_month BEFORE INSERT ON reports_closesignoff
    FOR EACH ROW EXECUTE FUNCTION reports_signoff_of_open_month();


-- A pack is kept while the closing stands after which it was read.
CREATE FUNCTION reports_pack_of_its_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM ledger_period
        WHERE company_id = NEW.company_id AND month = NEW.month AND closed_at = NEW.closed_at FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a pack is kept while the closing stands after which it was read'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'close_pack_of_its_closing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER close_pack_of_its_closing BEFORE INSERT ON reports_closepack
    FOR EACH ROW EXECUTE FUNCTION reports_pack_of_its_closing();


-- A pack's files come with it.
CREATE FUNCTION reports_pack_file_comes_with_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reports_closepack WHERE id = NEW.pack_id AND made_at = now()) THEN
        RAISE EXCEPTION 'a pack takes files when it is made'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'close_pack_file_comes_with_it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER close_pack_file_comes_with_it BEFORE INSERT ON reports_closepackfile
    FOR EACH ROW EXECUTE FUNCTION reports_pack_file_comes_with_it();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_closing"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
