# SPDX-License-Identifier: BSD-2-Clause
"""The results of a run: told as they come in, and kept, so that a run that was stopped can go on.

`form` is report or suite_report: how results look."""
import json
import os
import threading

from .tool import Problem, replace_file, say


class Record:
    """For several threads. `order` has the name of each result that there can be, with its row, or
    with one of its package; `revector` is the build that runs them now."""

    def __init__(self, form, order, revector, json_file):
        self._form = form
        self._order = order
        self._revector = revector
        self._json_file = json_file
        # The handler of one signal may have it when the next one comes.
        self._lock = threading.RLock()
        self._closed = False
        self._results = {}

    def go_on(self):
        """Takes over what is in the JSON file. The names of those that need not be run again: that
        are of the same build of Revector, and as expected."""
        if not self._json_file:
            raise Problem("--continue goes on from the file that --json names, and there is none")
        if not os.path.exists(self._json_file):
            return set()
        for told in self._read():
            name = told.get("name")
            result = name in self._order and self._form.RESULT.from_json(told, self._order[name])
            if result:
                self._results[name] = result
        return {name for name, result in self._results.items()
                if result.revector == self._revector and result.as_expected}

    def _read(self):
        try:
            with open(self._json_file, encoding="utf-8") as file:
                return json.load(file)[self._form.KEY]
        except (OSError, ValueError, KeyError) as error:
            raise Problem(f"{self._json_file} has no {self._form.KEY} of a run: {error}") from None

    def add(self, result):
        """Tells the result, and keeps it: the file is whole at any time."""
        result.revector = self._revector
        with self._lock:
            if self._closed:
                return
            say(self._form.line(result))
            self._results[result.name] = result
            if self._json_file:
                replace_file(self._json_file, self._form.json_text(self.results()))

    def close(self):
        """For a runner that is told to end: what comes of rows that are under way does not count."""
        with self._lock:
            self._closed = True

    def results(self):
        """Those that there are, in their order."""
        return [self._results[name] for name in self._order if name in self._results]
