"""The held texts: what the provider keeps for us, to go out when our machine is dead (DESIGN §6)."""

from handlers.held.backstop import Backstop

__all__ = ["Backstop"]
