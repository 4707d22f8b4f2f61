"""A Mayfly client on standard input and output, one JSON object a line.

    client.py create ORIGIN NAME     makes a room, tells its link, and joins
    client.py join LINK NAME         joins
    client.py look LINK              says what the server says of the room, without joining

It tells what it sees ({"saw": ...}), and does what it is told: {"do": "say", "text": ...}, {"do": "log"}, {"do": "deafen"} (nothing
comes in), {"do": "cut"} (the network goes), {"do": "mend"} (it is back), {"do": "leave"}.
"""

import asyncio
import json
import sys

from mayfly.create import Refused, create_room
from mayfly.member import Member, Over, look
from mayfly.messages import Identity
from mayfly.primitives import Misfit
from mayfly.room import Link


def tell(what):
    print(json.dumps(what), flush=True)


async def orders():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)


async def obey(member):
    async for order in orders():
        what = order["do"]
        if what == "say":
            member.say(order["text"])
        elif what == "log":
            messages = [member.describe(one) for one in member.log]
            tell({"saw": "log", "messages": messages, "unverified": member.unverified, "waiting": member.waiting})
        elif what == "deafen":
            member.deafen()
        elif what == "cut":
            member.cut()
        elif what == "mend":
            member.mend()
        elif what == "leave":
            await member.leave()


async def talk(link, identity):
    member = Member(link, identity, tell)
    obeying = asyncio.ensure_future(obey(member))
    staying = asyncio.ensure_future(member.stay())
    await asyncio.wait((obeying, staying), return_when=asyncio.FIRST_COMPLETED)
    for task in (obeying, staying):
        if task.done():
            task.result()
        else:
            task.cancel()


async def main(action, where, name=""):
    if action == "look":
        sight = await look(Link.read(where))
        tell({"saw": "room" if sight else "nothing", **(sight or {})})
        return
    identity = Identity(name)
    if action == "create":
        link, _ = create_room(where, identity.key.pk)
        tell({"saw": "link", "link": str(link)})
    else:
        link = Link.read(where)
    await talk(link, identity)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except (Over, Refused, Misfit) as end:
        tell({"saw": "end", "why": str(end)})
