-- What an issued document says of a patient is frozen with it.

CREATE FUNCTION billing_freeze_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_invoiceline line JOIN billing_invoice invoice ON invoice.id = line.invoice_id
            WHERE invoice.status <> 'draft' AND line.id = ANY (ARRAY(SELECT line_id FROM touched))) THEN
        RAISE EXCEPTION 'the medical codes of an issued document are frozen'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen_once_issued';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER service_frozen_insert AFTER INSERT ON billing_medicalservice
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_services();
CREATE TRIGGER service_frozen_from AFTER UPDATE ON billing_medicalservice
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_services();
CREATE TRIGGER service_frozen_to AFTER UPDATE ON billing_medicalservice
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_services();
CREATE TRIGGER service_frozen_delete AFTER DELETE ON billing_medicalservice
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_services();
CREATE TRIGGER diagnosis_frozen_insert AFTER INSERT ON billing_diagnosis
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER diagnosis_frozen_from AFTER UPDATE ON billing_diagnosis
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER diagnosis_frozen_to AFTER UPDATE ON billing_diagnosis
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
CREATE TRIGGER diagnosis_frozen_delete AFTER DELETE ON billing_diagnosis
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION billing_freeze_parts();
