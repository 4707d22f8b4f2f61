// Rooms made over HTTP, as a client makes them.

import { type RoomId, encodeCommandWithBlob, encodeCreateRoom } from '@mayfly/protocol';
import { type Question, type Reachable, ask } from './door.ts';
import { Signer, makeCharter, roomId } from './signer.ts';

const OWNER = new Signer('owner');

/** Somebody wants a room; `life` in seconds. */
export function wish(life = 600): Question {
  return {
    method: 'POST',
    path: '/api/rooms',
    headers: { 'content-type': 'application/json' },
    body: encodeCreateRoom({ ownerPk: OWNER.pk, life, history: 'all' }),
  };
}

/** `bytes`: what is sent instead of a charter that fits. */
export function charterFor(id: RoomId, bytes?: Uint8Array): Question {
  const charter = makeCharter(id, OWNER);
  return {
    method: 'POST',
    path: `/api/rooms/${id}/charter`,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes ?? encodeCommandWithBlob(charter.bytes, charter.blob),
  };
}

export async function reserve(at: Reachable, question = wish()): Promise<RoomId> {
  const { status, body } = await ask(at, question);
  if (status !== 201) throw new Error(`no room: ${status} ${body.toString()}`);
  const { id } = JSON.parse(body.toString()) as { id: string };
  return roomId(id);
}

/** As asked from this address, where the server believes the proxy before it. */
export function from(address: string, question: Question): Question {
  return { ...question, headers: { ...question.headers, 'x-forwarded-for': address } };
}

/** A room that is open; made from `address`, an address that a test uses for nothing else. */
export async function makeRoom(at: Reachable, address = '198.51.100.1'): Promise<RoomId> {
  const id = await reserve(at, from(address, wish()));
  const { status } = await ask(at, from(address, charterFor(id)));
  if (status !== 204) throw new Error(`no charter: ${status}`);
  return id;
}
