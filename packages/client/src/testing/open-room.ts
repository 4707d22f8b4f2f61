// A page in a room and the server it talks to: what was told, and shortcuts to what a test asks for most.
// Time is the test's: it uses fake timers.

import { vi } from 'vitest';
import { PATIENCE } from '../connection/connection.ts';
import { openRoom } from '../live-room.ts';
import type { RoomUpdate } from '../room-updates.ts';
import type { RoomOptions } from '../room.ts';
import { seededRandom } from './random.ts';
import { LINK, ServerDouble } from './server-double.ts';
import { StorageDouble } from './storage.ts';
import { NetworkDouble } from './wire-double.ts';

type News<T extends RoomUpdate['type']> = Extract<RoomUpdate, { type: T }>;

/** A page that opens the room, and its server. */
export async function open(options: Partial<RoomOptions> = {}) {
  const network = new NetworkDouble();
  const storage = new StorageDouble();
  const server = new ServerDouble(network, options.identity?.pk);
  const news: RoomUpdate[] = [];
  const room = openRoom({
    link: LINK,
    storage,
    transport: network.transport,
    random: seededRandom('room'),
    name: 'Me',
    ...options,
  });
  room.subscribe((one) => void news.push(one));
  await Promise.resolve();
  const of = <T extends RoomUpdate['type']>(type: T) =>
    news.filter((one): one is News<T> => one.type === type);
  const last = <T extends RoomUpdate['type']>(type: T) => of(type).at(-1);
  const texts = () => of('messages').flatMap(({ messages }) => messages.map(({ text }) => text));
  const outgoing = () => last('outbox')?.outgoing.map(({ text, state }) => `${text}:${state}`);
  const connection = () => {
    const told = last('connection')?.connection;
    return told?.state === 'ended' ? told.end.why : told?.state;
  };
  const sent = () => server.wire.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
  /** Loses the wire, and waits until there is a new one. */
  const reconnect = () => {
    server.wire.breakWith(1006);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
  };
  return { network, storage, server, room, news, of, last, texts, outgoing, connection, sent, reconnect };
}

/** As `open`, and let in. */
export async function enter(options: Partial<RoomOptions> = {}) {
  const all = await open(options);
  all.server.letIn();
  return all;
}
