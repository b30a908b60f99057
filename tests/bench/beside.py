# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: numbers for their data, one measured process, the peer, and their options."""
import argparse
import os
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


class Sequence:
    """Numbers below a limit of at most 2^31, the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) * limit >> 31


def measure(command):
    """Runs a command: seconds, peak MiB, output, seconds of processor time."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit("%s\nfailed with %d:\n%s" % (" ".join(command), code, errors.decode()[-2000:]))
    return seconds, usage.ru_maxrss / 1024, output.decode(), usage.ru_utime + usage.ru_stime


def peer_python(folder, wanted=True):
    """The Python that has the peer, in a virtual environment of the folder; installs it if it is wanted and missing."""
    python = os.path.join(folder, "venv", "bin", "python")
    if wanted and not os.path.exists(python):
        print("installing the peer", flush=True)
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return python


def write_rows(file, header, lines):
    """Writes a table; one that was cut off does not look finished."""
    with open(file + ".part", "w", encoding="utf-8") as out:
        out.write(header + "\n")
        out.writelines(line + "\n" for line in lines)
    os.replace(file + ".part", file)


def write_table(file, header, lines):
    """Writes a table where it is missing."""
    if os.path.exists(file):
        return
    os.makedirs(os.path.dirname(file), exist_ok=True)
    write_rows(file, header, lines)


def options_of(doc, jobs, folder, rounds, threads, scaled=True):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", metavar="JOB", choices=[[], *jobs])
    parser.add_argument("--sup", default=os.path.join(ROOT, "build", "release", "sup"))
    parser.add_argument("--folder", default=folder)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--threads", type=int, default=threads)
    parser.add_argument("--no-peer", action="store_true")
    if scaled:
        parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.jobs = options.jobs or list(jobs)
    return options
