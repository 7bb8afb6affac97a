"""How gunicorn serves either program: `gunicorn --config python:portal_backend.contract.serving …`.

The access log stays off: the programs log what happened themselves. Where an operator turns it on, it shows no queries,
because addresses of activation carry a token.
"""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from gunicorn.errors import HaltServer

from portal_backend.contract.variables import Reader, Variable

_VARIABLES = (
    Variable("WEB_CONCURRENCY", "2", "Worker processes of each program."),
    Variable("WEB_THREADS", "8", "Threads of each worker."),
)
_reader = Reader(os.environ, _VARIABLES)

worker_class = "gthread"
workers = _reader.number("WEB_CONCURRENCY", 1000, lowest=1)
threads = _reader.number("WEB_THREADS", 1000, lowest=1)
if _reader.problems:
    raise ValueError("\n".join(_reader.problems))
timeout = 60
graceful_timeout = 5
keepalive = 5
accesslog = None
logger_class = "portal_backend.contract.access_log.WithoutQueries"
control_socket_disable = True
# A heartbeat file on a slow disk makes gunicorn take a busy worker for a dead one.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# glibc gives every thread a heap of its own, which hardly shrinks; two do for threads that mostly wait.
_M_ARENA_MAX = -8
with suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def on_starting(server: Any) -> None:
    """Load the program once for all workers; end without a traceback when one cannot start while all are being ended.

    What is loaded before they begin is shared by them: a sooner start, less memory. With `--reload` each loads its own.
    """
    if not server.cfg.reload:
        import_module(server.app.app_uri.partition(":")[0])
        gc.freeze()
    usual = sys.excepthook

    def told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, HaltServer):
            usual(kind, error, trace)

    sys.excepthook = told
