"""Programs and their parts, which are called by name and hold no test."""

collect_ignore = [f"{name}.py" for name in "cases corpus documents fuzz plain reading tables targets zips".split()]
