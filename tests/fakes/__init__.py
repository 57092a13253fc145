"""Telegram and Twilio as two real HTTP servers on the loopback, with their phones and their faults."""
