// Rooms made over HTTP, as a client makes them.

import { type RoomId, encodeCommandWithBlob, encodeCreateRoom } from '@mayfly/protocol';
import { type TestRequest, type Reachable, ask } from './test-server.ts';
import { Signer, makeCharter, roomId } from './signer.ts';

const OWNER = new Signer('owner');

/** A request for a room; `life` in seconds. */
export function roomRequest(life = 600): TestRequest {
  return {
    method: 'POST',
    path: '/api/rooms',
    headers: { 'content-type': 'application/json' },
    body: encodeCreateRoom({ ownerPk: OWNER.pk, life, history: 'all' }),
  };
}

/** `bytes` replaces the charter that fits. */
export function charterRequest(id: RoomId, bytes?: Uint8Array): TestRequest {
  const charter = makeCharter(id, OWNER);
  return {
    method: 'POST',
    path: `/api/rooms/${id}/charter`,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes ?? encodeCommandWithBlob(charter.bytes, charter.blob),
  };
}

export async function reserve(at: Reachable, request = roomRequest()): Promise<RoomId> {
  const { status, body } = await ask(at, request);
  if (status !== 201) throw new Error(`no room: ${status} ${body.toString()}`);
  const { id } = JSON.parse(body.toString()) as { id: string };
  return roomId(id);
}

/** The same request from this address, on a server that trusts one proxy. */
export function from(address: string, request: TestRequest): TestRequest {
  return { ...request, headers: { ...request.headers, 'x-forwarded-for': address } };
}

/** Opens a room. `address` must not be used for anything else in the test. */
export async function makeRoom(at: Reachable, address = '198.51.100.1'): Promise<RoomId> {
  const id = await reserve(at, from(address, roomRequest()));
  const { status } = await ask(at, from(address, charterRequest(id)));
  if (status !== 204) throw new Error(`no charter: ${status}`);
  return id;
}
