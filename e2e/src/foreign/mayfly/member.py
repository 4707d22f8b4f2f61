"""Somebody in a room: joins, hears, says, comes back. The other modules meet here."""

import asyncio
import random
import time

from . import frames
from .connection import Connection, Lost
from .messages import COMMAND, MESSAGE, Chain, open_profile, seal_profile
from .outbox import Outbox
from .primitives import Misfit, SigningKey
from .erasing import ErasingLog
from .receiver import CLOCK_TOLERANCE_MS
from .room import FalseRoom, RoomKeys, check_charter

JOIN_S = 20
CATCH_UP_S = 60
ECHO_S = 30
STEADY_S = 10
PROFILE_PAUSE_MIN_MS = 5_000


class Over(Exception):
    """There is no coming back by oneself. The argument says why."""


def now_ms():
    return int(time.time() * 1000)


class Member:
    """`tell` gets what happens, one dictionary at a time."""

    def __init__(self, link, identity, tell):
        self._origin, self._identity, self._tell = link.origin, identity, tell
        self._keys = RoomKeys(link.room_id, link.secret)
        self._chain = Chain(self._keys, identity)
        self._outbox = Outbox(self._seal, self._chain.restart)
        self._receiver = None
        self._connection = None
        self._joined = False
        self._charter_c = 0
        self._pause_ms = 0
        self._slot = self._own_profile = None
        self.profiles = {}
        self._wake = asyncio.Event()
        self._line = asyncio.Event()
        self._line.set()
        self._deaf = False
        self._timers = set()

    async def stay(self):
        """Until the room is over, or left. Comes back with the pauses of CLOSE-3."""
        tries = 0
        while True:
            await self._line.wait()
            began = time.monotonic()
            try:
                await self._visit()
            except Lost as lost:
                self._let_go()
                if frames.is_closed_for_good(lost.code):
                    raise Over(f"closed with {lost.code}") from lost
            tries = 0 if time.monotonic() - began > STEADY_S else tries
            await asyncio.sleep(self._pause_ms / 1000 + random.uniform(0, 2 if tries == 0 else min(30, 0.5 * 2**tries)))
            tries, self._pause_ms = tries + 1, 0

    def say(self, text):
        self._outbox.add(text)
        self._wake.set()

    async def leave(self):
        if self._connection is not None:
            await self._connection.send(frames.encode({"type": "leave"}))

    def deafen(self):
        """What is said still gets out, and nothing comes in, until `cut`."""
        self._deaf = True
        self._wake.set()

    def cut(self):
        """The network goes, until `mend`."""
        self._deaf = False
        self._line.clear()
        if self._connection is not None:
            self._connection.abort()
        self._wake.set()

    def mend(self):
        self._line.set()

    @property
    def log(self):
        return self._receiver.shown if self._receiver else []

    @property
    def unverified(self):
        return self._receiver.unverified if self._receiver else 0

    @property
    def waiting(self):
        return [entry.text for entry in self._outbox.entries]

    async def _visit(self):
        self._connection = await Connection.open(self._origin)
        try:
            welcome = await asyncio.wait_for(self._join(), JOIN_S)
            self._enter(welcome)
            await self._publish()
            await asyncio.wait_for(self._catch_up(welcome), CATCH_UP_S)
            await self._live()
        except asyncio.TimeoutError as timeout:
            raise Lost() from timeout
        except Lost:
            raise
        finally:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _join(self):
        position = (self._receiver.log_id, self._receiver.seq) if self._receiver else None
        asked = False
        while True:
            frame = await self._connection.receive()
            kind = frame["type"]
            if kind == "challenge" and not asked:
                asked = True
                await self._connection.send(
                    frames.encode_join(self._keys, self._identity, frame["nonce"], self._joined, position)
                )
            elif kind == "welcome":
                return frame
            elif kind in frames.TURNED_BACK:
                raise Over(kind)
            elif kind == "ended":
                raise Over(frame["reason"])
            elif kind == "refused":
                self._pause_ms = frame["retryAfterMs"]

    def _enter(self, welcome):
        """CHARTER-3 and CHARTER-4 before anything is sent, then the place in the log."""
        try:
            charter = check_charter(self._keys, welcome["charter"], welcome["blob"], welcome["c"])
        except FalseRoom as false:
            raise Over(f"this server shows a false room: {false}") from false
        if welcome["epoch"] != self._keys.epoch or not self._fits(welcome, charter):
            raise Lost()
        log_id, before = welcome["logId"], welcome["first"] - 1
        if self._receiver is None:
            self._receiver = ErasingLog(self._keys, charter, log_id, before, welcome["c"], welcome["seq"])
        elif welcome["mode"] == "reset":
            if log_id != self._receiver.log_id:
                self._chain.restart()
            self._receiver.skip_to(log_id, before, welcome["c"], welcome["seq"], charter.args.mods)
        self._joined, self._charter_c, self._slot = True, charter.c, welcome["slot"]
        self._tell(
            {"saw": "welcome", "mode": welcome["mode"], "reason": welcome.get("reason"), "count": welcome["count"]}
        )

    def _fits(self, welcome, charter):
        """WELCOME-3, RESUME-1, BOUND-4, and the last sentence of CHARTER-3."""
        first, seq, held = welcome["first"], welcome["seq"], self._receiver
        if not 1 <= first <= seq + 1 or seq - first + 1 > welcome["limits"]["historyMessages"]:
            return False
        if held is not None and held.log_id == welcome["logId"]:
            if welcome["c"] < held.c or charter.c < max(self._charter_c, held.charter_c):
                return False
        if welcome["mode"] == "reset":
            return True
        return held is not None and held.log_id == welcome["logId"] and first == held.seq + 1

    async def _publish(self):
        """PROFILE-1, PRESENCE-5: until it comes back, with every new connection."""
        if self._own_profile is None or self._own_profile[0] != self._slot:
            sealed = seal_profile(self._keys, self._identity, self._slot, now_ms())
            self._own_profile = (self._slot, sealed, False)
        if not self._own_profile[2]:
            await self._connection.send(frames.encode_profile(self._own_profile[1]))

    async def _catch_up(self, welcome):
        while self._receiver.seq < welcome["seq"]:
            await self._heed(await self._connection.receive(), live=False)
        for entry in self._outbox.caught_up(welcome["slot"], welcome["lastN"], welcome["mode"]):
            self._tell({"saw": "withheld" if welcome["mode"] == "resume" else "trimmed", "text": entry.text})

    async def _live(self):
        hearing = self._spawn(self._connection.receive())
        try:
            while self._line.is_set():
                for n, envelope in self._outbox.due():
                    await self._connection.send(frames.encode_send(n, envelope))
                    self._after(ECHO_S, self._doubt, envelope)
                waking = asyncio.ensure_future(self._wake.wait())
                awaited = (waking,) if self._deaf else (waking, hearing)
                await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                self._wake.clear()
                if hearing.done() and self._line.is_set() and not self._deaf:
                    await self._heed(hearing.result(), live=True)
                    hearing = self._spawn(self._connection.receive())
            raise Lost()
        finally:
            hearing.cancel()

    async def _heed(self, frame, live):
        kind = frame["type"]
        if kind in ("message", "command", "stub"):
            self._take(frame, live)
        elif kind == "profile":
            self._meet(frame)
        elif kind == "refused" and "n" in frame:
            self._refused(frame)
        elif kind == "refused":
            # A profile's, or the reason for the close that follows (CLOSE-3).
            self._pause_ms = frame["retryAfterMs"]
            self._after(max(frame["retryAfterMs"], PROFILE_PAUSE_MIN_MS) / 1000, self._publish_again)
        elif kind == "ended":
            raise Over(frame["reason"])

    def _take(self, frame, live):
        if frame["seq"] != self._receiver.seq + 1:
            raise Lost()
        kind, raw = frames.event_of(frame)
        accepted = self._receiver.take(kind, frame["seq"], raw, now_ms(), live)
        for one in accepted:
            self._tell({"saw": "message", **self.describe(one)})
        # The header that a stub keeps is as good as the envelope: no other message has its delH.
        entry = None if kind == COMMAND else self._outbox.echoed(raw if kind == MESSAGE else frame["header"])
        if entry is not None:
            self._tell({"saw": "echo", "text": entry.text})

    def describe(self, one):
        profile = self.profiles.get(one.message.pk)
        return {
            "seq": one.seq,
            "from": profile.name if profile else one.message.name,
            "text": one.message.text,
            "own": one.message.pk == self._identity.key.pk,
            "missing": one.missing_before,
            "conflicting": one.conflicting,
            "late": one.late,
        }

    def _meet(self, frame):
        """PROFILE-2 and PROFILE-3."""
        if self._own_profile and frame["sealed"] == self._own_profile[1]:
            self._own_profile = (*self._own_profile[:2], True)
        try:
            profile = open_profile(self._keys, frame["slot"], frame["idPk"], frame["sealed"])
        except Misfit:
            return
        known = self.profiles.get(frame["idPk"])
        ts = min(profile.ts, now_ms() + CLOCK_TOLERANCE_MS)
        if known is not None and (known.x_pk != profile.x_pk or known.ts > ts):
            return
        self.profiles[frame["idPk"]] = profile
        if known is None or known.name != profile.name:
            self._tell({"saw": "person", "name": profile.name})

    def _refused(self, frame):
        self._tell({"saw": "refused", "code": frame["code"], "n": frame["n"]})
        wait_ms = self._outbox.refused(frame["n"], frame["code"], frame["retryAfterMs"])
        if wait_ms is None:
            raise Lost()
        if wait_ms > 0:
            self._outbox.hold()
            self._after(wait_ms / 1000, self._resume)

    def _seal(self, text):
        return self._chain.seal(text, now_ms(), self._receiver.statement())

    def _resume(self):
        self._outbox.resume()
        self._wake.set()

    def _publish_again(self):
        if self._own_profile is not None and not self._own_profile[2] and self._connection is not None:
            self._spawn(self._publish())

    def _doubt(self, envelope):
        """No echo for so long: a new join will tell."""
        is_waiting = any(entry.envelope == envelope and entry.on_wire for entry in self._outbox.entries)
        if is_waiting and self._connection is not None:
            self._connection.abort()

    def _after(self, seconds, action, *given):
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, lambda: (self._timers.discard(timer), action(*given)))
        self._timers.add(timer)

    def _spawn(self, work):
        task = asyncio.ensure_future(work)
        # Whatever became of it, nobody has to ask.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    def _let_go(self):
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._outbox.hold()
        self._tell({"saw": "lost"})


async def look(link):
    """LOOK-1 to LOOK-4: what the server says of the room, `denied`, or None if it says nothing that we know."""
    keys = RoomKeys(link.room_id, link.secret)
    try:
        return await asyncio.wait_for(_look(link.origin, keys), 10)
    except (Lost, asyncio.TimeoutError):
        return None


async def _look(origin, keys):
    connection = await Connection.open(origin)
    try:
        challenge = await connection.receive()
        if challenge["type"] != "challenge":
            return None
        await connection.send(frames.encode_look(keys, SigningKey(), challenge["nonce"]))
        answer = await connection.receive()
        return answer if answer["type"] in ("room", "denied") else None
    finally:
        await connection.close()
