# SPDX-License-Identifier: BSD-2-Clause
"""Running other programs: every command has a time limit, and a failure is one sentence."""
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(HERE))

_say_lock = threading.Lock()
_commands = set()
_ending = threading.Event()


class Problem(Exception):
    """Something that is told as one sentence, without a stack trace."""


def say(text):
    """Progress, one line on standard error."""
    with _say_lock:
        print(text, file=sys.stderr, flush=True)


@dataclass
class Done:
    """A command that has ended; cpu_s is processor time, with that of the commands it ran."""
    status: int
    out: str
    errors: str
    wall_s: float
    cpu_s: float


def may_begin():
    """Problem if the runner was told to end."""
    if _ending.is_set():
        raise Problem("the runner was told to end")


def end_commands():
    """For a runner that is told to end: no command begins any more, and what runs is ended."""
    _ending.set()
    for process in list(_commands):
        process.terminate()  # which `timeout` hands on to all that the command has started


def execute(command, limit=120, **more):
    """Runs a command to its end. Problem if that takes more than `limit` seconds. What it prints
    is in the result, unless `more`, which Popen gets, sends it elsewhere."""
    may_begin()
    words = ["timeout", "-k", "5", str(limit), *[str(part) for part in command]]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        how = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": errors, **more}
        process = subprocess.Popen(words, **how)
        _commands.add(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # nobody else waits for it now
        _commands.discard(process)
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    if process.returncode == 124:
        raise Problem(f"{os.path.basename(words[4])} took longer than {limit} s")
    return Done(process.returncode, *texts, time.monotonic() - begun,
                usage.ru_utime + usage.ru_stime)


def run(command, limit=120, **more):
    """The same, for what must not fail: Problem, with the last line it printed, if it does."""
    done = execute(command, limit, **more)
    if done.status:
        told = (done.errors.strip() or done.out.strip()).splitlines()[-1:]
        name = os.path.basename(str(command[0]))
        raise Problem(told[0] if told else f"{name} ended with status {done.status}")
    return done


def run_logged(command, log, limit=900, **more):
    """For what prints much: all of it goes to the file `log`."""
    with open(log, "ab") as out:
        try:
            done = execute(command, limit, stdout=out, stderr=out, **more)
        except Problem as problem:
            raise Problem(f"{' '.join(command[-2:])}: {problem}; see {log}") from None
    if done.status:
        raise Problem(f"{' '.join(command[-2:])} failed; see {log}")


def digest(*paths):
    """Of what is in the files; one that does not exist is empty."""
    made = hashlib.sha256()
    for path in paths:
        if os.path.exists(path):
            with open(path, "rb") as file:
                made.update(file.read())
    return made.hexdigest()


def replace_file(path, text):
    """Whoever reads the file sees either all that was in it, or all of the text."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


class Refusal(Problem):
    """The tool's own sentence about what it does not do."""


class Revector:
    """The command under test, and the compiler beside it. `build` tells one build of the two, and
    of the runtime, from another. With the words of `headers` a compiler finds what lines by hand
    include, as `revector build` does."""

    def __init__(self, directory):
        self.command = os.path.join(directory, "bin", "revector")
        self.compiler = os.path.join(directory, "bin", "revector-cc")
        plugin = os.path.join(directory, "lib", "revector", "revector-clang.so")
        runtime = os.path.join(directory, "lib", "librevector.so")
        self.headers = ("-idirafter", os.path.join(directory, "include"))
        self.compiled_by = (self.compiler, plugin)
        for path in (self.command, *self.compiled_by, runtime):
            if not os.access(path, os.X_OK):
                raise Problem(f"{path} is missing; build the release preset first")
        self.build = digest(self.command, *self.compiled_by, runtime)[:12]

    def do(self, verb, *words, limit=120):
        """Runs a verb. Refusal: it ended with status 1 and said why."""
        done = execute([self.command, verb, *words, "--json"], limit)
        if done.status == 1:
            raise Refusal(refusal_text(done, verb))
        if done.status:
            raise Problem(f"revector {verb} ended with status {done.status}: {done.errors[-300:]}")
        return done

    def ask(self, verb, *words):
        """What the verb says, out of its JSON."""
        out = self.do(verb, *words).out
        return json.loads(out) if out.strip() else {}


def refusal_text(done, verb):
    """The compiler's errors, which name what stands in the way, or else the last sentence."""
    told = [line.strip() for line in done.errors.splitlines() if line.strip()]
    errors = [found.group(1) for line in told
              if (found := re.search(r"(?:^|\s)error: (?:revector: )?(.*)", line))]
    errors = list(dict.fromkeys(errors))
    if errors:
        more = f" (and {len(errors) - 1} more like it)" if len(errors) > 1 else ""
        return errors[0] + more
    return told[-1].removeprefix("revector: ") if told else f"{verb}: {done.out.strip()[-300:]}"
