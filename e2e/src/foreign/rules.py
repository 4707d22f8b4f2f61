"""Tries the rules of docs/protocol.md on a server. Usage: rules.py ORIGIN. Prints those that held, one a line; else ends with an exception."""

import asyncio
import json
import os
import sys

import websockets
from mayfly import frames
from mayfly.connection import socket_url
from mayfly.create import Refused, create_room, post, send_charter
from mayfly.member import look
from mayfly.messages import Chain, Identity, Statement, seal_profile
from mayfly.primitives import SigningKey, to_base64url, u8, u32
from mayfly.room import Link, RoomKeys, check_charter
from websockets.exceptions import ConnectionClosed, InvalidHandshake

ORIGIN = sys.argv[1]
OWNER = Identity("Owner")
LINK, _ = create_room(ORIGIN, OWNER.key.pk, life=600)
KEYS = RoomKeys(LINK.room_id, LINK.secret)


def held(*rules):
    print(*rules, sep="\n")


def connect(**options):
    plain = {"subprotocols": ["mayfly.v1"], "compression": None}
    return websockets.connect(socket_url(ORIGIN), **{**plain, **options})


async def refused_with(status, **options):
    try:
        async with connect(**options):
            raise AssertionError(f"connected with {options}")
    except InvalidHandshake as refused:
        answer = getattr(refused, "response", None)
        assert (answer.status_code if answer else refused.status_code) == status, refused


async def challenge(socket):
    frame = frames.decode_control(await socket.recv())
    assert frame["type"] == "challenge", frame
    return frame["nonce"]


async def close_code(socket):
    """What the server closes with, after whatever else it says."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed:
        return socket.close_code


async def ends_with(code, *given):
    async with connect() as socket:
        await challenge(socket)
        for frame in given:
            await socket.send(frame)
        assert await close_code(socket) == code, (code, socket.close_code, given)


async def frame_of(socket, *kinds):
    """The next frame of these types; others are somebody else's."""
    while True:
        raw = await socket.recv()
        frame = frames.decode_control(raw) if isinstance(raw, str) else frames.decode_sealed(raw)
        if frame["type"] in kinds:
            return frame


async def enter(socket, identity, as_member=False, position=None):
    """Joins, checks the charter, and reads what follows: welcome and events."""
    await socket.send(frames.encode_join(KEYS, identity, await challenge(socket), as_member, position))
    welcome = frames.decode_control(await socket.recv())
    assert welcome["type"] == "welcome", welcome
    check_charter(KEYS, welcome["charter"], welcome["blob"], welcome["c"])
    presence = frames.decode_control(await socket.recv())
    assert presence["type"] == "presence" and presence["snapshot"] is True, presence
    assert identity.key.pk in [member["idPk"] for member in presence["joined"]]
    events = [await frame_of(socket, "message", "command") for _ in range(welcome["first"], welcome["seq"] + 1)]
    assert [event["seq"] for event in events] == list(range(welcome["first"], welcome["seq"] + 1))
    return welcome, events


def creation():
    created = json.loads(post(ORIGIN, "/api/rooms", "application/json", b'{"v":1,"ownerPk":"%s","life":60,"history":"all"}' % key()))
    try:
        send_charter(ORIGIN, created["id"], b"\0\1x")
        raise AssertionError("something that is no charter opened a room")
    except Refused as refused:
        assert refused.code == "bad_request" and refused.retry_after_ms == 0, refused.code
    try:
        post(ORIGIN, "/api/rooms", "application/json", b'{"v":1,"ownerPk":"%s","life":2,"history":"all"}' % key())
        raise AssertionError("a life of two seconds")
    except Refused as refused:
        assert refused.code == "bad_request", refused.code
    held("API-1", "API-2", "API-4")


def key():
    return to_base64url(SigningKey().pk).encode()


async def handshake():
    async with connect() as socket:
        assert socket.subprotocol == "mayfly.v1"
    await refused_with(400, subprotocols=None)
    await refused_with(400, subprotocols=["mayfly.v2"])
    await refused_with(403, origin="https://elsewhere.example")
    held("WS-1", "WS-2")


async def bad_frames():
    for given in ("{", '{"type":"join"}', '{"type":"something"}', '{"type":"ping"}', b"\x03", b""):
        await ends_with(4000, given)
    await ends_with(1009, "x" * 4097)
    await ends_with(1009, b"\x01" * (64 * 1024 + 1))
    sealed = seal("misplaced")
    good = frames.encode_send(1, sealed)
    profile = seal_profile(KEYS, OWNER, bytes(8), 0)
    for given in (
        frames.encode_send(0, sealed),
        good[:5] + u8(2) + good[6:],
        good[:-1],
        good + u8(0),
        good[:6] + u8(0x12) + good[7:],
        frames.encode_profile(profile[:-1]),
        frames.encode_profile(u8(0x11) + profile[1:]),
    ):
        async with connect() as socket:
            await enter(socket, Identity("Clumsy"))
            await socket.send(given)
            assert await close_code(socket) == 4000, (socket.close_code, given[:8])
    held("FRAME-2", "FRAME-3")


async def bad_proofs():
    identity, stranger = Identity("Ida"), Identity("Stranger")
    elsewhere, other_key = RoomKeys("zzzzzz", LINK.secret), RoomKeys(LINK.room_id, "1" * 32)

    def join(nonce, keys=KEYS, as_member=False, **more):
        return json.dumps({**json.loads(frames.encode_join(keys, identity, nonce, as_member)), **more})

    for make in (
        lambda nonce: join(nonce, other_key),
        lambda nonce: join(os.urandom(32)),
        lambda nonce: join(nonce, idPk=to_base64url(stranger.key.pk)),
        lambda nonce: join(nonce, as_member=True),
        lambda nonce: join(nonce, elsewhere),
    ):
        async with connect() as socket:
            await socket.send(make(await challenge(socket)))
            assert frames.decode_control(await socket.recv()) == {"type": "denied"}
            assert await close_code(socket) == 4001
    held("JOIN-3", "JOIN-5")


async def looking():
    sight = await look(LINK)
    assert sight["type"] == "room" and sight["history"] == "all" and sight["full"] is False, sight
    assert await look(Link(ORIGIN, LINK.room_id, "1" * 32)) == {"type": "denied"}
    assert (await look(LINK))["count"] == sight["count"]
    held("LOOK-1", "LOOK-2", "LOOK-3")


def seal(text, identity=OWNER):
    return Chain(KEYS, identity).seal(text, 0, Statement())


async def conversation():
    ann, bob = Identity("Ann"), Identity("Bob")
    async with connect() as first:
        welcome, events = await enter(first, ann)
        assert (welcome["mode"], welcome["reason"], welcome["lastN"]) == ("reset", "fresh", 0), welcome
        assert events[0]["type"] == "command" and events[0]["bytes"] == welcome["charter"]
        held("JOIN-1", "JOIN-2", "JOIN-4", "WELCOME-1", "WELCOME-2", "CHARTER-3")

        await first.send(frames.encode_profile(seal_profile(KEYS, ann, welcome["slot"], 1)))
        assert (await frame_of(first, "profile"))["idPk"] == ann.key.pk
        held("PRESENCE-5")

        async with connect() as second:
            await enter(second, bob)
            one, two = seal("one", ann), seal("two", ann)
            await first.send(frames.encode_send(1, one))
            await first.send(frames.encode_send(3, two))
            refused = await frame_of(first, "refused")
            assert (refused["n"], refused["code"], refused["retryAfterMs"]) == (3, "gap", 0), refused
            await first.send(frames.encode_send(1, one))
            await first.send(frames.encode_send(2, two))
            heard = [await frame_of(second, "message"), await frame_of(second, "message")]
            assert [event["envelope"] for event in heard] == [one, two]
            assert heard[1]["seq"] == heard[0]["seq"] + 1
            held("SEND-1", "SEND-2", "WELCOME-3")

            await first.send(frames.encode_send(3, one[:1] + u32(7) + one[5:]))
            refused = await frame_of(first, "refused")
            assert (refused["n"], refused["code"], refused["retryAfterMs"]) == (3, "epoch", 0), refused
            await first.send(u8(1) + u32(3) + u8(1) + u32(2) + bytes(16) + one)
            refused = await frame_of(first, "refused")
            assert (refused["n"], refused["code"]) == (3, "not_allowed"), refused
            await first.send('{"type":"keep"}')
            await frame_of(second, "life")
            await first.send('{"type":"keep"}')
            refused = await frame_of(first, "refused")
            assert "n" not in refused and refused["code"] == "rate" and refused["retryAfterMs"] > 0, refused
            held("REFUSED-1", "SEND-5", "LIFE-3")

            await second.send('{"type":"ping"}')
            await frame_of(second, "pong")
            await asyncio.wait_for(await second.ping(), 10)
            held("WS-3", "WS-4")
        position = (welcome["logId"], heard[0]["seq"])

    async with connect() as third:
        again, events = await enter(third, bob, True, position)
        assert again["mode"] == "resume" and again["slot"] != welcome["slot"]
        assert [event["envelope"] for event in events] == [two]
        held("RESUME-1")
        async with connect() as fourth:
            reset, _ = await enter(fourth, bob, True, (welcome["logId"], 1_000_000))
            assert (reset["mode"], reset["reason"]) == ("reset", "ahead"), reset
            assert await close_code(third) == 4009
            held("RESUME-2", "JOIN-4")
            await fourth.send('{"type":"leave"}')
            assert await close_code(fourth) == 1000
            held("PRESENCE-3", "CLOSE-1")


async def main():
    for part in (handshake, bad_frames, bad_proofs, looking, conversation):
        await asyncio.wait_for(part(), 120)


creation()
asyncio.run(main())
