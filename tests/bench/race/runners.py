# SPDX-License-Identifier: Apache-2.0
"""Those who run: processes that hold the tables and are asked one question at a time."""
import json
import os
import select
import subprocess
import sys
import time

from lines import statements_of

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ("duckdb", "polars", "chdb")


class Failed(Exception):
    """A runner could not answer; the text says why."""


class Peer:
    """A worker: a request a line, an answer a line."""

    def __init__(self, name, python, threads):
        self.name = name
        self.process = subprocess.Popen([python, worker_of(name), str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=environment(threads))
        about = self.read()
        self.version, self.forms = about["version"], about["forms"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed("the process has ended")
        answer = json.loads(line)
        if "fault" in answer:
            raise Failed(answer["fault"])
        return answer

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as fault:
            raise Failed("the process has ended") from fault
        return self.read()

    def load(self, folder, tables):
        return sum(self.ask(load=name, path=os.path.join(folder, name + ".csv"), columns=columns)["seconds"]
                   for name, columns in tables.items())

    def questions(self, line):
        """Every form of the line's question in every way of taking the answer."""
        texts = {"duckdb": line.sql, "chdb": [line.chdb], "polars": [line.polars]}[self.name]
        return [(text, form) for text in texts if text for form in self.forms]

    def run(self, question):
        return self.ask(query=question[0], form=question[1])["seconds"]

    def answer(self, question, path):
        self.ask(query=question[0], answer=path)

    def close(self):
        self.process.kill()
        self.process.wait()


def worker_of(name):
    return os.path.join(HERE, "worker_%s.py" % name)


def environment(threads):
    return dict(os.environ, POLARS_MAX_THREADS=str(threads))


END = ":end-of-answer"  # no command: its complaint ends an answer, whatever came before


class Ours:
    """`sup repl`, which keeps tables from question to question."""

    def __init__(self, sup, model, folder, scratch):
        self.out = open(os.path.join(scratch, "ours.out"), "w+b")
        self.process = subprocess.Popen([sup, "repl", model, "--data", folder, "--format", "csv", "--timings", "--lang",
                                         "en", "--limit-output", "100000000", "--progress", "never"],
                                        stdin=subprocess.PIPE, stdout=self.out, stderr=subprocess.PIPE)
        self.rest = b""
        self.declared = set()

    def told(self, limit=3600):
        """What comes on stderr up to the end of the answer."""
        deadline = time.monotonic() + limit
        while END.encode() not in self.rest:
            if not select.select([self.process.stderr], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise Failed("no answer within %d s" % limit)
            more = os.read(self.process.stderr.fileno(), 1 << 16)
            if not more:
                raise Failed("sup has ended: " + self.rest.decode(errors="replace")[-400:])
            self.rest += more
        while not self.rest.endswith(b"\n"):
            self.rest += os.read(self.process.stderr.fileno(), 1 << 16)
        text, self.rest = self.rest.decode(), b""
        return text

    def type(self, statement):
        self.process.stdin.write((statement + "\n" + END + "\n").encode())
        self.process.stdin.flush()
        return self.told()

    def questions(self, line):
        if not line.text:
            return [":run " + line.query]
        declared, body = statements_of(line.text)
        for text in declared:
            if text not in self.declared:
                self.type(text + "\n")
                self.declared.add(text)
        return [body + ";"]

    def run(self, question):
        """Seconds from the question to the answer in memory; loading, where it is still needed, is left out."""
        self.out.seek(0)
        self.out.truncate()
        told = self.type(question)
        for text in told.splitlines():
            if text.startswith('{"timings"'):
                times = json.loads(text)["timings"]
                return (times["check"] + times["plan"] + times["run"]) / 1000
        raise Failed(told[:600])

    def answer(self, question, path):
        """The answer of the last run."""
        self.out.seek(0)
        with open(path, "wb") as file:
            file.write(self.out.read())

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.out.close()


# ---------------------------------------------------------------- whole processes


def seconds_of(command, threads, output=subprocess.DEVNULL):
    begun = time.monotonic()
    done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, env=environment(threads), check=False)
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        raise Failed(done.stderr.decode(errors="replace")[-400:])
    return seconds, done.stderr.decode()


def sup_command(sup, line, folder, threads):
    return [sup, "run", line.model, "--data", folder, "--query", line.query, "--format", "csv", "--quiet",
            "--timings", "--threads", str(threads)]


def peer_commands(name, python, line, folder, tables, threads):
    texts = {"duckdb": line.sql, "chdb": [line.chdb], "polars": [line.polars]}[name]
    used = {table: (os.path.join(folder, table + ".csv"), tables[table]) for table in line.tables}
    return [[python, worker_of(name), str(threads), json.dumps({"tables": used, "query": text})]
            for text in texts if text]


if __name__ == "__main__":
    sys.exit("see tests/bench/run")
