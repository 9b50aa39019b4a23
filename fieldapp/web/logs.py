"""What a crash leaves in the log: its type and its place, never its own words, which can hold what a user typed."""

from __future__ import annotations

import logging
from types import TracebackType

# Those that write traces: Streamlit of a page, uvicorn of a route, asyncio of a task nobody waited for.
WRITERS = ("streamlit.error_util", "streamlit.web.server.starlette.starlette_websocket", "uvicorn.error", "asyncio")


class WithoutWords(logging.Filter):
    """Put type and place where the trace would stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without its trace."""
        if record.exc_info and record.exc_info[1]:
            record.msg = f"{record.getMessage().splitlines()[0][:80]}: {place_of(record.exc_info[1])}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def keep_words_out() -> None:
    """Filter the loggers that would write traces; safe to call twice."""
    for name in WRITERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, WithoutWords) for known in logger.filters):
            logger.addFilter(WithoutWords())


def place_of(crash: BaseException) -> str:
    """`ValueError at …/store/photos.py:31 < pages/ny.py:12`: the last five steps, innermost first."""
    steps: list[str] = []
    trace: TracebackType | None = crash.__traceback__
    while trace:
        steps.append(f"{'/'.join(trace.tb_frame.f_code.co_filename.split('/')[-3:])}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(crash).__name__} at " + " < ".join(reversed(steps[-5:]))
