"""Links, keys and the charter: LINK-1 to LINK-5, OWNER-1 and 2, KEY-2 and 3, CMD and CHARTER rules."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass

from .primitives import (
    Misfit,
    Reader,
    SigningKey,
    base58map,
    expand,
    extract_for,
    from_base64url,
    open_box,
    seal_box,
    strict_text,
    to_base64url,
    u8,
    u16,
    u32,
    verify,
)

ROOM_ID = re.compile("[1-9A-HJ-NP-Za-km-z]{4,32}")
FRAGMENT = re.compile("([1-5])([1-9A-HJ-NP-Za-km-z]{32})([1-9A-HJ-NP-Za-km-z]{2})")
CHARTER, DOOR_LINK_IS_ENOUGH, OWNERS_TAB = 1, 1, 128
MANIFEST_BYTES, BLOB_BYTES, COMMAND_BYTES_MAX = 1064, 1168, 2048
NO_KEY = bytes(32)


class FalseRoom(Exception):
    """CHARTER-4: this is not the room that the link's maker opened."""


def lid(room_id):
    return u8(len(room_id)) + room_id.encode("ascii")


def checksum(text):
    return base58map(hashlib.sha256(b"mayfly/v1 sum " + text.encode("ascii")).digest())[:2]


def make_fragment(flag, secret):
    return f"{flag}{secret}{checksum(f'{flag}{secret}')}"


def read_fragment(fragment):
    """LINK-3: flag and characters of a whole fragment."""
    parts = FRAGMENT.fullmatch(fragment)
    if parts is None or checksum(parts[1] + parts[2]) != parts[3]:
        raise Misfit("this link is damaged")
    return int(parts[1]), parts[2]


@dataclass(frozen=True)
class Link:
    origin: str
    room_id: str
    secret: str

    @staticmethod
    def read(text):
        """LINK-1; what people paste besides is for pages to read (LINK-4)."""
        address, _, fragment = text.strip().partition("#")
        origin, slash, room_id = address.partition("/chat/")
        if not slash or ROOM_ID.fullmatch(room_id) is None:
            raise Misfit("not a link to a room")
        flag, secret = read_fragment(fragment)
        if flag != DOOR_LINK_IS_ENOUGH:
            raise Misfit("a link of a newer kind")
        return Link(origin, room_id, secret)

    def __str__(self):
        return f"{self.origin}/chat/{self.room_id}#{make_fragment(DOOR_LINK_IS_ENOUGH, self.secret)}"


class Owner:
    """OWNER-1."""

    def __init__(self, code=None):
        self.code = code or base58map(secrets.token_bytes(96))[:32]
        prk = extract_for(b"owner", self.code.encode("ascii"))
        self.key = SigningKey(expand(prk, b"owner-seed"))
        self.box_key = expand(prk, b"owner-box")


def link_secret(owner_pk, r):
    """OWNER-2."""
    return base58map(expand(extract_for(b"link", owner_pk + r), b"S", 96))[:32]


class RoomKeys:
    """KEY-2 and KEY-3, at the door whose link is enough."""

    def __init__(self, room_id, secret, epoch=0):
        prk = extract_for(b"room-prk", secret.encode("ascii"))
        self.room_id, self.secret, self.epoch = room_id, secret, epoch
        self.access = SigningKey(expand(prk, b"auth"))
        self.root = expand(prk, b"root")
        self.ctx = expand(self.root, b"ctx" + lid(room_id) + u32(epoch))
        self.message = expand(self.ctx, b"msg")
        self.profile = expand(self.ctx, b"profile")
        self.manifest = expand(self.ctx, b"manifest")
        self.fingerprint = expand(self.ctx, b"fingerprint")


@dataclass(frozen=True)
class Command:
    """CMD-1. `signed` is C, everything before the signer."""

    room_id: str
    epoch: int
    c: int
    op: int
    args: bytes
    signed: bytes
    signer_pk: bytes
    signature: bytes

    @property
    def raw(self):
        return self.signed + self.signer_pk + self.signature

    def is_signed(self):
        return verify(self.signer_pk, b"cmd", self.signed, self.signature)


def read_command(raw):
    """The command at the front of these bytes, and what follows it: it says its own length."""
    reader = Reader(raw)
    room_id = strict_text(reader.take(reader.number(1)))
    epoch, c, op = reader.number(4), reader.number(4), reader.number(1)
    args = reader.take(reader.number(2))
    signed = reader.read
    command = Command(room_id, epoch, c, op, args, signed, reader.take(32), reader.take(64))
    if ROOM_ID.fullmatch(room_id) is None or c == 0 or op == 0 or len(reader.read) > COMMAND_BYTES_MAX:
        raise Misfit("not a command")
    return command, reader.rest


@dataclass(frozen=True)
class CharterArgs:
    """CMD-4. `mods` are pairs of idPk and mask."""

    new_epoch: int
    access_pk: bytes
    link_pk: bytes
    door: int
    fresh: bool
    blob_hash: bytes
    mods: tuple

    @property
    def raw(self):
        head = u32(self.new_epoch) + self.access_pk + self.link_pk + u8(self.door) + u8(self.fresh)
        return head + self.blob_hash + u8(len(self.mods)) + b"".join(pk + u8(mask) for pk, mask in self.mods)


def read_charter_args(raw):
    reader = Reader(raw)
    new_epoch, access_pk, link_pk = reader.number(4), reader.take(32), reader.take(32)
    door, flags, blob_hash, count = reader.number(1), reader.number(1), reader.take(32), reader.number(1)
    if door not in (1, 2, 3) or flags > 1 or count > 32 or (link_pk == NO_KEY) != (door == 1):
        raise Misfit("not the args of a charter")
    mods = tuple((reader.take(32), reader.number(1)) for _ in range(count))
    if reader.rest:
        raise Misfit("something after the moderators")
    return CharterArgs(new_epoch, access_pk, link_pk, door, flags == 1, blob_hash, mods)


def seal_manifest(owner, keys, r, words, nonce=None):
    manifest = {"o": to_base64url(owner.key.pk), "r": to_base64url(r), **words, "roots": []}
    text = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()
    return seal_box(keys.manifest, b"mayfly/v1 man\0" + keys.ctx, text.ljust(1024, b"\0"), nonce)


def make_first_charter(owner, keys, r, mods, words=None, nonces=(None, None)):
    """CHARTER-1 and CHARTER-2: command and blob. `words` has the room's name and topic (CHARTER-6)."""
    blob = seal_manifest(owner, keys, r, words or {}, nonces[0])
    aad = b"mayfly/v1 ownerbox\0" + lid(keys.room_id) + u32(0)
    blob += seal_box(owner.box_key, aad, keys.secret.encode("ascii") + bytes(32), nonces[1])
    blob_hash = hashlib.sha256(blob).digest()
    args = CharterArgs(0, keys.access.pk, NO_KEY, DOOR_LINK_IS_ENOUGH, False, blob_hash, tuple(mods)).raw
    signed = lid(keys.room_id) + u32(0) + u32(1) + u8(CHARTER) + u16(len(args)) + args
    return signed + owner.key.pk + owner.key.sign(b"cmd", signed), blob


def read_manifest(keys, sealed):
    text, _, padding = open_box(keys.manifest, b"mayfly/v1 man\0" + keys.ctx, sealed).partition(b"\0")
    if padding.strip(b"\0"):
        raise Misfit("something after the zeros")
    try:
        manifest = json.loads(strict_text(text))
    except json.JSONDecodeError as error:
        raise Misfit("not JSON") from error
    if not isinstance(manifest, dict):
        raise Misfit("not an object")
    words = {word: manifest[word] for word in ("name", "topic") if word in manifest}
    if not all(isinstance(word, str) for word in words.values()):
        raise Misfit("a name or topic that is no text")
    return from_base64url(manifest.get("o"), 32), from_base64url(manifest.get("r"), 32), words


@dataclass(frozen=True)
class Charter:
    """One that stands."""

    c: int
    owner_pk: bytes
    args: CharterArgs
    words: dict


def check_charter(keys, raw, blob, last_c, door=DOOR_LINK_IS_ENOUGH):
    """CHARTER-3: all of it, or the room is false."""

    def require(claim, what):
        if not claim:
            raise FalseRoom(what)

    try:
        command, rest = read_command(raw)
        require(command.op == CHARTER and not rest, "not a charter")
        args = read_charter_args(command.args)
        require(hashlib.sha256(blob).digest() == args.blob_hash and len(blob) == BLOB_BYTES, "another blob")
        owner_pk, r, words = read_manifest(keys, blob[:MANIFEST_BYTES])
    except Misfit as misfit:
        raise FalseRoom(str(misfit)) from misfit
    require(command.room_id == keys.room_id, "of another room")
    require(command.signer_pk == owner_pk and command.is_signed(), "not signed by the owner")
    require(link_secret(owner_pk, r) == keys.secret, "the link commits to another owner")
    require(args.new_epoch == keys.epoch and args.new_epoch - command.epoch in (0, 1), "of another epoch")
    require(args.door == door, "another door")
    require(args.access_pk == keys.access.pk and args.link_pk == NO_KEY, "other keys")
    require(command.c <= last_c, "a number above the last")
    return Charter(command.c, owner_pk, args, words)
