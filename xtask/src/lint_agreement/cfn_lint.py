"""Lints the templates named on standard input, one a line, and answers each with a line of JSON.

cfn-lint's own command says nothing until its last template is done and gives up on all of them where one template takes
for ever. This calls what the command calls, template by template, with a clock.
"""
import json
import signal
import sys
import time

from cfnlint.config import ConfigMixIn
from cfnlint.runner.cli import Runner
from cfnlint.runner.template import run_template_by_file_paths


class TooLong(BaseException):
    """Not an Exception, because cfn-lint turns each of those into a finding of its own."""


def stop(_signal, _frame):
    raise TooLong


def described(match):
    return {
        "rule": match.rule.id,
        "severity": match.rule.severity,
        "message": match.message,
        "line": match.linenumber,
        "column": match.columnnumber,
        "end_line": match.linenumberend,
        "end_column": match.columnnumberend,
        "path": [str(key) for key in getattr(match, "path", None) or []],
    }


def main():
    limit = int(sys.argv[1])
    signal.signal(signal.SIGALRM, stop)
    rules = None
    for line in sys.stdin:
        name = line.rstrip("\n")
        started = time.monotonic()
        answer = {"findings": []}
        signal.alarm(limit)
        # The alarm waits for a regular expression to end; this one does not, and ends the whole program.
        signal.setitimer(signal.ITIMER_PROF, limit + 10)
        try:
            # Made anew for each, because a template's metadata changes it.
            config = ConfigMixIn(["--include-checks", "I", "--template", name])
            rules = rules or Runner(config).rules
            answer["findings"] = [described(match) for match in run_template_by_file_paths(config, rules)]
        except TooLong:
            answer["failure"] = f"took more than {limit} s"
        except (Exception, SystemExit) as error:
            answer["failure"] = f"{type(error).__name__}: {error}"[:500]
        finally:
            signal.alarm(0)
        answer["seconds"] = time.monotonic() - started
        print(json.dumps(answer), flush=True)


main()
