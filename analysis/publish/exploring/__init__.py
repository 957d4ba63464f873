"""The explorer: widgets that search, read and count as one moves them, and show something without a kernel too."""
