"""Reports, and all that they are made of."""

import logging

# What matplotlib says of this machine (a slow first scan of its fonts, a cache that it can't write), a notebook would
# have as output. A filter, unlike a level, is of a logger alone: what other parts of matplotlib warn of is still heard.
for _name in ("matplotlib", "matplotlib.font_manager"):
    logging.getLogger(_name).addFilter(lambda record: record.levelno >= logging.ERROR)
