"""Figures, each by a command: a table for people, then one line of JSON; exit status 1 where a goal is missed."""
