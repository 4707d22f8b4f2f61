// One writes, many listen, and the listeners' connections drop again and again for a while: what arrives?

import { systemClock } from '@mayfly/client';
import { startServerProcess } from '../server-process.ts';
import { Crowd, HANG_MS, eventually, pause } from './crowd.ts';
import { FaultProxy } from './fault-proxy.ts';

export type DropsSetup = {
  readonly port: number;
  readonly listeners: number;
  readonly drops: number;
  /** How long no one can connect. */
  readonly downMs: number;
  readonly everyMs: number;
};

export type DropsOutcome = {
  readonly sent: number;
  /** Of `sent` times the number of listeners. */
  readonly deliveredPercent: number;
  readonly faults: readonly string[];
  readonly resumes: number;
};

/** What drops are to show must not end because the room's memory does: all that is written stays in it. */
export const ALL_IS_KEPT = { ROOM_HISTORY_MESSAGES: '10000', ROOM_HISTORY_BYTES: String(64 * 2 ** 20) };

/** With the built server in a process of its own. */
export async function dropsAtServerProcess(setup: Omit<DropsSetup, 'port'>): Promise<DropsOutcome> {
  await using server = await startServerProcess({ RATE_LIMITS: 'off', ...ALL_IS_KEPT });
  return await repeatedDrops({ ...setup, port: server.port });
}

export async function repeatedDrops({ port, ...setup }: DropsSetup): Promise<DropsOutcome> {
  await using proxy = await FaultProxy.before(port, systemClock);
  using crowd = await Crowd.gather({ port });
  const writer = crowd.enter(port);
  for (let i = 0; i < setup.listeners; i++) crowd.enter(proxy.port);
  await crowd.settled();

  let sent = 0;
  const writing = setInterval(() => {
    sent += 1;
    writer.write();
  }, setup.everyMs);
  for (let i = 0; i < setup.drops; i++) {
    proxy.refusing = true;
    proxy.resetAll();
    await pause(setup.downMs);
    proxy.refusing = false;
    await crowd.settled();
  }
  clearInterval(writing);
  await crowd.settled();
  await crowd.caughtUp();

  const listeners = crowd.members.filter((member) => member !== writer);
  const arrivals = () => listeners.map(({ witness }) => textsOf(witness.seen));
  // Pages take their frames in slices, so they show a message later than their wires bring it.
  await eventually(() => arrivals().every(({ size }) => size >= sent), HANG_MS);
  const arrived = arrivals();
  return {
    sent,
    deliveredPercent: (100 * arrived.reduce((sum, texts) => sum + texts.size, 0)) / (sent * listeners.length),
    faults: crowd.faults(),
    resumes: listeners.reduce((sum, { witness }) => sum + witness.resumes, 0),
  };
}

function textsOf(seen: readonly { readonly saw: string; readonly text?: string }[]): ReadonlySet<string> {
  return new Set(seen.flatMap(({ saw, text }) => (saw === 'message' && text !== undefined ? [text] : [])));
}
