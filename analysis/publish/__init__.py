"""Reports, and all that they are made of."""

import logging

# Where the first scan of the fonts is slow, matplotlib says so on stderr, and a notebook would have it as output.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
