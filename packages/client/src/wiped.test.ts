// What is left of a room's secrets in memory when it is over, in any array that we made or were given.

import { utf8 } from '@mayfly/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRoom } from './create.ts';
import { epochKeys, roomSecrets } from './crypto/keys.ts';
import { linkSecret, newOwnerCode, ownerKeys } from './crypto/owner.ts';
import type { RandomBytes } from './crypto/random.ts';
import { newIdentity } from './people/identity.ts';
import { lookAtRoom } from './look.ts';
import { Author, KEYS, SECRET, SECRETS } from './testing/author.ts';
import { MadeBytes } from './testing/made-bytes.ts';
import { enter } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { LINK } from './testing/server-double.ts';
import { NetworkDouble } from './testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const { ctx, message, ephemeral, profile, manifest, fingerprint } = KEYS;
const OF_ROOM = {
  ctx,
  message,
  ephemeral,
  profile,
  manifest,
  fingerprint,
  root: SECRETS.root,
  access: SECRETS.access.seed,
  link: utf8(SECRET),
};

function expectNothing(made: MadeBytes, secrets: { readonly [name: string]: Uint8Array }): void {
  for (const [name, secret] of Object.entries(secrets)) expect(made.holding(secret), name).toEqual([]);
}

test('KEY-4: after being in a room: no key, however often it sealed, signed and opened', async () => {
  const identity = newIdentity(seededRandom('me'), 'Me');
  const own = { seed: Buffer.from(identity.seed), xSecret: Buffer.from(identity.xSecret) };
  const made = new MadeBytes();
  const { room, server } = await enter({ identity });
  room.send('hello');
  server.logSent();
  server.echoProfile();
  server.append(new Author('Ann').write('hi').envelope);
  room.rename('Another');
  expect(made.holding(ctx)).not.toEqual([]);
  room.leave();
  made[Symbol.dispose]();
  expectNothing(made, { ...OF_ROOM, ...own });
});

test('KEY-4: after looking at a room: no key', async () => {
  const made = new MadeBytes();
  const network = new NetworkDouble();
  const looking = lookAtRoom({ link: LINK, transport: network.transport });
  network.wire.say({ type: 'challenge', nonce: new Uint8Array(32) });
  network.wire.say({ type: 'denied' });
  await looking;
  made[Symbol.dispose]();
  expectNothing(made, OF_ROOM);
});

/** Draws, and remembers what was drawn before it is overwritten. Its own copies are not watched. */
function drawing() {
  const drawn: Buffer[] = [];
  const source = Buffer.from(seededRandom('create')(4096));
  let at = 0;
  const random: RandomBytes = (length) => {
    const bytes = source.subarray(at, at + length);
    at += length;
    drawn.push(Buffer.from(bytes));
    return new Uint8Array(bytes);
  };
  return { drawn, random };
}

test.each([
  ['it was opened', () => new Response(null, { status: 204 }), true],
  ['it was refused', () => Response.json({ error: 'too_big', retryAfterMs: 0 }, { status: 413 }), false],
])('KEY-4: after creating a room (%s): nothing of its owner and its keys', async (_how, answer, ok) => {
  const { drawn, random } = drawing();
  const made = new MadeBytes();
  const fetch = (url: unknown) =>
    Promise.resolve(
      String(url).endsWith('/rooms') ? Response.json({ id: LINK.id }, { status: 201 }) : answer(),
    );
  const options = { origin: 'https://chat.example', lifeSeconds: 60, history: 'all', name: 'Ann' } as const;
  const created = await createRoom({ ...options, random, fetch });
  made[Symbol.dispose]();
  expect(created.ok).toBe(ok);

  const [forCode, seed, xSecret, r] = drawn;
  if (!forCode || !seed || !xSecret || !r) throw new Error('something else was drawn');
  const code = newOwnerCode(() => Uint8Array.from(forCode));
  const owner = ownerKeys(code);
  const link = linkSecret(owner.pk, r);
  const { root, access } = roomSecrets(link);
  const keys = epochKeys(root, LINK.id, 0);
  expectNothing(made, {
    forCode,
    code: utf8(code),
    owner: owner.seed,
    box: owner.boxKey,
    r,
    link: utf8(link),
    root,
    access: access.seed,
    ctx: keys.ctx,
    manifest: keys.manifest,
    ...(!ok && { seed, xSecret }),
  });
});
