// A new link that isn't the owner's: the page keeps what it has, and says so (SLICE-2, RECV-6).

import { encodeCommandEvent, encodeSliceFrame } from '@mayfly/protocol';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type EpochKeys, roomSecrets } from './crypto/keys.ts';
import { linkSecret, ownerKeys } from './crypto/owner.ts';
import { sealSlice } from './crypto/slice.ts';
import { newIdentity } from './people/identity.ts';
import { Author, KEYS, OWNER } from './testing/author.ts';
import { type NextEpoch, epochAfter } from './testing/next-epoch.ts';
import { open, untilBack, untilTaken } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import type { WireDouble } from './testing/wire-double.ts';

// Preloaded: a page can follow a new link at once.
beforeAll(() => import('./link-follower.ts'));
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const me = newIdentity(seededRandom('Me'), 'Me');
const bob = new Author('Bob');
const next = epochAfter();
const theirs = epochAfter(undefined, { as: ownerKeys('8'.repeat(32)) });
const inOwnersName = epochAfter(undefined, { as: { ...OWNER, seed: ownerKeys('8'.repeat(32)).seed } });
// Anyone can make a link that commits to the owner, but not its charter.
const forgedAfter = (keys: EpochKeys) =>
  encodeSliceFrame(
    keys.epoch + 1,
    sealSlice(
      keys,
      { ownerPk: OWNER.pk, idPk: me.pk, xPk: me.xPk },
      roomSecrets(linkSecret(OWNER.pk, seededRandom('mallory')(32))),
      seededRandom('forged'),
    ),
  );
const forged = forgedAfter(KEYS);

/** In the room, with a message. */
async function member() {
  const page = await open({ identity: me });
  const { server, network } = page;
  server.letIn({ features: ['commands', 'rotation'] });
  server.append(bob.write('before').envelope);
  let wires = network.wires.length;
  /** It has come back. */
  const isBack = async () => {
    await untilBack(page, wires);
    wires = network.wires.length;
  };
  let wire: WireDouble | undefined;
  const welcomed = async (by: NextEpoch, slices: readonly Uint8Array[]) => {
    await isBack();
    wire = server.wire;
    const join = server.challenge();
    server.charter = by.charter;
    for (const slice of slices) server.wire.give(slice);
    const welcome = server.welcomeFor(join, { epoch: by.keys.epoch, c: by.c });
    server.wire.say(welcome);
    for (const frame of server.frames.slice(welcome.first - 1)) server.wire.give(frame);
  };
  const comesBack = (by: NextEpoch, slices: readonly Uint8Array[]) =>
    untilTaken(page, () => welcomed(by, slices));
  /** The server shows it this charter in the log. */
  const shown = ({ charter: { bytes, blob } }: NextEpoch) => {
    const event = encodeCommandEvent(server.seq + 1, bytes, blob);
    server.frames.push(event);
    server.wire.give(event);
  };
  return { ...page, isBack, welcomed, welcomedBy: () => wire, comesBack, shown };
}

/** The server has shown it the owner's own charter, so it comes back for its slice. */
async function told() {
  const page = await member();
  page.shown(next);
  return page;
}

const FALSE_LINK = { server: true, others: [], lies: ['false_link'] };

test.each<readonly [string, NextEpoch, readonly Uint8Array[]]>([
  ['a forged slice, with the owner’s charter', next, [forged]],
  ['a charter that the owner didn’t sign, with its slice', theirs, [theirs.sliceFor(me)]],
  ['a charter that the owner didn’t sign, without a slice', theirs, []],
  ['a charter in the owner’s name that the owner didn’t sign, without a slice', inOwnersName, []],
])('SLICE-2: %s: it is the server, and the page keeps what it has', async (_what, by, slices) => {
  const page = await member();
  page.server.wire.breakWith(1006);
  await page.comesBack(by, slices);
  expect(page.last('trouble')?.trouble).toEqual(FALSE_LINK);
  expect(page.connection()).toMatch(/^(?:waiting|connecting)$/);
  expect(page.texts()).toEqual(['before']);
  expect(page.of('link')).toEqual([]);
  expect(page.welcomedBy()?.open).toBe(false);
});

test('SLICE-2: with the right slice at the next welcome, it moves along after all', async () => {
  const page = await told();
  await page.comesBack(next, [forged]);
  await page.welcomed(next, [next.sliceFor(me)]);
  expect(page.connection()).toBe('live');
  expect(page.last('link')?.link.secret).toBe(next.secrets.secret);
});

test('SLICE-2: a forged slice before the owner’s charter in the log: the page comes back, and has not moved', async () => {
  const page = await told();
  await page.comesBack(next, [next.sliceFor(me)]);
  page.server.wire.give(forgedAfter(next.keys));
  page.shown(epochAfter(next));
  await vi.waitFor(() => expect(page.network.open).toEqual([]));
  expect(page.last('link')?.link.secret).toBe(next.secrets.secret);
});

test('SLICE-2: the owner’s own charter without a slice: left out, which accuses no one', async () => {
  const page = await told();
  await page.comesBack(next, []);
  expect(page.connection()).toBe('link_changed');
  expect(page.of('trouble')).toEqual([]);
});

test('RECV-6: a charter for a new link that the owner didn’t sign is judged like any command: the page keeps its connection', async () => {
  const page = await member();
  const wires = page.network.wires.length;
  page.shown(theirs);
  expect(page.last('trouble')?.trouble).toEqual({ ...FALSE_LINK, lies: ['false_command'] });
  page.server.append(bob.write('after').envelope);
  expect(page.texts()).toEqual(['before', 'after']);
  expect([page.connection(), page.network.wires.length]).toEqual(['live', wires]);
});

test('RECV-6: turned away after such a charter, a page doesn’t say that the owner gave the room a new link', async () => {
  const page = await member();
  page.shown(theirs);
  page.server.wire.breakWith(1006);
  await page.isBack();
  page.server.challenge();
  page.server.wire.say({ type: 'denied' });
  expect(page.connection()).toBe('vanished');
});

test('RECV-6: the owner’s own charter for a new link that the welcome knows nothing of is judged in the log, after one return', async () => {
  const page = await told();
  await page.isBack();
  const wires = page.network.wires.length;
  page.server.letIn();
  expect(page.last('trouble')?.trouble).toEqual({ ...FALSE_LINK, lies: ['false_command'] });
  expect([page.connection(), page.network.wires.length]).toEqual(['live', wires]);
});
