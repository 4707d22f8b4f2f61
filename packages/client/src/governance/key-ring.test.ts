import { expect, test } from 'vitest';
import { allZero } from '@mayfly/protocol';
import { epochKeys, roomSecrets } from '../crypto/keys.ts';
import { ID, SECRET } from '../testing/author.ts';
import { KeyRing } from './key-ring.ts';

const NEXT_SECRET = '8'.repeat(32);

function turn(ring: KeyRing): void {
  const secrets = roomSecrets(NEXT_SECRET);
  ring.turn(secrets, [ring.current, epochKeys(secrets.root, ID, 1)]);
}

test('KEY-3: begins in epoch 0, with the keys of the link', () => {
  const ring = new KeyRing(ID, SECRET);
  expect(ring.current).toEqual(epochKeys(roomSecrets(SECRET).root, ID, 0));
  expect(ring.of(0)).toBe(ring.current);
  expect(ring.of(1)).toBeUndefined();
});

test('KEY-3: the next epoch comes from the next link, and keys of the one before stay', () => {
  const ring = new KeyRing(ID, SECRET);
  const first = ring.current;
  const { root } = ring.secrets;
  turn(ring);
  expect(ring.current).toEqual(epochKeys(roomSecrets(NEXT_SECRET).root, ID, 1));
  expect(ring.secrets.secret).toBe(NEXT_SECRET);
  expect(ring.of(0)).toBe(first);
  expect(allZero(first.message)).toBe(false);
  expect(allZero(root)).toBe(true);
});

test('KEY-4: wiped, no key of any epoch is left', () => {
  const ring = new KeyRing(ID, SECRET);
  const first = ring.current;
  turn(ring);
  const { current, secrets } = ring;
  ring.wipe();
  const keys = [first, current].flatMap(({ epoch: _epoch, ...rest }) => Object.values(rest));
  expect([...keys, secrets.root, secrets.access.seed].every(allZero)).toBe(true);
});
