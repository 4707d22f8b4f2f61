import { expect, test } from 'vitest';
import { TestClock } from '../../testing/clock.ts';
import { freePort } from '../../testing/free-port.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { Subscriptions } from './subscriptions.ts';
import { Topology } from './topology.ts';

const EVENTS = { announced() {}, restored() {}, failed() {}, trouble() {}, reloaded() {} };

async function unreachable() {
  const port = await freePort();
  const topology = new Topology({ shape: 'single', hosts: [{ host: '127.0.0.1', port }], tls: false });
  const clock = new TestClock();
  return { topology, clock, subscriptions: new Subscriptions(topology, clock, EVENTS) };
}

test('whoever waits for a channel hears at once that it is no longer wanted', async () => {
  const { topology, clock, subscriptions } = await unreachable();
  const waits = ['c{1}:a', 'c{1}:a', 'c{1}:b'].map((channel) => subscriptions.subscribe(channel));
  const outcomes = Promise.allSettled(waits.slice(0, 2));
  const other = expect(waits[2]).rejects.toBeInstanceOf(StoreUnavailable);
  subscriptions.unsubscribe('c{1}:a');
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
  clock.pass(60_000);
  await other;
  subscriptions[Symbol.dispose]();
  topology.caller.disconnect();
});
