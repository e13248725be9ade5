"""The process of a step ``python`` of a scenario: calls one function, and passes on what it asks of the bench.

Begun by the bench. Lines of JSON go both ways over the socket whose number METERBENCH_STEP_SOCKET names; standard output
and error are the function's own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import socket
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from . import steps


class _Line:
    """One question, one answer."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._reader = self._socket.makefile("r", encoding="utf-8")

    def send(self, message: dict[str, Any]) -> None:
        self._socket.sendall((json.dumps(message) + "\n").encode())

    def receive(self) -> dict[str, Any]:
        line = self._reader.readline()
        if not line:
            sys.exit("the bench is gone")
        message: dict[str, Any] = json.loads(line)
        return message


def _module(path: Path, sha256: str) -> ModuleType:
    """The file's, when it is still what the plan was made for."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise steps.CannotTell(f"{path.name} has changed since the run was planned")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _carry_out(line: _Line) -> dict[str, Any]:
    call = line.receive()
    try:
        function = getattr(_module(Path(call["file"]), call["sha256"]), call["function"], None)
        if function is None:
            raise steps.CannotTell(f"{Path(call['file']).name} has no function {call['function']}")
        bench = steps.Bench(line, call["step"], call["meters"])
        return {"results": steps.results(function(bench, **call["arguments"]), list(call["meters"]))}
    except steps.CannotTell as reason:
        return {"hindrance": str(reason)}
    except Exception as error:  # whatever the function raises is no verdict on a meter
        traceback.print_exc()
        at = traceback.extract_tb(error.__traceback__)[-1]
        return {"hindrance": f"{Path(at.filename).name}:{at.lineno}: {type(error).__name__}: {error}"}


if __name__ == "__main__":
    line = _Line(int(os.environ["METERBENCH_STEP_SOCKET"]))
    line.send(_carry_out(line))
