"""What was unsent, or has had its time (UNSEND-1 to UNSEND-4). Written as the rules define it: whenever something is erased, the
whole log is taken again, with a stub in its place."""

from .messages import delete_hash
from .receiver import Receiver

UNSENT, EXPIRED = 1, 2


class ErasingLog:
    """A receiver that keeps what it took."""

    def __init__(self, *start):
        self._start, self._steps, self._erased, self._ends = start, [], {}, {}
        # By header: what an unsend that stands later has the proof of.
        self._named = set()
        self._receiver = Receiver(*start)

    def __getattr__(self, name):
        return getattr(self._receiver, name)

    def take(self, kind, seq, raw, arrived_at, live=True):
        """As in Receiver. A stub as its 72 bytes. Returns what is accepted now, and still is after what it erased."""
        return self._do("take", kind, seq, raw, arrived_at, live)

    def skip_to(self, *position):
        self._do("skip_to", *position)

    def end(self, now):
        """UNSEND-4."""
        self._erase({header: EXPIRED for header, at in self._ends.items() if at <= now})

    @property
    def lines(self):
        """UNSEND-3: places of the lines that are left."""
        receiver = self._receiver
        unsends = [(one.place, *one.message.unsends) for one in receiver.written if one.message.unsends]
        decided = {}
        for _, proof, leaves_line in sorted(unsends):
            decided.setdefault(delete_hash(proof), leaves_line)
        return sorted(
            place
            for header, place in receiver.erased_places.items()
            if self._is_unsent(header) and decided.get(header[7:], True)
        )

    def _is_unsent(self, header):
        how = self._erased.get(header), self._receiver.stubs.get(header)
        return UNSENT in how or header in self._named

    def _do(self, name, *args):
        self._steps.append((name, args))
        before = {one.place for one in self._receiver.shown}
        self._play(name, args)
        now = args[3] if name == "take" else None
        while found := self._doomed():
            self._erase(found)
        if now is not None:
            self.end(now)
        return [one for one in self._receiver.shown if one.place not in before]

    def _play(self, name, args):
        getattr(self._receiver, name)(*args)

    def _erase(self, found):
        found = {header: how for header, how in found.items() if header not in self._erased}
        if not found:
            return
        self._erased.update(found)
        self._receiver = Receiver(*self._start, erased=self._erased)
        for name, args in self._steps:
            self._play(name, args)
        if more := self._doomed():
            self._erase(more)

    def _doomed(self):
        """Messages whose stub came, or whose author took them back."""
        receiver = self._receiver
        for header, at in receiver.ends.items():
            self._ends.setdefault(header, at)
        found = {header: receiver.stubs[header] for header in receiver.stubs if header in receiver.opened}
        for one in receiver.written:
            if one.message.unsends is None:
                continue
            del_hash = delete_hash(one.message.unsends[0])
            places = {**{other.header: other.place for other in reversed(receiver.written)}, **receiver.erased_places}
            self._named |= {header for header in places if header[7:] == del_hash and places[header] < one.place}
            for target in receiver.written:
                is_named = target.message.mid[:16] == one.message.ref and target.message.pk == one.message.pk
                if is_named and target.place < one.place and target.header[7:] == del_hash:
                    found[target.header] = UNSENT
        return {header: how for header, how in found.items() if header not in self._erased}
