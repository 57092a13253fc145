"""The whole system in one thread and in virtual time: one seed is one run, with faults, and with a reckoning at every step."""
