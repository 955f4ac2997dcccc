"""stub"""

from clockify_cli.generate.reading import Tree


def pages(tree: Tree) -> dict[str, str]:
    return {}
