"""What Doorstep holds conversations about."""

from collections.abc import Mapping

from handlers.desk import chase, closing
from handlers.desk.answering import DECLINING
from handlers.desk.following import AGREEMENT
from handlers.desk.planning import TOPIC as PLAN
from handlers.desk.records import RECORD
from handlers.desk.talks import Topic

_CLOSING = (closing.CONCERNS, closing.CONCERN_WORDS, closing.WHY_UNSAFE)
_ALL: tuple[Topic, ...] = (PLAN, DECLINING, RECORD, AGREEMENT, *_CLOSING, chase.CHASE)

TOPICS: Mapping[str, Topic] = {topic.name: topic for topic in _ALL}
"""Every topic by its name. One that is no more in here is no longer asked or answered, and its conversations rest."""
