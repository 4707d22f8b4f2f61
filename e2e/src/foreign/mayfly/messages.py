"""What members seal: proofs, envelopes, profiles, and what they state about the log (PROOF, ENV, EVENT and PROFILE rules)."""

import hashlib
import secrets
from dataclasses import dataclass

from .primitives import (
    Misfit,
    Reader,
    SigningKey,
    base58map,
    digest,
    exchange_public_key,
    expand,
    extract,
    from_base64url,
    is_good_exchange_key,
    open_box,
    seal_box,
    strict_text,
    u8,
    u16,
    u32,
    u48,
    verify,
)
from .room import lid

MESSAGE, COMMAND, STUB = 0x91, 0x92, 0x93
ENVELOPE_TYPE, PROFILE_TYPE, TEXT, UNSEND = 0x11, 0x13, 1, 3
HEADER_BYTES, OVERHEAD, PROFILE_BYTES = 23, 63, 301
BUCKETS = (256, 512, 1024, 2048, 4096, 8192, 16384)
ENVELOPE_LENGTHS = frozenset(bucket + OVERHEAD for bucket in BUCKETS)
BODY_BYTES_MAX = 16_000
WINDOW = 32
FIRST_PREV = bytes(32)


class Identity:
    """PERSON-0: one person in one room, for as long as this process lives."""

    def __init__(self, name, seed=None, x_secret=None):
        if not name_fits(name):
            raise ValueError("a name has at most 50 code points and 100 bytes")
        self.name, self.key = name, SigningKey(seed)
        self.x_pk = exchange_public_key(x_secret or secrets.token_bytes(32))


def name_fits(name):
    """PERSON-1."""
    return len(name) <= 50 and len(name.encode()) <= 100


def tag_of(room_id, id_pk):
    """PERSON-3: tag and color."""
    h = digest(b"tag", lid(room_id), id_pk)
    return base58map(h)[:4], h[31]


def transcript(room_id, nonce, id_pk):
    """T of PROOF-1."""
    return lid(room_id) + nonce + id_pk


def event_hash(kind, raw):
    """EVENT-1."""
    return digest(b"event", u8(kind), raw[:HEADER_BYTES], hashlib.sha256(raw[HEADER_BYTES:]).digest())


@dataclass(frozen=True)
class Stub:
    """EVENT-2: what is left of an erased message."""

    reason: int
    header: bytes
    rest_hash: bytes
    proof: bytes

    @property
    def hash(self):
        return digest(b"event", u8(MESSAGE), self.header, self.rest_hash)

    @property
    def is_valid(self):
        if self.reason == 1:
            return delete_hash(self.proof) == self.header[7:]
        return self.reason == 2 and self.header[5:7] != bytes(2) and self.proof == bytes(16)


def read_stub(raw):
    reader = Reader(raw)
    stub = Stub(reader.number(1), reader.take(HEADER_BYTES), reader.take(32), reader.take(16))
    if reader.rest:
        raise Misfit("something after the stub")
    return stub


@dataclass(frozen=True)
class Statement:
    """EVENT-3. `k` is seenK."""

    log_tag: bytes = bytes(4)
    seq: int = 0
    k: int = 0
    seen: bytes = bytes(8)

    @property
    def raw(self):
        return self.log_tag + u32(self.seq) + u8(self.k) + self.seen


def make_statement(log_id, seq, c, hashes):
    window = hashes[-WINDOW:]
    seen = digest(b"seen", log_id, u32(c), u8(len(window)), *window)[:8] if window else bytes(8)
    return Statement(log_id[:4], seq, len(window), seen)


@dataclass(frozen=True)
class Message:
    """What an envelope holds (ENV-1). Whose it is, only its signature or its chain says."""

    pk: bytes
    sess: bytes
    count: int
    prev: bytes
    statement: Statement
    ts: int
    ctype: int
    flags: int
    ref: bytes
    name: str
    body: str
    ttl: int = 0
    epoch: int = 0
    mid: bytes = b""
    signature: bytes = b""

    @property
    def chain(self):
        return self.pk + self.sess

    @property
    def text(self):
        """ENV-5: None for what this version doesn't know."""
        return self.body if self.ctype == TEXT and self.flags <= 1 else None

    @property
    def unsends(self):
        """BODY-5: the proof, and whether a line is left; None if it takes nothing back."""
        if self.ctype != UNSEND or self.flags != 1 or self.body[:1] not in ("m", "e"):
            return None
        try:
            return from_base64url(self.body[1:], 16), self.body[0] == "m"
        except Misfit:
            return None

    def is_signed(self):
        return verify(self.pk, b"sig", self.mid, self.signature)


def erase_proof(seed, nonce):
    """delT of ENV-6."""
    return expand(extract(nonce, seed), b"del", 16)


def delete_hash(proof):
    """delH of ENV-6."""
    return hashlib.sha256(proof).digest()[:16]


def encode_content(message):
    name, body = message.name.encode(), message.body.encode()
    return b"".join(
        (
            message.pk,
            message.sess,
            u32(message.count),
            message.prev,
            message.statement.raw,
            u48(message.ts),
            u8(message.ctype),
            u8(message.flags),
            message.ref,
            u8(len(name)),
            name,
            u16(len(body)),
            body,
        )
    )


def associated(keys, header):
    return b"mayfly/v1 env\0" + header + keys.ctx


def seal_message(keys, author, message, nonce=None):
    """Envelope and mid."""
    if not fits(message):
        raise ValueError("outside ENV-4")
    nonce = nonce or secrets.token_bytes(24)
    del_hash = delete_hash(erase_proof(author.seed, nonce))
    header = u8(ENVELOPE_TYPE) + u32(keys.epoch) + u16(message.ttl) + del_hash
    content = encode_content(message)
    mid = digest(b"mid", keys.ctx, header, content)
    inner = content + author.sign(b"sig", mid)
    bucket = next(size for size in BUCKETS if size >= len(inner))
    return header + seal_box(keys.message, associated(keys, header), inner.ljust(bucket, b"\0"), nonce), mid


def is_envelope(raw):
    return len(raw) in ENVELOPE_LENGTHS and raw[0] == ENVELOPE_TYPE


def epoch_of(raw):
    return int.from_bytes(raw[1:5], "big")


def open_message(keys, envelope):
    """ENV-3 and ENV-4, but for the signature."""
    if not is_envelope(envelope) or epoch_of(envelope) != keys.epoch:
        raise Misfit("not an envelope of this epoch")
    header = envelope[:HEADER_BYTES]
    reader = Reader(open_box(keys.message, associated(keys, header), envelope[HEADER_BYTES:]))
    pk, sess, count, prev = reader.take(32), reader.take(4), reader.number(4), reader.take(32)
    statement = Statement(reader.take(4), reader.number(4), reader.number(1), reader.take(8))
    ts, ctype, flags = reader.number(6), reader.number(1), reader.number(1)
    ref = reader.take(16) if flags & 1 else b""
    name = strict_text(reader.take(reader.number(1)))
    body = strict_text(reader.take(reader.number(2)))
    content = reader.read
    signature = reader.take(64)
    if reader.rest.strip(b"\0"):
        raise Misfit("padding that isn't zero")
    mid = digest(b"mid", keys.ctx, header, content)
    ttl = int.from_bytes(header[5:7], "big")
    message = Message(
        pk, sess, count, prev, statement, ts, ctype, flags, ref, name, body, ttl, keys.epoch, mid, signature
    )
    if not fits(message):
        raise Misfit("outside ENV-4")
    return message


def fits(message):
    body_bytes = len(message.body.encode())
    return message.count > 0 and message.statement.k <= WINDOW and name_fits(message.name) and body_bytes <= BODY_BYTES_MAX


class Chain:
    """ENV-7: seals one message after the other."""

    def __init__(self, keys, identity):
        self._keys, self._identity = keys, identity
        self.restart()

    def restart(self):
        self._sess, self._count, self._prev = secrets.token_bytes(4), 0, FIRST_PREV

    def seal(self, text, ts, statement):
        author = self._identity.key
        self._count += 1
        message = Message(
            author.pk, self._sess, self._count, self._prev, statement, ts, TEXT, 0, b"", self._identity.name, text
        )
        envelope, self._prev = seal_message(self._keys, author, message)
        return envelope


def seal_profile(keys, identity, slot, ts, nonce=None):
    """PROFILE-1."""
    name = identity.name.encode()
    fields = identity.key.pk + identity.x_pk + slot + u48(ts) + u8(len(name)) + name
    inner = fields + identity.key.sign(b"prosig", keys.ctx + fields)
    header = u8(PROFILE_TYPE) + u32(keys.epoch)
    return header + seal_box(keys.profile, associated(keys, header), inner.ljust(256, b"\0"), nonce)


@dataclass(frozen=True)
class Profile:
    x_pk: bytes
    ts: int
    name: str


def open_profile(keys, slot, id_pk, sealed):
    """PROFILE-2."""
    if len(sealed) != PROFILE_BYTES or sealed[0] != PROFILE_TYPE or epoch_of(sealed) != keys.epoch:
        raise Misfit("not a profile of this epoch")
    reader = Reader(open_box(keys.profile, associated(keys, sealed[:5]), sealed[5:]))
    named_pk, x_pk, named_slot, ts = reader.take(32), reader.take(32), reader.take(8), reader.number(6)
    name = strict_text(reader.take(reader.number(1)))
    fields = reader.read
    signature = reader.take(64)
    theirs = named_pk == id_pk and named_slot == slot and verify(id_pk, b"prosig", keys.ctx + fields, signature)
    if not theirs or not is_good_exchange_key(x_pk) or not name_fits(name) or reader.rest.strip(b"\0"):
        raise Misfit("not their profile")
    return Profile(x_pk, ts, name)
