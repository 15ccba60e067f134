"""What a list of medical codes may tell, and the lists that have one kind of code in every row."""

from billing.models import MedicalSystem
from office.reading import Field, FieldKind, Mapping

FIELDS = (
    Field("code", "Code", required=True, headings=("ICD-10-CM code", "HCPCS code", "HCPC", "CPT code")),
    Field("system", "System", required=True, headings=("Code system", "Kind")),
    Field("name", "Meaning", headings=("Description", "Long description", "Short description", "Name")),
    Field("valid_from", "Valid from", FieldKind.DAY, headings=("From", "Effective date", "Add date")),
    Field("valid_until", "Valid until", FieldKind.DAY, headings=("Until", "Termination date", "End date", "TERM DT")),
)
WORDS = {
    "procedure": MedicalSystem.PROCEDURE,
    "cpt": MedicalSystem.PROCEDURE,
    "hcpcs": MedicalSystem.PROCEDURE,
    "cpt or hcpcs": MedicalSystem.PROCEDURE,
    "modifier": MedicalSystem.MODIFIER,
    "diagnosis": MedicalSystem.DIAGNOSIS,
    "icd-10-cm": MedicalSystem.DIAGNOSIS,
}
ONE_KIND = {
    "Every row is an ICD-10-CM code": Mapping({}, {"system": "icd-10-cm"}),
    "Every row is a CPT or HCPCS code": Mapping({}, {"system": "cpt or hcpcs"}),
    "Every row is a modifier": Mapping({}, {"system": "modifier"}),
}
