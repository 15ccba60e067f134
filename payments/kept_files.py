"""Payment files as they are kept: sealed, with the hash of the bytes that the bank gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from office.models import Company, User
from office.sealing import Unsealable, seal, unseal
from payments.models import PaymentFile


@dataclass(frozen=True)
class Made:
    """A file that was just made, and what it says."""

    kind: str
    form: str
    message_id: str
    content: bytes
    count: int
    total: Decimal
    currency: str


def keep_file(company: Company, made: Made, *, by: User | None) -> PaymentFile:
    """Keep a file, once under its message id."""
    suffix = "ach" if made.form == "nacha" else "xml"
    return PaymentFile.objects.create(
        company=company,
        kind=made.kind,
        form=made.form,
        name=f"{made.message_id}.{suffix}",
        message_id=made.message_id,
        sealed_content=seal(made.content.decode()),
        sha256=sha256(made.content).hexdigest(),
        count=made.count,
        total=made.total,
        currency=made.currency,
        made_by=by,
    )


def bytes_of(file: PaymentFile) -> bytes:
    """The bytes as they were made. Raises Unsealable where they are not the ones that were kept."""
    content = unseal(file.sealed_content).encode()
    if sha256(content).hexdigest() != file.sha256:
        raise Unsealable(f"The bytes of {file} are not the ones that its hash was made of.")
    return content


def reseal_files() -> Iterator[int]:
    """Seal every file anew by the newest key; gives how many are done. What is broken stops it."""
    for done, file in enumerate(PaymentFile.objects.order_by("pk").iterator(chunk_size=1), start=1):
        sealed = seal(bytes_of(file).decode())
        PaymentFile.objects.filter(pk=file.pk, sealed_content=file.sealed_content).update(sealed_content=sealed)
        yield done
