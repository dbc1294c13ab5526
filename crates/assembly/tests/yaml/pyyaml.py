"""Reads pairs of YAML and JSON from stdin, one a line, and fails on the first pair that differs for PyYAML (YAML 1.1)."""
import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    pass


def call(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    else:
        value = loader.construct_sequence(node, deep=True)
    return {suffix if suffix == "Ref" else "Fn::" + suffix: value}


Loader.add_multi_constructor("!", call)

for line in sys.stdin:
    text, expected = json.loads(line)
    if yaml.load(text, Loader) != expected:
        sys.exit(f"{text}\n{expected}\n{yaml.load(text, Loader)}")
