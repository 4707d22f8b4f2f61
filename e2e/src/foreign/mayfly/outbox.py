"""What was written and hasn't come back: SEND-1 to SEND-8 and REFUSED-1. Knows neither socket nor clock."""

from dataclasses import dataclass
from typing import Optional

UNECHOED_MAX = 16
PAUSE_MIN_MS = 250
RETRIED = frozenset(("rate", "busy", "unavailable"))


@dataclass(eq=False)
class Entry:
    text: str
    # From the first send on, which is also when it is sealed: before, there may be no log to state (EVENT-3).
    envelope: Optional[bytes] = None
    # The member record and number it last went out under.
    slot: Optional[bytes] = None
    n: int = 0
    on_wire: bool = False
    failed: Optional[str] = None


class Outbox:
    def __init__(self, seal, restart_chain):
        self._seal, self._restart_chain = seal, restart_chain
        self.entries = []
        self._slot, self._n = None, 0
        self._open = False
        self._one_by_one = False

    def add(self, text):
        self.entries.append(Entry(text))

    def hold(self):
        """The connection is gone, or a pause began: nothing goes out until `caught_up` or `resume`."""
        self._open = False

    def resume(self):
        self._open = True

    def caught_up(self, slot, last_n, mode):
        """SEND-4, after the events of a welcome. Returns the entries that were logged, and are gone from the history."""
        taken = [entry for entry in self.entries if entry.envelope and entry.slot == slot and entry.n <= last_n]
        if mode == "reset":
            self.entries = [entry for entry in self.entries if entry not in taken]
        else:
            for entry in taken:
                entry.failed = "withheld"
        for entry in self.entries:
            entry.on_wire = False
        self._slot, self._n, self._open = slot, last_n, True
        return taken

    def echoed(self, envelope):
        """SEND-2, EVENT-2: the entry whose bytes came back, or the header that is left of them, if it was one of ours."""
        entry = next((entry for entry in self.entries if entry.envelope and entry.envelope.startswith(envelope)), None)
        if entry is not None:
            self.entries.remove(entry)
            # Refused as unavailable, and logged all the same (SEND-6).
            self._n = max(self._n, entry.n)
        return entry

    def refused(self, n, code, retry_after_ms):
        """Milliseconds to wait, or None where only a new connection helps."""
        wire = [entry for entry in self.entries if entry.on_wire]
        refused = next((entry for entry in wire if entry.n == n), None)
        if refused is None:
            return 0
        if code == "gap":
            return None if refused is wire[0] else 0
        for entry in wire:
            if entry.n >= n:
                entry.on_wire = False
        self._n = n - 1
        if code in RETRIED:
            self._one_by_one = True
            return max(retry_after_ms, PAUSE_MIN_MS)
        refused.failed = code
        # It leaves a hole in the chain; what follows wasn't logged either, and is sealed anew (ENV-7).
        self._restart_chain()
        for entry in self.entries[self.entries.index(refused) + 1 :]:
            if not entry.on_wire and entry.failed is None:
                entry.envelope = entry.slot = None
        return 0

    def due(self):
        """Pairs of n and envelope to send now."""
        waiting = [entry for entry in self.entries if not entry.on_wire and entry.failed is None]
        if not waiting:
            self._one_by_one = False
        room = (1 if self._one_by_one else UNECHOED_MAX) - sum(entry.on_wire for entry in self.entries)
        if not self._open:
            return []
        sent = waiting[: max(room, 0)]
        for entry in sent:
            self._n += 1
            entry.envelope = entry.envelope or self._seal(entry.text)
            entry.slot, entry.n, entry.on_wire = self._slot, self._n, True
        return [(entry.n, entry.envelope) for entry in sent]
