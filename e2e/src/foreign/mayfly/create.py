"""Making a room over HTTP: API-1 to API-4, CHARTER-1."""

import json
import secrets
import time
import urllib.error
import urllib.request

from . import frames
from .primitives import Misfit, u16
from .room import OWNERS_TAB, ROOM_ID, Link, Owner, RoomKeys, link_secret, make_first_charter

TRIES = 4
AGAIN_AFTER_S = 1


class Refused(Exception):
    """API-4. `code` is the server's word, or `offline`."""

    def __init__(self, code, retry_after_ms=0):
        super().__init__(code)
        self.code, self.retry_after_ms = code, retry_after_ms


def create_room(origin, owners_tab, life=1800, history="all"):
    """A link to a room whose owner's tab is this idPk, and the owner code."""
    owner = Owner()
    answer = post(origin, "/api/rooms", "application/json", frames.encode_create(owner.key.pk, life, history).encode())
    room_id = frames.read_json(answer).get("id")
    if not isinstance(room_id, str) or ROOM_ID.fullmatch(room_id) is None:
        raise Misfit("not a room id")
    r = secrets.token_bytes(32)
    keys = RoomKeys(room_id, link_secret(owner.key.pk, r))
    command, blob = make_first_charter(owner, keys, r, [(owners_tab, OWNERS_TAB)])
    send_charter(origin, room_id, u16(len(command)) + command + blob)
    return Link(origin, room_id, keys.secret), owner.code


def send_charter(origin, room_id, body):
    """API-2: after `unavailable`, or no answer, the same bytes find out whether the room is open."""
    for attempt in range(1, TRIES + 1):
        try:
            post(origin, f"/api/rooms/{room_id}/charter", "application/octet-stream", body)
            return
        except Refused as refused:
            if refused.code not in ("unavailable", "offline") or attempt == TRIES:
                raise
            time.sleep(AGAIN_AFTER_S)


def post(origin, path, content_type, body):
    request = urllib.request.Request(origin + path, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read(4096).decode()
    except urllib.error.HTTPError as error:
        raise read_refusal(error.read(4096)) from error
    except OSError as error:
        raise Refused("offline") from error


def read_refusal(raw):
    """A proxy's own error page says nothing that could be told apart."""
    try:
        answer = json.loads(raw)
        return Refused(str(answer["error"]), frames.cut(answer["retryAfterMs"], frames.HOUR_MS))
    except (ValueError, KeyError, TypeError):
        return Refused("unavailable")
