// The door of a room that needs a passphrase besides its link.

import { DENIED_AFTER_MS, type Join, joinTranscript } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { limitsAt } from '../guard/limits.ts';
import { Guard } from '../guard/guard.ts';
import { settled } from '../testing/clock.ts';
import { LIFE_MS, ROOM, SessionFixture, joinFrame, signer } from '../testing/session-fixture.ts';
import { Signer } from '../testing/signer.ts';

const LINK = new Signer('link');

async function opened(lifeMs = LIFE_MS) {
  const fixture = await new SessionFixture().open(lifeMs, { door: 2, linkPk: LINK.pk });
  const guard = new Guard({
    limits: limitsAt('default'),
    clock: fixture.clock,
    random: fixture.random,
    vitals: () => ({ memoryShare: 0, loopP99Ms: 0 }),
    shed: () => {},
    onTrouble: () => {},
    report: { overloaded: () => {}, relieved: () => {} },
  });
  /** From this address: with the link, and the right passphrase or a wrong one. */
  const join = async (name: string, address: string, isRight = true, more: Partial<Join> = {}) => {
    const connection = fixture.connect({ budget: guard.budgetFor(address) });
    connection.session.receive(frame(name, connection.nonce, isRight, more));
    await settled();
    return connection.socket;
  };
  return { fixture, join };
}

function frame(name: string, nonce: Uint8Array, isRight: boolean, more: Partial<Join>): string {
  const transcript = joinTranscript(ROOM, nonce, signer(name).pk);
  const access = isRight ? new Signer(`access ${ROOM}`) : new Signer('another passphrase');
  return joinFrame(name, nonce, {
    keySig: access.sign('join', transcript),
    linkSig: LINK.sign('link', transcript),
    ...more,
  });
}

test('JOIN-7: link and passphrase open the door; a wrong passphrase is told at once, and for good', async () => {
  const { join } = await opened();
  const wrong = await join('ann', '203.0.113.1', false);
  expect([wrong.sent, wrong.closed]).toEqual([['{"type":"wrong_passphrase"}'], 'denied']);
  expect((await join('ann', '203.0.113.1')).received()).toContain('welcome');
});

test('JOIN-7: without the link, a passphrase is neither right nor wrong', async () => {
  const { fixture, join } = await opened();
  const linkSig = LINK.sign('link', new Uint8Array(1));
  const strangers = [
    await join('eve', '203.0.113.1', true, { linkSig }),
    await join('eve', '203.0.113.1', false, { linkSig }),
  ];
  expect(strangers.map(({ sent }) => sent)).toEqual([[], []]);
  fixture.clock.pass(DENIED_AFTER_MS);
  await settled();
  expect(strangers.map(({ sent }) => sent)).toEqual([['{"type":"denied"}'], ['{"type":"denied"}']]);
});

test('LIMIT-12: after five wrong ones an address waits, also with the right one; others and members come in', async () => {
  const { fixture, join } = await opened();
  await join('bob', '203.0.113.1');
  for (let i = 0; i < 5; i++)
    expect((await join('eve', '203.0.113.1', false)).received()).toEqual(['wrong_passphrase']);
  const sixth = await join('eve', '203.0.113.1', false);
  expect([sixth.sent, sixth.closed]).toEqual([
    ['{"type":"refused","code":"rate","retryAfterMs":12000}'],
    'busy',
  ]);
  expect((await join('eve', '203.0.113.1')).closed).toBe('busy');
  expect((await join('cem', '203.0.113.2')).received()).toContain('welcome');
  const member = fixture.connect();
  member.session.receive(joinFrame('bob', member.nonce, { as: 'member' }));
  await settled();
  expect(member.socket.received()).toContain('welcome');
  fixture.clock.pass(12_000);
  expect((await join('eve', '203.0.113.1')).received()).toContain('welcome');
});

test('LIMIT-12: tries without the link use up nothing of those who have it', async () => {
  const { fixture, join } = await opened(1_000 * LIFE_MS);
  for (let i = 0; i < 300; i++) {
    const { session, nonce } = fixture.connect();
    session.receive(joinFrame('eve', nonce));
    session.detached();
  }
  await settled();
  expect((await join('ann', '203.0.113.1', false)).received()).toEqual(['wrong_passphrase']);
  expect((await join('ann', '203.0.113.1')).received()).toContain('welcome');
});
