"""Holds this client against docs/vectors. Usage: vectors.py DIRECTORY. Prints what held, one a line; else ends with an exception."""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

from mayfly import frames as wire
from mayfly.hpke import seal_to
from mayfly.messages import (
    COMMAND,
    MESSAGE,
    Identity,
    Message,
    erase_proof,
    event_hash,
    make_statement,
    open_message,
    open_profile,
    read_stub,
    seal_message,
    seal_profile,
    tag_of,
    transcript,
)
from mayfly.primitives import (
    Misfit,
    SigningKey,
    digest,
    exchange_public_key,
    extract_for,
    from_base64url,
    is_good_exchange_key,
    is_good_point,
    to_base64url,
    u16,
    u32,
    u8,
    verify,
    verify_bytes,
)
from mayfly.room import (
    FalseRoom,
    Owner,
    RoomKeys,
    check_charter,
    link_secret,
    make_first_charter,
    make_fragment,
    read_command,
    read_fragment,
    read_manifest,
    seal_manifest,
)

DIRECTORY = Path(sys.argv[1])
KNOWN = json.loads((DIRECTORY / "crypto.json").read_text())
FRAMES = json.loads((DIRECTORY / "frames.json").read_text())
HANDOVER = json.loads((DIRECTORY / "handover.json").read_text())
ROOM_WORDS = json.loads((DIRECTORY / "room-words.json").read_text())
ROOM, SECRET = KNOWN["room_id"], KNOWN["schedule"]["none"]["S"]
KEYS = RoomKeys(ROOM, SECRET)
OWNER = Owner(KNOWN["owner"]["owner_code"])
unhex = bytes.fromhex


def same(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"


def misfit(read, *given):
    try:
        read(*given)
    except Misfit:
        return
    raise AssertionError(f"{read.__name__} took {given!r}")


def no_charter(*given):
    try:
        check_charter(*given)
    except FalseRoom:
        return
    raise AssertionError("a spoiled charter stands")


def owner_and_links():
    owner = KNOWN["owner"]
    same([OWNER.key.seed.hex(), OWNER.key.pk.hex(), OWNER.box_key.hex()], [owner["seed"], owner["owner_pk"], owner["box_key"]])
    for entry in KNOWN["link_secret"]:
        same(link_secret(unhex(entry["owner_pk"]), unhex(entry["r"])), entry["S"])
    for entry in KNOWN["links"]:
        same(make_fragment(entry["flag"], entry["secret"]), entry["link"])
        same(read_fragment(entry["link"]), (entry["flag"], entry["secret"]))
    for fragment in KNOWN["damaged_links"]:
        misfit(read_fragment, fragment)


def keys():
    schedule = KNOWN["schedule"]
    same(extract_for(b"link-prk", SECRET.encode()).hex(), schedule["prk0"])
    same(KEYS.access.seed.hex(), schedule["none"]["auth_seed"])
    same(KEYS.root.hex(), schedule["none"]["root"])
    for entry in KNOWN["epochs"]:
        found = RoomKeys(ROOM, entry["S"], entry["epoch"])
        fields = (found.access.pk, found.ctx, found.message, found.profile, found.manifest, found.fingerprint)
        names = ("access_pk", "ctx", "k_msg", "k_profile", "k_manifest", "fingerprint")
        same([field.hex() for field in fields], [entry[name] for name in names])


def signatures():
    for entry in KNOWN["signatures"]:
        triple = [unhex(entry[name]) for name in ("pk", "message", "signature")]
        same((entry["name"], verify_bytes(*triple)), (entry["name"], entry["accept"]))
    for y in map(unhex, KNOWN["small_order_y"]):
        assert not is_good_point(y) and not is_good_point(y[:31] + u8(y[31] | 0x80))
    for u in map(unhex, KNOWN["low_order_u"]):
        assert not is_good_exchange_key(u) and not is_good_exchange_key(u[:31] + u8(u[31] | 0x80))


def people():
    for person in KNOWN["people"].values():
        identity = Identity("", unhex(person["id_seed"]), unhex(person["x_sk"]))
        same(identity.key.pk.hex(), person["id_pk"])
        same(identity.x_pk.hex(), person["x_pk"])
        same(exchange_public_key(unhex(person["x_sk"])).hex(), person["x_pk"])
        same(tag_of(ROOM, identity.key.pk), (person["tag"], person["colour"]))
        same(digest(b"person", identity.key.pk)[:8].hex(), person["person_digest"])


def proofs():
    join, ann = KNOWN["join"], person("ann")
    same(transcript(ROOM, unhex(join["nonce"]), ann.key.pk).hex(), join["T"])
    for as_member, name in ((False, "key"), (True, "member")):
        frame = json.loads(wire.encode_join(KEYS, ann, unhex(join["nonce"]), as_member))
        signed = {name: from_base64url(frame[name]).hex() for name in frame if name.endswith("Sig") or name == "idPk"}
        same({"as": frame["as"], **signed}, join[name])


def charter():
    first = KNOWN["commands"][0]
    mods = [(unhex(mod["idPk"]), mod["mask"]) for mod in first["mods"]]
    nonces = (unhex(first["manifest_nonce"]), unhex(first["owner_box_nonce"]))
    raw, blob = make_first_charter(OWNER, KEYS, unhex(KNOWN["link_secret"][0]["r"]), mods, {"name": "Lab"}, nonces)
    same(hashlib.sha256(blob).hexdigest(), first["blob_sha256"])
    same([raw.hex(), blob.hex()], [first["bytes"], first["blob"]])
    same(check_charter(KEYS, raw, blob, 1).owner_pk, OWNER.key.pk)
    both = raw + blob
    for at in range(len(both)):
        spoiled = both[:at] + u8(both[at] ^ 1) + both[at + 1 :]
        no_charter(KEYS, spoiled[: len(raw)], spoiled[len(raw) :], 1)
    no_charter(KEYS, raw, blob, 0)
    no_charter(RoomKeys("k7Qm2y", SECRET), raw, blob, 1)
    for entry in KNOWN["commands"]:
        command, rest = read_command(unhex(entry["bytes"]))
        same((command.c, command.epoch, command.args.hex(), rest), (entry["c"], entry["epoch"], entry["args"], b""))
        same(command.signer_pk.hex(), entry.get("signer_pk", KNOWN["owner"]["owner_pk"]))
        assert command.is_signed()
        same(event_hash(COMMAND, command.raw).hex(), entry["event_hash"])


def room_words():
    for entry in ROOM_WORDS["sealed"]:
        r = unhex(KNOWN["link_secret"][0]["r"])
        sealed = seal_manifest(OWNER, KEYS, r, entry["words"], unhex(entry["nonce"]))
        same(sealed.hex(), entry["manifest"])
        same(read_manifest(KEYS, sealed), (OWNER.key.pk, r, entry["words"]))


def sealed_for_one():
    bob = KNOWN["people"]["bob"]
    x_pk, aad = unhex(bob["x_pk"]), OWNER.key.pk + unhex(bob["id_pk"])
    for entry in KNOWN["slices"]:
        secrets = entry["S"].encode() + (unhex(entry["P"]) or bytes(32))
        info = b"mayfly/v1 rekey" + KEYS.ctx + u32(entry["from_epoch"] + 1)
        same(seal_to(x_pk, info, aad, secrets, unhex(entry["ephemeral_sk"])).hex(), entry["bytes"])
    code = OWNER.code.encode()
    sealed = seal_to(x_pk, b"mayfly/v1 handover" + KEYS.ctx, aad, code, unhex(HANDOVER["ephemeral_sk"]))
    same([sealed.hex(), "4" + to_base64url(sealed)], [HANDOVER["sealed"], HANDOVER["body"]])


def messages():
    log, ann = KNOWN["log"], person("ann")
    hashes = [unhex(entry_of(name)["event_hash"]) for name in log["events"]]
    for entry in log["messages"]:
        held = hashes[: entry["seen_seq"]]
        statement = make_statement(unhex(log["log_id"]), entry["seen_seq"], entry["seen_c"], held)
        same([statement.log_tag.hex(), statement.k, statement.seen.hex()], [entry["log_tag"], entry["seen_k"], entry["seen"]])
        ref = unhex(entry["ref"])
        content = Message(
            ann.key.pk,
            unhex(log["sess"]),
            entry["count"],
            unhex(entry["prev"]),
            statement,
            entry["ts"],
            entry["ctype"],
            1 if ref else 0,
            ref,
            entry["name"],
            entry["body"],
            entry["ttl"],
        )
        envelope, mid = seal_message(KEYS, ann.key, content, unhex(entry["nonce"]))
        same([envelope.hex(), mid.hex()], [entry["envelope"], entry["mid"]])
        same(erase_proof(ann.key.seed, unhex(entry["nonce"])).hex(), entry["del_token"])
        same(event_hash(MESSAGE, envelope).hex(), entry["event_hash"])
        for left in [read_stub(unhex(entry[name])) for name in ("stub_unsent", "stub_expired") if name in entry]:
            assert left.is_valid and not replace(left, reason=3 - left.reason).is_valid
            same(left.hash.hex(), entry["event_hash"])
        opened = open_message(KEYS, envelope)
        assert opened.is_signed()
        same((opened.body, opened.name, opened.mid, opened.statement), (entry["body"], entry["name"], mid, statement))
    window = KNOWN["window_of_40"]
    forty = [hashlib.sha256(u8(byte)).digest() for byte in range(40)]
    statement = make_statement(unhex(window["log_id"]), window["seen_seq"], window["c"], forty)
    same([statement.k, statement.seen.hex()], [window["seen_k"], window["seen"]])
    envelope = unhex(log["messages"][0]["envelope"])
    for at in range(len(envelope)):
        misfit(open_message, KEYS, envelope[:at] + u8(envelope[at] ^ 1) + envelope[at + 1 :])


def profiles():
    known, ann = KNOWN["profile"], person("ann", KNOWN["profile"]["name"])
    sealed = seal_profile(KEYS, ann, unhex(known["slot"]), known["ts"], unhex(known["nonce"]))
    same(sealed.hex(), known["bytes"])
    opened = open_profile(KEYS, unhex(known["slot"]), ann.key.pk, sealed)
    same((opened.name, opened.ts, opened.x_pk), (known["name"], known["ts"], ann.x_pk))
    misfit(open_profile, KEYS, bytes(8), ann.key.pk, sealed)


def from_the_server():
    for frame in [*FRAMES["session"], *FRAMES["more"]]:
        if frame["kind"] == "text from the server":
            same(hexed(wire.decode_control(frame["text"])), frame["means"])
        elif frame["kind"] == "binary from the server":
            raw = unhex(frame["hex"])
            about_link = raw[0] in (wire.SLICE, wire.RECORDS, wire.STAGED)
            same(hexed((wire.decode_rotation if about_link else wire.decode_sealed)(raw)), frame["means"])
    for frame in FRAMES["misfits"]:
        if frame["kind"] == "text from the server":
            misfit(wire.decode_control, frame["text"])
        elif frame["kind"] == "binary from the server":
            misfit(wire.decode_sealed, unhex(frame["hex"]))


def from_the_client():
    """This client's encoders, given what the file's frames mean."""
    ann, nonce = person("ann"), unhex(KNOWN["join"]["nonce"])
    for frame in [*FRAMES["session"], *FRAMES["more"]]:
        means = frame["means"]
        kind = frame["kind"]
        if kind == "request: POST /api/rooms":
            same_json(wire.encode_create(unhex(means["ownerPk"]), means["life"], means["history"]), frame["text"])
        elif kind == "request: POST /api/rooms/ID/charter":
            raw = unhex(means["bytes"])
            same((u16(len(raw)) + raw + unhex(means["blob"])).hex(), frame["hex"])
        elif kind == "binary from the client" and means["type"] == "profile":
            same(wire.encode_profile(unhex(means["sealed"])).hex(), frame["hex"])
        elif kind == "binary from the client" and means["type"] == "ephemeral":
            same(wire.encode_signal(unhex(means["sealed"])).hex(), frame["hex"])
        elif kind == "binary from the client" and means["type"] == "command":
            same(wire.encode_command(unhex(means["bytes"]), unhex(means["blob"])).hex(), frame["hex"])
        elif kind == "binary from the client" and means["type"] == "stage":
            slices = [(unhex(one["slot"]), unhex(one["sealed"])) for one in means["slices"]]
            same(wire.encode_stage(unhex(means["tag"]), slices).hex(), frame["hex"])
        elif kind == "binary from the client":
            erase = (means["erase"]["seq"], unhex(means["erase"]["proof"])) if "erase" in means else None
            same(wire.encode_send(means["n"], unhex(means["envelope"]), erase).hex(), frame["hex"])
        elif kind == "text from the client" and means["type"] == "join":
            at = means.get("position")
            position = (unhex(at["logId"]), at["seq"]) if at else None
            same_json(wire.encode_join(KEYS, ann, nonce, means["as"] == "member", position), frame["text"])
        elif kind == "text from the client" and means["type"] == "look":
            guest = SigningKey(unhex(KNOWN["people"]["guest"]["id_seed"]))
            same_json(wire.encode_look(KEYS, guest, nonce), frame["text"])
            assert verify(KEYS.access.pk, b"look", transcript(ROOM, nonce, guest.pk), unhex(means["lookSig"]))
        elif kind == "text from the client" and means["type"] in ("file", "fileErase"):
            spelled = {name: wire.to_base64url(unhex(means[name])) for name in ("fid", "delHash", "proof") if name in means}
            same_json(wire.encode({**means, **spelled}), frame["text"])
        elif kind == "text from the client" and means["type"] == "records":
            same_json(wire.encode(means), frame["text"])
        elif kind == "text from the client":
            same_json(wire.encode({"type": means["type"]}), frame["text"])


def same_json(found, wanted):
    same(json.loads(found), json.loads(wanted))


def hexed(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: hexed(field) for name, field in value.items()}
    return [hexed(entry) for entry in value] if isinstance(value, list) else value


def person(name, shown=""):
    known = KNOWN["people"][name]
    return Identity(shown, unhex(known["id_seed"]), unhex(known["x_sk"]))


def entry_of(name):
    group, _, index = name.rstrip("]").partition("[")
    return {"commands": KNOWN["commands"], "messages": KNOWN["log"]["messages"]}[group][int(index)]


for part in (
    owner_and_links,
    keys,
    signatures,
    people,
    proofs,
    charter,
    room_words,
    sealed_for_one,
    messages,
    profiles,
    from_the_server,
    from_the_client,
):
    part()
    print(part.__name__)
