"""What the service draws by chance: reply codes, lease names, seeds, and how long an answer is held."""

import secrets
from datetime import timedelta

CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY"
CODE_DIGITS = "346789"
HOLD, JITTER = timedelta(milliseconds=55), timedelta(milliseconds=20)


def draw_code(at_rest: set[str]) -> str:
    """A reply code: a letter and three more characters with a digit among them, none to misread, not used for 30 days.

    A letter leads because "743M" or "9AM7" would be read as a time.
    """
    while True:
        code = secrets.choice(CODE_LETTERS) + "".join(secrets.choice(CODE_LETTERS + CODE_DIGITS) for _ in range(3))
        if not code.isalpha() and code not in at_rest:
            return code


def draw_hold() -> timedelta:
    """From a text to its answer: longer than one with an alarm in it takes to be judged, and never the same twice."""
    return HOLD + timedelta(microseconds=secrets.randbelow(JITTER // timedelta(microseconds=1)))


def draw_seed() -> int:
    """For which good phrases are offered to somebody whose own was refused."""
    return secrets.randbelow(2**32)


def draw_token() -> str:
    return secrets.token_hex(8)
