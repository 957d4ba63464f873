"""YAML from elsewhere, without aliases: a few of them can expand to more than any memory holds."""

from typing import Any

import yaml

DEEPEST = 20  # levels of nesting
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is twelve times as fast


def read_yaml(text: str | bytes) -> Any:
    """Parse `text`; raises `yaml.YAMLError` for what is not YAML, has an alias, or is nested deeply.

    >>> read_yaml("top_n: 5")
    {'top_n': 5}
    """
    refuse_traps(text)
    return yaml.load(text, Loader=LOADER)


def refuse_traps(text: str | bytes, loader: Any = LOADER) -> None:
    """Raise `yaml.MarkedYAMLError` for aliases and deep nesting.

    >>> refuse_traps("a: &x [1]\\n<<: [*x, *x]")
    Traceback (most recent call last):
    yaml.error.MarkedYAMLError: aliases are not read: write out what they stand for
      in "<unicode string>", line 2, column 6
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        problem = "it is nested too deeply" if depth > DEEPEST else ""
        if isinstance(event, yaml.AliasEvent):
            problem = "aliases are not read: write out what they stand for"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]
