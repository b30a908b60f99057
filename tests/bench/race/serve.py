# SPDX-License-Identifier: Apache-2.0
"""The loop of a runner: a request a line on stdin, an answer a line on stdout, both JSON."""
import json
import sys
import time


def obey(runner, request):
    if "load" in request:
        begun = time.perf_counter()
        runner.load(request["load"], request["path"], request["columns"])
        return {"seconds": time.perf_counter() - begun}
    if "answer" in request:
        runner.answer(request["query"], request["answer"])
        return {}
    return {"seconds": runner.run(request["query"], request["form"])}


def serve(make):
    """With a request behind the threads: that alone, straight from the files."""
    runner = make(int(sys.argv[1]))
    if len(sys.argv) > 2:
        request = json.loads(sys.argv[2])
        for table, (path, columns) in request["tables"].items():
            runner.view(table, path, columns)
        runner.run(request["query"], runner.forms[-1])
        return
    print(json.dumps({"version": runner.version, "forms": list(runner.forms)}), flush=True)
    for line in sys.stdin:
        try:
            answer = obey(runner, json.loads(line))
        except Exception as fault:  # whatever a peer raises, the race goes on without this line
            answer = {"fault": "%s: %s" % (type(fault).__name__, str(fault)[:500])}
        print(json.dumps(answer), flush=True)
