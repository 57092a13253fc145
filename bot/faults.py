"""Faults that whoever runs Doorstep can mend: told in one line, never as a traceback."""

from typing import ClassVar

BAD_SETTINGS, FAILED = 2, 1
"""What a command exits with: nothing was begun, because something is to be mended first; or it was begun, and failed."""


class Mendable(Exception):
    """Its words say what is wrong and how it is mended."""

    exit_code: ClassVar[int] = FAILED
