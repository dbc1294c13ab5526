"""What the scenarios share: clients of one endpoint, quick waiters, and answers that are written down.

A scenario is a function marked with @scenario. `answer(key, got, wanted)` writes down what was answered and what AWS answers; nothing
is raised, so that one difference does not hide the others. Each answer is a line of JSON on the standard output.
"""
import json
import os
import sys
import time
import traceback

import boto3
import botocore.exceptions
from botocore.config import Config

# What says nothing about right and wrong: waiters sleep between looks, and the time of these servers passes faster.
_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, float(os.environ.get("INTEROP_SLEEP", "0.02"))))

SCENARIOS = []
REGION = os.environ.get("AWS_REGION", "eu-west-1")
_now = {"scenario": ""}


def client(service, **more):
    return boto3.client(service, region_name=REGION, config=Config(retries={"max_attempts": 1}, read_timeout=30, **more))


def scenario(function):
    SCENARIOS.append(function)
    return function


def answer(key, got, wanted):
    line = {"key": f"{_now['scenario']}/{key}", "got": got, "wanted": wanted}
    print(json.dumps(line, default=str), flush=True)


def error(call, **arguments):
    """The code of the error that a call ends with, and its message."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as refused:
        return refused.response["Error"]["Code"], refused.response["Error"].get("Message", "")
    except botocore.exceptions.WaiterError as failed:
        return "WaiterError", str(failed)
    return "none", ""


def refused(key, code, words, call, **arguments):
    """A call must be refused with a code, and a message that has these words."""
    got, message = error(call, **arguments)
    answer(key, got, code)
    if words:
        answer(f"{key} says", words if words.lower() in message.lower() else message, words)


def main(module):
    only = sys.argv[1:]
    for function in SCENARIOS:
        name = function.__name__.replace("_", "-")
        if only and not any(word in f"{module}/{name}" for word in only):
            continue
        _now["scenario"] = f"{module}/{name}"
        try:
            function()
        except Exception as failed:  # Whatever a server does wrong is an answer too.
            where = traceback.extract_tb(failed.__traceback__)
            line = [frame.lineno for frame in where if frame.filename.endswith(f"{module}.py")]
            answer("ends", f"line {line[-1] if line else '?'}: {type(failed).__name__}: {failed}"[:400], "well")
        else:
            answer("ends", "well", "well")
