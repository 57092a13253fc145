"""Code words: found in any text, and chosen so that they can be."""

from bot.codeword.asking import behind, confirms, proposed, says_anew, tells_of
from bot.codeword.choosing import objections, suggestions
from bot.codeword.finding import Found, find

__all__ = ["Found", "behind", "confirms", "find", "objections", "proposed", "says_anew", "suggestions", "tells_of"]
