"""A signature is good for one change, and a client's signature covers body and second: equal changes wait for the next one."""

import json
import time


class Pace:
    def __init__(self):
        self._seen = {}

    def wait(self, action, parameters):
        """Returns once this call's signature differs from all before it that matter to it."""
        second, was_change = self._seen.get(self._body(parameters), (0, False))
        while (was_change or is_change(action)) and int(time.time()) <= second:
            time.sleep(0.02)

    def note(self, action, parameters):
        self._seen[self._body(parameters)] = (int(time.time()), is_change(action))

    @staticmethod
    def _body(parameters):
        return json.dumps(parameters, sort_keys=True)


def is_change(action):
    return not action.startswith(("Get", "List", "Describe", "Query"))
