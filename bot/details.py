"""What the log entry of a visit holds beside who, where and when (P2 B3 C6 E2 W2)."""

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum


class Authorisation(StrEnum):
    """Where a visit stands with those whose yes it needs (P1 B1 C1 E9b)."""

    NOT_NEEDED = ""
    WANTED = "wanted"  # nobody has been asked yet
    ASKED = "asked"
    AUTHORISED = "authorised"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Details:
    """A visit's log entry. Everything in it is sealed at rest; "" and None are "not said".

    `kind` is "safeguarding" where the DSL has a part in it (P19); `family_told` is how and when the family was told, or
    why not (B2); `confirmed` the written confirmation of the appointment, or the exception (C5); `notes` what else whoever
    goes should know (P10); `assessment` names the risk assessment, `assessed_by` who made it (P9b C4); `lifted` is the reason
    for which a high-risk mark was lifted (E10).
    """

    house_phone: str = ""
    pupil_class: str = ""
    kind: str = ""
    family_told: str = ""
    confirmed: str = ""
    parents: str = ""
    attendance: str = ""
    named_contact: str = ""
    risks: str = ""
    notes: str = ""
    assessment: str = ""
    assessed_by: int | None = None
    high_risk: bool = False
    lifted: str = ""
    signature: bool = False
    transport: str = ""
    responsible_id: int | None = None

    def write(self) -> str:
        """As JSON, the empty left out."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in ("", None, False)})

    @classmethod
    def read(cls, written: str) -> "Details":
        """The inverse of `write`, also of what another version wrote: what this one does not know is left."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in json.loads(written).items() if name in known})
