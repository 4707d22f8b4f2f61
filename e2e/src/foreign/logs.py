"""Reads logs by the RECV rules. Takes a JSON object from standard input, and answers one line for each log: what is shown, and counted."""

import json
import sys
from types import SimpleNamespace

from mayfly.erasing import ErasingLog
from mayfly.frames import decode_sealed, event_of
from mayfly.primitives import from_base64url
from mayfly.room import RoomKeys


def view(receiver, says_lines):
    shown = []
    for one in receiver.shown:
        if one.message.unsends:
            continue
        missing = f" +{one.missing_before}" if one.missing_before else ""
        marked = ("!" if one.conflicting else "") + ("~" if one.late else "")
        shown.append(f"{one.place} {one.message.name}: {one.message.text}{marked}{missing}")
    lines = f", lines {receiver.lines}" if says_lines else ""
    return f"[{', '.join(sorted(shown))}] and {receiver.unverified} not verified{lines}"


def read(keys, log):
    nobody = SimpleNamespace(owner_pk=bytes(32), args=SimpleNamespace(mods=()))
    receiver = ErasingLog(keys, nobody, from_base64url(log["logId"], 8), log["from"], 0, 0)
    now = 0
    for step in log["steps"]:
        if "event" in step:
            event = decode_sealed(bytes.fromhex(step["event"]))
            kind, raw = event_of(event)
            receiver.take(kind, event["seq"], raw, max(now, step["arrivedAt"]), step["live"])
        elif "now" in step:
            now = step["now"]
            receiver.end(now)
        else:
            receiver.skip_to(from_base64url(step["reset"]["logId"], 8), step["reset"]["seq"], 0, 0)
    return view(receiver, "lines" in log["view"])


given = json.load(sys.stdin)
room_keys = RoomKeys(given["room"], given["secret"])
for entry in given["logs"]:
    print(json.dumps(read(room_keys, entry)))
