"""What the office keeps in tables, out of CSV files: all lines or none, and every bad line named, with the mend."""

from handlers.imports.duty import (
    ABSENCE_COLUMNS,
    ROTA_COLUMNS,
    absent,
    drop_rota,
    import_absences,
    import_rota,
    present,
)
from handlers.imports.entries import ENTRY_COLUMNS
from handlers.imports.leaving import has_left
from handlers.imports.particulars import PARTICULARS_COLUMNS
from handlers.imports.plans import VISIT_COLUMNS, import_visits
from handlers.imports.staff import PEOPLE_COLUMNS, import_people
from handlers.imports.table import ImportRefused, ImportReport

__all__ = [
    "ABSENCE_COLUMNS",
    "ENTRY_COLUMNS",
    "PARTICULARS_COLUMNS",
    "PEOPLE_COLUMNS",
    "ROTA_COLUMNS",
    "VISIT_COLUMNS",
    "ImportRefused",
    "ImportReport",
    "absent",
    "drop_rota",
    "has_left",
    "import_absences",
    "import_people",
    "import_rota",
    "import_visits",
    "present",
]
