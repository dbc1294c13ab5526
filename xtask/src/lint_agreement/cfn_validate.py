"""Checks the templates named on standard input, one a line, and answers each with a line of JSON."""
import json
import signal
import sys
import time

from cloudformation_validate import CompositeEngine


def described(found):
    return {
        "rule": found.rule_id,
        "severity": found.severity.name.lower().replace("fatal", "error"),
        "message": found.message,
        "line": found.start_line or 0,
        "column": found.start_column or 0,
        "end_line": found.end_line or 0,
        "end_column": found.end_column or 0,
        "path": found.property_path,
    }


def main():
    limit = int(sys.argv[1])
    engine = CompositeEngine()
    for line in sys.stdin:
        started = time.monotonic()
        answer = {"findings": []}
        # The engine is native code, which nothing but the end of the program interrupts.
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            report = engine.validate_template(line.rstrip("\n"))
            answer["findings"] = [described(found) for found in report.diagnostics]
        except Exception as error:
            answer["failure"] = f"{type(error).__name__}: {error}"[:500]
        answer["seconds"] = time.monotonic() - started
        print(json.dumps(answer), flush=True)


main()
