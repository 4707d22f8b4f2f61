// A page in a room and its server: the updates, and shortcuts for what tests need most. Tests control time, with fake
// timers.

import { expect, vi } from 'vitest';
import { PATIENCE } from '../connection/connection.ts';
import type { Transport } from '../connection/transport.ts';
import { openRoom } from '../live-room.ts';
import type { RoomUpdate } from '../room-updates.ts';
import type { RoomOptions } from '../room.ts';
import { seededRandom } from './random.ts';
import { LINK, ServerDouble } from './server-double.ts';
import { StorageDouble } from './storage.ts';
import { NetworkDouble } from './wire-double.ts';

type Page = Awaited<ReturnType<typeof open>>;
type UpdateOf<T extends RoomUpdate['type']> = Extract<RoomUpdate, { type: T }>;

/** A page that opens the room, and its server. `through`: what stands between the network and the page. */
export async function open(
  options: Partial<RoomOptions> = {},
  through = (transport: Transport) => transport,
) {
  const network = new NetworkDouble();
  const storage = new StorageDouble();
  const server = new ServerDouble(network, options.identity?.pk);
  const updates: RoomUpdate[] = [];
  const room = openRoom({
    link: LINK,
    storage,
    transport: through(network.transport),
    random: seededRandom('room'),
    name: 'Me',
    ...options,
  });
  room.subscribe((one) => void updates.push(one));
  await Promise.resolve();
  const of = <T extends RoomUpdate['type']>(type: T) =>
    updates.filter((one): one is UpdateOf<T> => one.type === type);
  const last = <T extends RoomUpdate['type']>(type: T) => of(type).at(-1);
  const texts = () => of('messages').flatMap(({ messages }) => messages.map(({ text }) => text));
  const outgoing = () => last('outbox')?.outgoing.map(({ text, state }) => `${text}:${state}`);
  const connection = () => {
    const newest = last('connection')?.connection;
    return newest?.state === 'ended' ? newest.end.why : newest?.state;
  };
  const sent = () => server.wire.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
  /** Loses the wire and waits for the next one. */
  const reconnect = () => {
    server.wire.breakWith(1006);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
  };
  return { network, storage, server, room, updates, of, last, texts, outgoing, connection, sent, reconnect };
}

/** As `open`, and let in. */
export async function enter(options: Partial<RoomOptions> = {}) {
  const all = await open(options);
  all.server.letIn();
  return all;
}

/** The page has opened another wire than these. */
export async function untilBack({ network }: Pick<Page, 'network'>, wires: number): Promise<void> {
  await vi.waitFor(
    () => {
      vi.advanceTimersByTime(PATIENCE.firstRetry);
      expect(network.wires.length).toBeGreaterThan(wires);
    },
    { timeout: 30_000, interval: 5 },
  );
}

/** A page turns a welcome of another epoch down until it has loaded what it needs to follow, or if what it brings is false. */
export async function untilTaken(
  { connection, of }: Pick<Page, 'connection' | 'of'>,
  welcome: () => Promise<void>,
): Promise<void> {
  const isOnItsWay = () => /^(?:waiting|connecting)$/.test(connection() ?? '');
  const isFalse = () => of('trouble').some(({ trouble }) => trouble.lies.includes('false_link'));
  await welcome();
  for (let tries = 0; tries < 20 && isOnItsWay() && !isFalse(); tries++) await welcome();
}
