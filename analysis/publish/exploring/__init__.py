"""The explorer: widgets that search, read and count, with a static form where no kernel runs."""
