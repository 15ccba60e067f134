-- Issued means frozen. A document may only go from issued to void, with what says so; its rows never change.

CREATE FUNCTION billing_freeze_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before billing_invoice := OLD;
BEGIN
    IF OLD.status = 'draft' AND (TG_OP = 'DELETE' OR NEW.status IN ('draft', 'issued')) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'issued' AND NEW.status = 'void' THEN
        before.status := NEW.status;
        before.void_entry_id := NEW.void_entry_id;
        before.voided_on := NEW.voided_on;
        before.void_reason := NEW.void_reason;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'document % is issued: void it or credit it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen_once_issued';
END $$;

CREATE TRIGGER invoice_frozen BEFORE UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_freeze_invoice();

-- Asked once per statement: an import writes thousands of lines at a time.
CREATE FUNCTION billing_freeze_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_invoice WHERE status <> 'draft'
            AND id = ANY (ARRAY(SELECT DISTINCT invoice_id FROM touched))) THEN
        RAISE EXCEPTION 'the lines and taxes of an issued document are frozen'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen_once_issued';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER line_frozen_insert AFTER INSERT ON billing_invoiceline
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER line_frozen_from AFTER UPDATE ON billing_invoiceline
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER line_frozen_to AFTER UPDATE ON billing_invoiceline
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER line_frozen_delete AFTER DELETE ON billing_invoiceline
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER tax_frozen_insert AFTER INSERT ON billing_invoicetax
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER tax_frozen_from AFTER UPDATE ON billing_invoicetax
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER tax_frozen_to AFTER UPDATE ON billing_invoicetax
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER tax_frozen_delete AFTER DELETE ON billing_invoicetax
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();

CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE TRIGGER pdf_written_once BEFORE UPDATE OR DELETE ON billing_invoicepdf
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER opening_written_once BEFORE UPDATE OR DELETE ON billing_linkopening
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
