"""From the events of a log to messages that may be shown: RECV-0 to RECV-4, RECV-7, EVENT-3, CMD-7 and CMD-8."""

from dataclasses import dataclass

from .messages import (
    COMMAND,
    HEADER_BYTES,
    MESSAGE,
    STUB,
    WINDOW,
    epoch_of,
    event_hash,
    make_statement,
    open_message,
    read_stub,
)
from .primitives import Misfit
from .room import CHARTER, read_charter_args, read_command

REACH = 512
LATE_AFTER_MS = 120_000
CLOCK_TOLERANCE_MS = 600_000
OWNERS_TAB, KICK = 128, 5
# CMD-8: which bit of the mask gives an operation.
POWER_FOR = {2: 1, 3: 1, KICK: 2, 6: 4, 7: 8, 8: 8}


@dataclass(eq=False)
class Shown:
    """A message that opened, at its place."""

    place: int
    seq: int
    message: object
    arrived_at: int
    live: bool
    header: bytes
    overtaken: bool = False
    whole: bool = False
    conflicting: bool = False
    missing_before: int = 0
    late: bool = False
    _signed: object = None

    @property
    def signed(self):
        """RECV-0, looked at once."""
        if self._signed is None:
            self._signed = self.message.is_signed()
        return self._signed

    @property
    def lag(self):
        return self.arrived_at - self.message.ts


class Commands:
    """CMD-7 and CMD-8: the number of the last command, and the charter in force at a place."""

    def __init__(self, room_id, owner_pk, mods, c, head):
        self._room_id, self._owner_pk = room_id, owner_pk
        self.epoch = 0
        self.removed = set()
        self.skip_to(mods, c, head)

    def skip_to(self, mods, c, head):
        self._masks, self._told, self._head = dict(mods), c, head
        self._c, self.charter_c = None, 0

    def last(self, seq):
        """For a page whose newest event is at seq."""
        if seq < self._head:
            return self._told if self._c is None else self._c
        return max(self._c or 0, self._told)

    def allows(self, epoch):
        """RECV-1."""
        return epoch == self.epoch if self.charter_c else epoch >= self.epoch

    def obey(self, raw, seq):
        try:
            command, _ = read_command(raw)
            args = read_charter_args(command.args) if command.op == CHARTER else None
        except Misfit:
            return
        if command.room_id != self._room_id or not (command.op == CHARTER or self.allows(command.epoch)):
            return
        if not self._is_next(command.c, seq):
            return
        if not self._may_give(command) or not command.is_signed():
            return
        self._c = command.c
        if self._removes(command):
            self.removed.add(command.args)
        if args is not None:
            self.epoch, self.charter_c, self._masks = args.new_epoch, command.c, dict(args.mods)

    def _is_next(self, c, seq):
        is_first = self._c is None and seq <= self._head
        return c <= self._told if is_first else c == self.last(seq - 1) + 1

    def _removes(self, command):
        """CMD-10."""
        is_owner = self._masks.get(command.args, 0) & OWNERS_TAB
        is_key = len(command.args) == 32 and command.args != command.signer_pk
        return command.op == KICK and is_key and not is_owner

    def _may_give(self, command):
        if command.signer_pk == self._owner_pk:
            return True
        mask = self._masks.get(command.signer_pk, 0)
        if mask & OWNERS_TAB:
            return command.op in POWER_FOR
        is_safe = command.op == KICK and self._masks.get(command.args, 0) > 0
        return not is_safe and bool(mask & POWER_FOR.get(command.op, 0))


class Receiver:
    """Takes the events of one room, one by one, from one connection to the next."""

    def __init__(self, keys, charter, log_id, seq, c, head, erased=()):
        self._keys = keys
        # By header: what is erased wherever it stands, what a stub erased, where the first of each stood, what opened, and until when.
        self._erased, self.stubs, self.erased_places, self.opened, self.ends = erased, {}, {}, set(), {}
        self._commands = Commands(keys.room_id, charter.owner_pk, charter.args.mods, c, head)
        self.log_id, self.seq = log_id, seq
        self._offset, self._hashes = 0, []
        self._whole = seq == 0
        # Of the last message event, or of the last event that this page never got.
        self._last_message = seq
        self._hole_after = -1
        self._chains, self._waiting = {}, {}
        self._mids = set()
        # All that opened, accepted or not.
        self.written = []
        self._counted = 0
        self._newest_ts, self._slow, self._late = None, {}, []

    @property
    def place(self):
        return self._offset + self.seq

    @property
    def unverified(self):
        """Counted for good, or still waiting."""
        return self._counted + sum(len(waiting) for waiting in self._waiting.values())

    @property
    def charter_c(self):
        return self._commands.charter_c

    @property
    def c(self):
        return self._commands.last(self.seq)

    @property
    def shown(self):
        """All that was accepted, in order."""
        return sorted((one for chain in self._chains.values() for one in chain), key=lambda one: one.place)

    def statement(self):
        return make_statement(self.log_id, self.seq, self.c, self._hashes)

    def skip_to(self, log_id, seq, c, head, mods=()):
        """RESUME-2: a reset. Going back, or to another log, everything stands behind all that is held (RECV-7)."""
        self._hole_after = self.place
        if log_id != self.log_id or seq < self.seq:
            self._offset = self.place - seq
        self.log_id, self.seq, self._hashes = log_id, seq, []
        self._whole = seq == 0
        self._last_message = self.place
        self._commands.skip_to(mods, c, head)

    def take(self, kind, seq, raw, arrived_at, live=True):
        """The next event: for a command, without its blob. Returns the messages that are accepted now."""
        header = raw[:HEADER_BYTES] if kind == MESSAGE else None
        if header is not None and (header in self._erased or header in self.stubs):
            # UNSEND-2: a copy of an erased message is as gone as that.
            self.erased_places.setdefault(header, self._offset + seq)
            candidate = None
        else:
            candidate = self._open(seq, raw, arrived_at, live) if kind == MESSAGE else None
        if kind == STUB:
            self._take_stub(read_stub(raw), self._offset + seq)
        self.seq = seq
        self._hashes = [*self._hashes, read_stub(raw).hash if kind == STUB else event_hash(kind, raw)][-WINDOW:]
        if kind in (MESSAGE, STUB):
            self._last_message = self.place
        if kind == COMMAND:
            self._commands.obey(raw, seq)
        accepted = self._judge(candidate) if candidate else []
        self._give_up()
        for one in accepted:
            one.missing_before = self._missing_before(one)
        return accepted

    def _take_stub(self, stub, place):
        """EVENT-2."""
        if not stub.is_valid:
            self._counted += 1
            return
        # UNSEND-3: what its author unsent leaves a line, even if another stub says that its time is over.
        self.stubs[stub.header] = min(stub.reason, self.stubs.get(stub.header, stub.reason))
        if stub.header not in self.opened:
            self.erased_places.setdefault(stub.header, place)

    def _open(self, seq, raw, arrived_at, live):
        try:
            if not self._commands.allows(epoch_of(raw)):
                raise Misfit("not the epoch in force")
            message = open_message(self._keys, raw)
            if message.pk in self._commands.removed:
                raise Misfit("from someone who was removed")
        except Misfit:
            self._counted += 1
            return None
        self._commands.epoch = message.epoch
        header = raw[:HEADER_BYTES]
        if message.ttl and header not in self.opened:
            self.ends[header] = (arrived_at if live else min(arrived_at, message.ts)) + 1000 * message.ttl
        self.opened.add(header)
        stated = message.statement
        ours = stated.log_tag == self.log_id[:4]
        overtaken = None
        if ours and stated.seq > 0:
            overtaken = stated.seq > self.seq or self._offset + stated.seq < self._last_message
        whole = self._whole and ours
        place = self._offset + seq
        one = Shown(place, seq, message, arrived_at, live, header, overtaken=overtaken, whole=whole)
        self.written.append(one)
        return one

    def _judge(self, candidate):
        """The five steps of RECV-3; the first is `_give_up`, after the event before."""
        message = candidate.message
        waiting = self._waiting.setdefault(message.chain, [])
        waiting[:] = self._in_reach(waiting, candidate.place)
        if message.mid in self._mids:
            return []
        if not candidate.signed:
            waiting.append(candidate)
            return []
        if not self._accept(candidate):
            self._refuse(candidate)
            return []
        accepted = [candidate]
        successor = candidate
        while (found := self._take_waiting(waiting, successor)) is not None:
            if self._accept(found):
                accepted.append(found)
                successor = found
            else:
                self._counted += 1
        for one in sorted(accepted, key=lambda one: one.place):
            self._judge_time(one)
        return accepted

    @staticmethod
    def _take_waiting(waiting, successor):
        for index, other in enumerate(waiting):
            is_before = other.message.count == successor.message.count - 1
            if is_before and other.message.mid == successor.message.prev:
                return waiting.pop(index)
        return None

    def _accept(self, candidate):
        """RECV-4: counts rise with the places, or it is not accepted."""
        chain = self._chains.setdefault(candidate.message.chain, [])
        before = [one for one in chain if one.place < candidate.place]
        after = chain[len(before) :]
        count = candidate.message.count
        if before and before[-1].message.count >= count or after and after[0].message.count <= count:
            return False
        chain.insert(len(before), candidate)
        self._mids.add(candidate.message.mid)
        waiting = self._waiting[candidate.message.chain]
        waiting[:] = [other for other in waiting if other.message.mid != candidate.message.mid]
        return True

    def _refuse(self, candidate):
        chain = self._chains[candidate.message.chain]
        twin = next((one for one in chain if one.message.count == candidate.message.count), None)
        if twin is not None and twin.signed:
            twin.conflicting = True
        else:
            self._counted += 1

    def _in_reach(self, waiting, place):
        kept = [one for one in waiting if place - one.place <= REACH]
        self._counted += len(waiting) - len(kept)
        return kept

    def _give_up(self):
        for waiting in self._waiting.values():
            waiting[:] = self._in_reach(waiting, self.place)

    def _missing_before(self, one):
        """RECV-7."""
        chain = self._chains[one.message.chain]
        at = chain.index(one)
        if at == 0:
            missing, after = (one.message.count - 1 if one.whole else 0), self._hole_after
        else:
            before = chain[at - 1]
            lost_to_us = before.place <= self._hole_after < one.place
            missing, after = (0 if lost_to_us else one.message.count - before.message.count - 1), before.place
        erased = sum(after < place < one.place for place in self.erased_places.values())
        return missing if missing > erased else 0

    def _judge_time(self, one):
        """RECV-4: written long before it was delivered, unless that clock is slow."""
        pk, ts = one.message.pk, one.message.ts
        arrived = one.arrived_at if one.live else self._newest_ts
        lag = arrived - ts if arrived is not None else 0
        if ts <= one.arrived_at + CLOCK_TOLERANCE_MS:
            self._newest_ts = max(ts, self._newest_ts or ts)
        if one.overtaken is False:
            self._slow[pk] = lag if one.live else max(lag, self._slow.get(pk, 0))
            for other, other_lag in self._late:
                if other.message.pk == pk and other_lag - max(0, self._slow[pk]) <= LATE_AFTER_MS:
                    other.late = False
            self._late = [(other, other_lag) for other, other_lag in self._late if other.late]
        elif one.overtaken and lag - max(0, self._slow.get(pk, 0)) > LATE_AFTER_MS:
            one.late = True
            self._late.append((one, lag))
