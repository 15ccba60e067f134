-- A document that becomes void says by which code, too.
CREATE OR REPLACE FUNCTION billing_freeze_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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
        before.void_reason_code_id := NEW.void_reason_code_id;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'document % is issued: void it or credit it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen_once_issued';
END $$;
