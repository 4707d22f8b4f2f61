import { decodeCommand, encodeTerms } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { makeCommand } from '../crypto/command.ts';
import { ID, OWNER, SECRET } from '../testing/author.ts';
import { ServerDouble } from '../testing/server-double.ts';
import { NetworkDouble } from '../testing/wire-double.ts';
import { InForce } from './in-force.ts';
import { KeyRing } from './key-ring.ts';
import { checkWelcome } from './welcome-check.ts';

const NOTHING = new Uint8Array(0);

function door(c: number, closed: boolean) {
  const bytes = makeCommand({ id: ID, epoch: 0, c, ...encodeTerms({ closed }) }, OWNER);
  const command = decodeCommand(bytes) ?? expect.unreachable();
  return { bytes, command, blob: NOTHING };
}

test('CMD-11: before the first charter in sight, an order is told, and the welcome says what is in force', () => {
  const keys = new KeyRing(ID, SECRET);
  const welcome = { ...new ServerDouble(new NetworkDouble()).welcomeFor({}), c: 4 };
  const charter = checkWelcome(welcome, ID, keys) ?? expect.unreachable();
  const inForce = new InForce(ID, keys);
  inForce.enter(welcome, charter);
  expect(inForce.take(door(3, true))).toEqual({ terms: { closed: true } });
  expect(inForce.terms?.closed).toBe(false);
  expect(inForce.take(door(5, true))).toEqual({ terms: { closed: true } });
  expect(inForce.terms?.closed).toBe(true);
});
