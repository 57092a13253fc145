"""The command line, a file for each group of commands. `bot/__main__.py` attaches them, and nothing else knows them."""
