"""Who a person is to the judge: initials, roles, and the channels to their phone in the right order."""

from dataclasses import replace

import pytest

from bot.people import CONTACT_ROLES, Channel, Role
from tests.bot.values import ASHA, BRUNO, CONTACTS, person

SMS, TELEGRAM = Channel.SMS, Channel.TELEGRAM
BOTH = replace(ASHA, telegram_id="1001")


@pytest.mark.parametrize(
    ("name", "initials"), [("Asha", "A."), ("asha ben", "A.B."), ("  Olive   Dee ", "O.D."), ("", "")]
)
def test_initials_are_all_that_a_text_carries_of_a_name(name: str, initials: str) -> None:
    """One capital and a full stop for each part of the name (DESIGN §8)."""
    assert person(1, name).initials == initials


def test_every_role_but_visitor_can_be_alarmed() -> None:
    """A person is a contact by any one of their roles."""
    assert frozenset(Role) - {Role.VISITOR} == CONTACT_ROLES
    assert not ASHA.is_contact
    assert all(contact.is_contact for contact in CONTACTS)
    assert person(1, "Asha", Role.VISITOR, Role.DSL).is_contact


def test_an_address_is_the_number_or_the_chat() -> None:
    """Each channel has its own way of naming a phone; without a chat there is no Telegram."""
    assert (BOTH.address(SMS), BOTH.address(TELEGRAM)) == ("+447700900001", "1001")
    assert BRUNO.address(TELEGRAM) is None


PROMPTS = [  # last wrote on, lost, the channels of a prompt in order
    (None, [], [TELEGRAM, SMS]),
    (SMS, [], [SMS, TELEGRAM]),
    (TELEGRAM, [], [TELEGRAM, SMS]),
    (TELEGRAM, [TELEGRAM], [SMS]),
    (SMS, [TELEGRAM], [SMS]),
    (SMS, [SMS], [TELEGRAM]),
    (SMS, [SMS, TELEGRAM], [SMS, TELEGRAM]),
]


@pytest.mark.parametrize(("last", "lost", "channels"), PROMPTS)
def test_prompts_go_where_they_last_wrote_and_round_what_refuses(
    last: Channel | None, lost: list[Channel], channels: list[Channel]
) -> None:
    """A refused channel is left out while another is open; when all have refused, all are tried."""
    assert list(replace(BOTH, last_channel=last, lost=frozenset(lost)).channels()) == channels


def test_without_a_chat_there_is_only_sms() -> None:
    """Whoever never enrolled is reached by SMS, also after it has refused."""
    assert ASHA.channels() == (SMS,)
    assert replace(ASHA, lost=frozenset({SMS})).channels() == (SMS,)
    assert replace(ASHA, last_channel=TELEGRAM).alarm_channels() == (SMS,)


ALARMS = [
    ([], [SMS, TELEGRAM]),
    ([TELEGRAM], [SMS, TELEGRAM]),
    ([SMS], [TELEGRAM, SMS]),
    ([SMS, TELEGRAM], [SMS, TELEGRAM]),
]


@pytest.mark.parametrize(("lost", "channels"), ALARMS)
@pytest.mark.parametrize("last", [None, SMS, TELEGRAM])
def test_alarms_go_by_sms_first_because_it_tells_of_delivery(
    last: Channel | None, lost: list[Channel], channels: list[Channel]
) -> None:
    """Wherever they last wrote; a channel that has refused comes last, and is never given up."""
    assert list(replace(BOTH, last_channel=last, lost=frozenset(lost)).alarm_channels()) == channels
