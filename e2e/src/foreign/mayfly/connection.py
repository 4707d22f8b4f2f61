"""One WebSocket to a room's server, as frames in and out: WS-1 to WS-4, FRAME-4."""

import asyncio

import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from . import frames
from .primitives import Misfit

CONNECT_S = 20
SILENCE_S = 25
PONG_S = 3


class Lost(Exception):
    """The connection is gone, or was never there. `code` as in CLOSE-1; None for one that just broke."""

    def __init__(self, code=None):
        super().__init__(code)
        self.code = code


def socket_url(origin):
    """`http` becomes `ws`, and `https` becomes `wss`."""
    return f"ws{origin[len('http'):]}/ws"


class Connection:
    def __init__(self, socket):
        self._socket = socket

    @staticmethod
    async def open(origin):
        try:
            socket = await websockets.connect(
                socket_url(origin),
                subprotocols=["mayfly.v1"],
                compression=None,
                ping_interval=None,
                open_timeout=CONNECT_S,
                max_size=frames.FRAME_BYTES_MAX,
            )
        except (OSError, InvalidHandshake, asyncio.TimeoutError) as error:
            raise Lost() from error
        return Connection(socket)

    async def send(self, frame):
        try:
            await self._socket.send(frame)
        except ConnectionClosed as closed:
            raise self._lost() from closed

    async def receive(self):
        """The next frame that fits. Asks when nothing comes, and gives up when there is no answer (WS-4)."""
        while True:
            try:
                raw = await self._next()
                return frames.decode_control(raw) if isinstance(raw, str) else frames.decode_sealed(raw)
            except Misfit:
                continue

    async def close(self):
        await self._socket.close()

    def abort(self):
        """As a network does it: without a word."""
        self._socket.transport.abort()

    async def _next(self):
        try:
            return await asyncio.wait_for(self._socket.recv(), SILENCE_S)
        except asyncio.TimeoutError:
            pass
        except ConnectionClosed as closed:
            raise self._lost() from closed
        await self.send(frames.encode({"type": "ping"}))
        try:
            return await asyncio.wait_for(self._socket.recv(), PONG_S)
        except asyncio.TimeoutError as timeout:
            self.abort()
            raise Lost() from timeout
        except ConnectionClosed as closed:
            raise self._lost() from closed

    def _lost(self):
        return Lost(self._socket.close_code)
