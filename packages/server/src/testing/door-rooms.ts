// Rooms made over HTTP, as a client makes them.

import { type RoomId, encodeCommandWithBlob, encodeCreateRoom } from '@mayfly/protocol';
import { type Question, type Reachable, ask } from './door.ts';
import { Signer, makeCharter, roomId } from './signer.ts';

const OWNER = new Signer('owner');

/** A request for a room; `life` in seconds. */
export function wish(life = 600): Question {
  return {
    method: 'POST',
    path: '/api/rooms',
    headers: { 'content-type': 'application/json' },
    body: encodeCreateRoom({ ownerPk: OWNER.pk, life, history: 'all' }),
  };
}

/** `bytes` replaces the charter that fits. */
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

/** The same request from this address, on a server that trusts one proxy. */
export function from(address: string, question: Question): Question {
  return { ...question, headers: { ...question.headers, 'x-forwarded-for': address } };
}

/** Opens a room. `address` must not be used for anything else in the test. */
export async function makeRoom(at: Reachable, address = '198.51.100.1'): Promise<RoomId> {
  const id = await reserve(at, from(address, wish()));
  const { status } = await ask(at, from(address, charterFor(id)));
  if (status !== 204) throw new Error(`no charter: ${status}`);
  return id;
}
