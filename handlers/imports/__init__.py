"""People and visits out of CSV files: all lines or none, and every bad line named, with the mend."""

from handlers.imports.plans import VISIT_COLUMNS, import_visits
from handlers.imports.staff import PEOPLE_COLUMNS, import_people
from handlers.imports.table import ImportRefused, ImportReport

__all__ = ["PEOPLE_COLUMNS", "VISIT_COLUMNS", "ImportRefused", "ImportReport", "import_people", "import_visits"]
