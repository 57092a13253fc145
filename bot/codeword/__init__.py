"""Code words: found in any text, and chosen so that they can be."""

from bot.codeword.asking import confirms, proposed, tells_of
from bot.codeword.choosing import objections, suggestions
from bot.codeword.finding import Found, find

__all__ = ["Found", "confirms", "find", "objections", "proposed", "suggestions", "tells_of"]
