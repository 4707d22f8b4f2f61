"""Frames of docs/protocol.md: what the server says, decoded (FRAME, WELCOME and BOUND rules), and what a client says, encoded."""

import json

from .messages import COMMAND, MESSAGE, PROFILE_BYTES, PROFILE_TYPE, STUB, is_envelope, read_stub, transcript
from .primitives import Misfit, Reader, from_base64url, to_base64url, u8, u16, u32
from .room import BLOB_BYTES, read_command

SEND, OWN_PROFILE, OWN_SIGNAL, GIVEN, PROFILE, SIGNAL = 0x01, 0x02, 0x03, 0x04, 0x94, 0x95
STAGE, SLICE, RECORDS, STAGED = 0x05, 0x96, 0x98, 0x99
SLICE_BYTES, TAG_BYTES = 112, 8
SIGNAL_TYPE, SIGNAL_BYTES = 0x12, 109
U32 = 0xFFFF_FFFF
HOUR_MS, WEEK_MS = 3_600_000, 7 * 24 * 3_600_000
LISTED_MAX, MEMBERS_MAX, FRAME_BYTES_MAX = 200, 5_000, 65_536
REASONS = ("fresh", "new_log", "too_old", "ahead")
CODES = ("gap", "epoch", "stale", "not_allowed", "rate", "too_big", "busy", "unavailable", "server_full")
FILE_CODES = ("too_big", "room_full", "server_full", "rate", "not_allowed", "unavailable")
FEATURES = ("erase", "ephemeral", "commands", "files", "rotation", "settings")
TURNED_BACK = ("denied", "wrong_passphrase", "closed", "full", "not_admitted")


def whole(value, most=2**53 - 1):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Misfit("not a whole number")
    return value


def cut(value, most, least=0):
    """BOUND-1: what is claimed and can't be checked is cut to what an honest server says."""
    return min(max(whole(value), least), most)


def flag(value):
    if not isinstance(value, bool):
        raise Misfit("neither true nor false")
    return value


def one_of(value, choices):
    if value not in choices:
        raise Misfit("none of the words")
    return value


def an_object(value):
    if not isinstance(value, dict):
        raise Misfit("not an object")
    return value


def a_list(value, read, most=LISTED_MAX):
    if not isinstance(value, list) or len(value) > most:
        raise Misfit("not a list, or too long")
    return [read(entry) for entry in value]


def read_json(text):
    try:
        return an_object(json.loads(text, parse_constant=_no_number))
    except (json.JSONDecodeError, RecursionError) as error:
        raise Misfit("not JSON") from error


def _no_number(word):
    raise Misfit(f"{word} is not JSON")


def read_slot(value):
    return from_base64url(value, 8)


def read_member(value):
    return {"slot": read_slot(an_object(value).get("slot")), "idPk": from_base64url(value.get("idPk"), 32)}


def read_rate(value):
    def number(field, least):
        claimed = an_object(value).get(field)
        if not isinstance(claimed, (int, float)) or isinstance(claimed, bool) or claimed <= 0:
            raise Misfit("not a rate")
        return min(max(claimed, least), U32)

    return {"perSecond": number("perSecond", 1000 / HOUR_MS), "burst": number("burst", 1)}


def read_limits(value):
    limits = {
        "members": cut(an_object(value).get("members"), MEMBERS_MAX),
        "historyMessages": cut(value.get("historyMessages"), 10_000),
        "historyBytes": cut(value.get("historyBytes"), 256 * 1024 * 1024),
    }
    try:
        rates = an_object(value.get("rates"))
        limits["rates"] = {name: read_rate(rates.get(name)) for name in ("messages", "bytes")}
    except Misfit:
        pass  # A hint: a client gets on without it.
    try:
        files = value["files"]
        limits["files"] = {
            "file": cut(files.get("file"), 2**30),
            "room": cut(files.get("room"), 2**36),
            "part": cut(files.get("part"), 262_144, 65_536),
        }
    except (AttributeError, KeyError, Misfit):
        pass  # Then there are no files.
    return limits


def read_features(value):
    """WELCOME-4: what can't be read names nothing."""
    names = value if isinstance(value, list) else []
    return [name for name in FEATURES if name in names]


def read_charter(value):
    raw = from_base64url(value)
    _, rest = read_command(raw)
    if rest:
        raise Misfit("something after the command")
    return raw


def read_welcome(frame):
    welcome = {
        "type": "welcome",
        "slot": read_slot(frame.get("slot")),
        "logId": from_base64url(frame.get("logId"), 8),
        "seq": whole(frame.get("seq"), U32),
        "first": whole(frame.get("first"), U32 + 1),
        "mode": one_of(frame.get("mode"), ("resume", "reset")),
        "epoch": whole(frame.get("epoch"), U32),
        "c": whole(frame.get("c"), U32),
        "charter": read_charter(frame.get("charter")),
        "blob": from_base64url(frame.get("blob"), BLOB_BYTES),
        "lastN": whole(frame.get("lastN"), U32),
        "closed": flag(frame.get("closed")),
        "slow": cut(frame.get("slow"), 3_600),
        "history": one_of(frame.get("history"), ("all", "none")),
        "count": cut(frame.get("count"), MEMBERS_MAX),
        "limits": read_limits(frame.get("limits")),
        "lifeMs": cut(frame.get("lifeMs"), WEEK_MS, 3_000),
        "expiresInMs": cut(frame.get("expiresInMs"), WEEK_MS),
        "features": read_features(frame.get("features")),
    }
    if welcome["mode"] == "reset":
        welcome["reason"] = one_of(frame.get("reason"), REASONS)
    elif "reason" in frame:
        raise Misfit("a resume has no reason")
    return welcome


def read_presence(frame):
    return {
        "type": "presence",
        "version": whole(frame.get("version")),
        "snapshot": flag(frame.get("snapshot")),
        "joined": a_list(frame.get("joined"), read_member),
        "away": a_list(frame.get("away"), read_slot),
        "left": a_list(frame.get("left"), read_slot),
        "count": cut(frame.get("count"), MEMBERS_MAX),
    }


def read_refused(frame):
    refused = {
        "type": "refused",
        "code": one_of(frame.get("code"), CODES),
        "retryAfterMs": cut(frame.get("retryAfterMs"), HOUR_MS),
    }
    if "n" in frame:
        refused["n"] = whole(frame["n"], U32)
    if "c" in frame:
        refused["c"] = whole(frame["c"], U32)
    return refused


def read_sight(frame):
    return {
        "type": "room",
        "count": cut(frame.get("count"), MEMBERS_MAX),
        "expiresInMs": cut(frame.get("expiresInMs"), WEEK_MS),
        "history": one_of(frame.get("history"), ("all", "none")),
        "full": flag(frame.get("full")),
        "closed": flag(frame.get("closed")),
        **({name: from_base64url(frame[name]) for name in ("charter", "blob")} if "blob" in frame else {}),
    }


def read_file_open(frame):
    """FILE-2."""
    parts = whole(frame.get("parts"))
    return {
        "type": "fileOpen",
        "fid": from_base64url(frame.get("fid"), 16),
        "token": from_base64url(frame.get("token"), 32),
        "parts": parts,
        "have": from_base64url(frame.get("have"), (parts + 7) // 8),
    }


def read_file_refused(frame):
    """FILE-4."""
    return {
        "type": "fileRefused",
        "fid": from_base64url(frame.get("fid"), 16),
        "code": one_of(frame.get("code"), FILE_CODES),
        "retryAfterMs": cut(frame.get("retryAfterMs"), HOUR_MS),
    }


CONTROL = {
    "challenge": lambda frame: {"type": "challenge", "nonce": from_base64url(frame.get("nonce"), 32)},
    "welcome": read_welcome,
    "room": read_sight,
    "presence": read_presence,
    "life": lambda frame: {"type": "life", "expiresInMs": cut(frame.get("expiresInMs"), WEEK_MS)},
    "refused": read_refused,
    "goaway": lambda frame: {"type": "goaway", "withinMs": cut(frame.get("withinMs"), HOUR_MS)},
    "ended": lambda frame: {"type": "ended", "reason": one_of(frame.get("reason"), ("expired", "owner", "server"))},
    "pong": lambda frame: {"type": "pong"},
    "fileOpen": read_file_open,
    "fileRefused": read_file_refused,
    "fileErased": lambda frame: {"type": "fileErased", "fid": from_base64url(frame.get("fid"), 16)},
    **{word: lambda frame: {"type": frame["type"]} for word in TURNED_BACK},
}


def decode_control(text):
    """A text frame from the server. A misfit is to be skipped (FRAME-4)."""
    if len(text) > FRAME_BYTES_MAX:
        raise Misfit("too long")
    frame = read_json(text)
    kind = frame.get("type")
    if not isinstance(kind, str) or kind not in CONTROL:
        raise Misfit("a type that this version doesn't know")
    return CONTROL[kind](frame)


def decode_sealed(raw):
    """A binary frame from the server."""
    reader = Reader(raw)
    kind = reader.number(1)
    if kind == PROFILE:
        slot, id_pk, sealed = reader.take(8), reader.take(32), reader.rest
        if len(sealed) != PROFILE_BYTES or sealed[0] != PROFILE_TYPE:
            raise Misfit("not a profile")
        return {"type": "profile", "slot": slot, "idPk": id_pk, "sealed": sealed}
    if kind == SIGNAL:
        sealed = reader.rest
        if len(sealed) != SIGNAL_BYTES or sealed[0] != SIGNAL_TYPE:
            raise Misfit("not a signal")
        return {"type": "ephemeral", "sealed": sealed}
    if kind not in (MESSAGE, COMMAND, STUB) or (seq := reader.number(4)) == 0:
        raise Misfit("a kind that this version doesn't know, or no seq")
    if kind == MESSAGE:
        if not is_envelope(reader.rest):
            raise Misfit("not an envelope")
        return {"type": "message", "seq": seq, "envelope": reader.rest}
    if kind == STUB:
        stub = read_stub(reader.rest)
        return {"type": "stub", "seq": seq, **stub_fields(stub)}
    command, blob = read_command(reader.rest)
    if len(blob) not in (0, BLOB_BYTES):
        raise Misfit("not a charter's blob")
    return {"type": "command", "seq": seq, "bytes": command.raw, "blob": blob}


def decode_rotation(raw):
    """A binary frame from the server about a change of the link (ROTATE rules). This client skips those: it follows no new link."""
    reader = Reader(raw)
    kind = reader.number(1)
    if kind == RECORDS:
        return {"type": "records", "more": one_of(reader.number(1), (0, 1)) == 1, "records": _records(reader)}
    if kind == SLICE:
        frame = {"type": "slice", "epoch": reader.number(4), "sealed": reader.take(SLICE_BYTES)}
    else:
        frame = {"type": "staged", "tag": reader.take(TAG_BYTES), "count": reader.number(4)}
    if reader.rest:
        raise Misfit("something after it")
    return frame


def _records(reader):
    records = []
    while reader.rest:
        record = {"slot": reader.take(8), "idPk": reader.take(32)}
        profile = reader.take(reader.number(2))
        records.append({**record, "profile": profile} if len(profile) == PROFILE_BYTES else record)
    return records


def stub_fields(stub):
    return {"reason": stub.reason, "header": stub.header, "restHash": stub.rest_hash, "proof": stub.proof}


def event_of(frame):
    """Kind and bytes of an event, as a receiver takes them."""
    if frame["type"] == "message":
        return MESSAGE, frame["envelope"]
    if frame["type"] == "command":
        return COMMAND, frame["bytes"]
    return STUB, u8(frame["reason"]) + frame["header"] + frame["restHash"] + frame["proof"]


def encode_send(n, envelope, erase=None):
    """SEND-1, SEND-5. `erase` is a pair of seq and proof."""
    erased = u8(0) if erase is None else u8(1) + u32(erase[0]) + erase[1]
    return u8(SEND) + u32(n) + erased + envelope


def encode_profile(sealed):
    return u8(OWN_PROFILE) + sealed


def encode_command(command, blob):
    """COMMAND-1."""
    return u8(GIVEN) + u16(len(command)) + command + blob


def encode_stage(tag, slices):
    """ROTATE-3. Each slice is a pair of slot and bytes."""
    return u8(STAGE) + tag + b"".join(slot + sealed for slot, sealed in slices)


def encode_signal(sealed):
    return u8(OWN_SIGNAL) + sealed


def encode(frame):
    return json.dumps(frame, separators=(",", ":"))


def encode_join(keys, identity, nonce, as_member, position=None):
    """JOIN-2, PROOF-2 to PROOF-4. `position` is a pair of logId and seq."""
    t = transcript(keys.room_id, nonce, identity.key.pk)
    frame = {
        "type": "join",
        "id": keys.room_id,
        "idPk": to_base64url(identity.key.pk),
        "as": "member" if as_member else "key",
        "idSig": to_base64url(identity.key.sign(b"id", t)),
    }
    if not as_member:
        frame["keySig"] = to_base64url(keys.access.sign(b"join", t))
    frame["epoch"] = keys.epoch
    if position is not None:
        frame["position"] = {"logId": to_base64url(position[0]), "seq": position[1]}
    return encode(frame)


def encode_look(keys, throwaway, nonce):
    """LOOK-1, PROOF-5."""
    t = transcript(keys.room_id, nonce, throwaway.pk)
    return encode(
        {
            "type": "look",
            "id": keys.room_id,
            "idPk": to_base64url(throwaway.pk),
            "idSig": to_base64url(throwaway.sign(b"id", t)),
            "lookSig": to_base64url(keys.access.sign(b"look", t)),
        }
    )


def encode_create(owner_pk, life, history):
    return encode({"v": 1, "ownerPk": to_base64url(owner_pk), "life": life, "history": history})


CLOSED_FOR_GOOD = frozenset((1000, 1002, 1007, 1009, 4000, 4001, 4002, 4003, 4004, 4009))


def is_closed_for_good(code):
    """CLOSE-1 and CLOSE-2: after these a client doesn't come back by itself."""
    return code in CLOSED_FOR_GOOD or (code is not None and 4500 <= code <= 4999)
