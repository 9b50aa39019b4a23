"""A browser's half of Streamlit's websocket without the browser: open a page, change a widget, wait for the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

# Another status (2) means that the script began again before it came to its end.
_ENDED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
_ANSWER_S = 60


class Session:
    """One browser tab: what it would send, and of what came only what it needs to send more."""

    def __init__(self, url: str, cookie: str, page: str) -> None:
        self.url, self.cookie, self.page = url, cookie, page
        self.query = ""
        self.state: dict[str, WidgetState] = {}
        self.widgets: dict[str, Any] = {}
        self.fragments: dict[str, str] = {}
        self.received = 0
        self._socket: Any = None

    async def __aenter__(self) -> Session:
        host = urlsplit(self.url).netloc
        self._socket = await websockets.connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=self.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"fieldapp={self.cookie}"},
            max_size=None,
            open_timeout=_ANSWER_S,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def rerun(self, changed: Mapping[str, Mapping[str, Any]] | None = None) -> float:
        """Seconds from sending the changed widgets (id → value as WidgetState takes it) to the end of the run.

        As in a browser, a widget of a fragment reruns that fragment alone.
        """
        for widget, value in (changed or {}).items():
            self.state[widget] = WidgetState(id=widget, **value)
        message = BackMsg()
        message.rerun_script.page_name = self.page
        message.rerun_script.query_string = self.query
        message.rerun_script.widget_states.widgets.extend(self.state.values())
        fragments = {self.fragments.get(widget, "") for widget in changed or ()}
        message.rerun_script.fragment_id = fragments.pop() if len(fragments) == 1 else ""
        message.rerun_script.context_info.url = f"{self.url}/{self.page}"
        message.rerun_script.context_info.locale = "da-DK"
        message.rerun_script.context_info.timezone = "Europe/Copenhagen"
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until_ended(), _ANSWER_S)
        return time.perf_counter() - started

    def widget(self, kind: str, word: str = "") -> Any:
        """The one widget of this kind (a field of the Element protobuf) whose id holds `word`."""
        found = [one for name, one in self.widgets.items() if name.startswith(kind) and word in name]
        assert len(found) == 1, f"{kind} {word}: {sorted(self.widgets)}"
        return found[0]

    async def _until_ended(self) -> None:
        while True:
            data = await self._socket.recv()
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._keep(message.delta.new_element, message.delta.fragment_id)
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished in _ENDED:
                return

    def _keep(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        assert kind != "exception", element.exception.message
        one = getattr(element, kind)
        if getattr(one, "id", ""):
            self.widgets[f"{kind} {one.id}"] = one
            self.fragments[one.id] = fragment
