"""Twelve mistakes that alarm systems have made, put back one at a time: for each there are tests that will not have it."""
