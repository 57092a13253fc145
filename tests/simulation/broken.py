"""A promise that was not kept."""


class Broken(Exception):
    """`which` is the invariant, by its name in DESIGN §7."""

    def __init__(self, which: str, why: str) -> None:
        super().__init__(f"{which}: {why}")
        self.which = which
