"""The SMS door: texts leave through Twilio's API, and its webhooks are checked and read here."""

from handlers.sms.carrier import SmsCarrier
from handlers.sms.held import SmsHolder
from handlers.sms.inbound import external_id, pack, parse
from handlers.sms.listing import SmsListing
from handlers.sms.signatures import Signatures

__all__ = ["Signatures", "SmsCarrier", "SmsHolder", "SmsListing", "external_id", "pack", "parse"]
