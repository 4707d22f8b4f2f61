# A client that shares no code with Mayfly: Python, written from docs/protocol.md and docs/crypto.md alone.
# Usage: client.py PORT ROOM_ID SECRET. Prints the rules that held, one a line; anything else ends with an exception.

import asyncio
import base64
import hashlib
import hmac
import json
import os
import struct
import sys

import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PORT, ROOM, SECRET = int(sys.argv[1]), sys.argv[2], sys.argv[3]
URL = f"ws://127.0.0.1:{PORT}/ws"
SEND, PROFILE, MESSAGE, COMMAND = 0x01, 0x02, 0x91, 0x92


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def extract(salt, secret):
    return hmac.new(salt, secret, hashlib.sha256).digest()


def expand(key, label, length=32):
    """X of KEY-1; 32 bytes are one block of HKDF-Expand."""
    return hmac.new(key, b"mayfly/v1 " + label + b"\x01", hashlib.sha256).digest()[:length]


def sign(key, purpose, text):
    return key.sign(b"mayfly/v1 " + purpose + b"\0" + text)


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


# KEY-2: the access key of a room whose link is enough.
ACCESS = Ed25519PrivateKey.from_private_bytes(expand(extract(b"mayfly/v1 room-prk", SECRET.encode()), b"auth"))


def join_frame(nonce, identity, access=ACCESS, **more):
    lid = bytes([len(ROOM)]) + ROOM.encode()
    text = lid + nonce + public(identity)
    frame = {"type": "join", "id": ROOM, "idPk": b64(public(identity)), "idSig": b64(sign(identity, b"id", text))}
    if access is None:
        frame["as"] = "member"
    else:
        frame.update({"as": "key", "keySig": b64(sign(access, b"join", text))})
    frame.update(more)
    return json.dumps(frame)


def envelope(mark):
    """Of the shortest length; 0x11, the epoch, and bytes that only members could judge."""
    return b"\x11" + struct.pack(">I", 0) + mark.ljust(256 + 63 - 5, b".")


def send_frame(n, sealed):
    return bytes([SEND]) + struct.pack(">IB", n, 0) + sealed


def connect(**options):
    return websockets.connect(URL, **{"subprotocols": ["mayfly.v1"], "compression": None, **options})


async def challenge(socket):
    frame = json.loads(await socket.recv())
    assert frame["type"] == "challenge", frame
    nonce = unb64(frame["nonce"])
    assert len(nonce) == 32
    return nonce


async def close_code(socket):
    """What the server closes with, after whatever else it says."""
    try:
        while True:
            await socket.recv()
    except websockets.ConnectionClosed:
        return socket.close_code


async def ends_with(code, *frames):
    async with connect() as socket:
        await challenge(socket)
        for frame in frames:
            await socket.send(frame)
        assert await close_code(socket) == code, (code, socket.close_code)


def held(*rules):
    print(*rules, sep="\n")


async def subprotocol():
    async with connect() as socket:
        assert socket.subprotocol == "mayfly.v1"
        assert not socket.extensions
    for wrong in (None, ["mayfly.v2"]):
        try:
            async with connect(subprotocols=wrong):
                raise AssertionError("connected without the subprotocol")
        except websockets.InvalidStatusCode as refused:
            assert refused.status_code == 400
    try:
        async with connect(origin="https://elsewhere.example"):
            raise AssertionError("connected from another page")
    except websockets.InvalidStatusCode as refused:
        assert refused.status_code == 403
    held("WS-1", "WS-2")


async def bad_frames():
    await ends_with(4000, "{")
    await ends_with(4000, '{"type":"join"}')
    await ends_with(4000, '{"type":"something"}')
    await ends_with(4000, b"\x03")
    await ends_with(1009, "x" * 4097)
    await ends_with(1009, b"\x01" * (64 * 1024 + 1))
    held("FRAME-2", "FRAME-3")


async def bad_proofs():
    identity, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    for make in (
        lambda nonce: join_frame(nonce, identity, access=stranger),
        lambda nonce: join_frame(os.urandom(32), identity),
        lambda nonce: join_frame(nonce, identity, idPk=b64(public(stranger))),
        lambda nonce: join_frame(nonce, identity, access=None),
        lambda nonce: join_frame(nonce, identity, id="zzzzzz"),
    ):
        async with connect() as socket:
            await socket.send(make(await challenge(socket)))
            assert json.loads(await socket.recv()) == {"type": "denied"}
            assert await close_code(socket) == 4001
    held("JOIN-3", "JOIN-5")


async def enter(socket, identity, **more):
    """Joins, and reads what follows the welcome; answers the welcome and the events."""
    await socket.send(join_frame(await challenge(socket), identity, **more))
    welcome = json.loads(await socket.recv())
    assert welcome["type"] == "welcome", welcome
    presence = json.loads(await socket.recv())
    assert presence["type"] == "presence" and presence["snapshot"] is True, presence
    assert b64(public(identity)) in [member["idPk"] for member in presence["joined"]]
    events = []
    while len(events) < welcome["seq"] - welcome["first"] + 1:
        events.append(await event(socket))
    seqs = [seq for _, seq, _ in events]
    assert seqs == list(range(welcome["first"], welcome["seq"] + 1)), seqs
    return welcome, events


async def event(socket):
    """The next event; control frames and profiles are somebody else's."""
    while True:
        frame = await socket.recv()
        if isinstance(frame, bytes) and frame[0] in (MESSAGE, COMMAND):
            return frame[0], struct.unpack(">I", frame[1:5])[0], frame[5:]


async def control(socket, kind):
    while True:
        frame = await socket.recv()
        if isinstance(frame, str) and json.loads(frame)["type"] == kind:
            return json.loads(frame)


async def conversation():
    ann, bob = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    async with connect() as first:
        welcome, events = await enter(first, ann)
        assert (welcome["mode"], welcome["reason"], welcome["lastN"]) == ("reset", "fresh", 0), welcome
        assert events[0][0] == COMMAND and welcome["charter"]
        held("JOIN-1", "JOIN-2", "JOIN-4", "WELCOME-1", "WELCOME-2")

        async with connect() as second:
            await enter(second, bob)
            one, two = envelope(b"one"), envelope(b"two")
            await first.send(send_frame(1, one))
            await first.send(send_frame(3, two))
            refused = await control(first, "refused")
            assert (refused["n"], refused["code"]) == (3, "gap") and refused["retryAfterMs"] >= 0, refused
            await first.send(send_frame(1, one))
            await first.send(send_frame(2, two))
            heard = [await event(second), await event(second)]
            assert [sealed for _, _, sealed in heard] == [one, two]
            assert heard[1][1] == heard[0][1] + 1
            held("SEND-1", "SEND-2", "REFUSED-1", "WELCOME-3")

            await second.send('{"type":"ping"}')
            await control(second, "pong")
            await asyncio.wait_for(await second.ping(), 10)
            held("WS-3")
        position = {"logId": welcome["logId"], "seq": heard[0][1]}

    async with connect() as third:
        again, events = await enter(third, bob, access=None, position=position)
        assert again["mode"] == "resume"
        assert [sealed for _, _, sealed in events] == [two]
        held("RESUME-1")
        async with connect() as fourth:
            ahead = {"logId": welcome["logId"], "seq": 1_000_000}
            reset, _ = await enter(fourth, bob, access=None, position=ahead)
            assert (reset["mode"], reset["reason"]) == ("reset", "ahead"), reset
            assert await close_code(third) == 4009
            held("RESUME-2", "JOIN-4")
            await fourth.send('{"type":"leave"}')
            assert await close_code(fourth) == 1000
            held("PRESENCE-3", "CLOSE-1")


async def main():
    for part in (subprotocol, bad_frames, bad_proofs, conversation):
        await asyncio.wait_for(part(), 30)


asyncio.run(main())
