import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forgetIdentity, keepIdentity, loadIdentity, newIdentity } from './identity.ts';
import { roomId } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { StorageDouble, forbiddenStorage } from '../testing/storage.ts';

const ID = roomId('k7Qm2x');
const OTHER = roomId('other1');

describe('an identity', () => {
  test('comes back whole: a refresh is the same person', () => {
    const storage = new StorageDouble();
    const ann = {
      ...newIdentity(seededRandom('ann'), ' Ann\u202E '),
      ownerCode: '7'.repeat(32),
      joined: true,
    };
    expect(ann.name).toBe('Ann');
    keepIdentity(storage, ID, ann);
    expect(loadIdentity(storage, ID)).toEqual(ann);
  });

  test('is one for each room', () => {
    const storage = new StorageDouble();
    keepIdentity(storage, ID, newIdentity(seededRandom('a'), 'Ann'));
    expect(loadIdentity(storage, OTHER)).toBeUndefined();
    keepIdentity(storage, OTHER, newIdentity(seededRandom('b'), 'Ann'));
    expect(loadIdentity(storage, ID)?.pk).not.toEqual(loadIdentity(storage, OTHER)?.pk);
    expect([...storage.entries.keys()].every((name) => name.startsWith('mayfly:'))).toBe(true);
  });

  test('is forgotten by name; the other room keeps its own', () => {
    const storage = new StorageDouble();
    keepIdentity(storage, ID, newIdentity(seededRandom('a'), 'Ann'));
    keepIdentity(storage, OTHER, newIdentity(seededRandom('b'), 'Ann'));
    forgetIdentity(storage, ID);
    expect(loadIdentity(storage, ID)).toBeUndefined();
    expect(loadIdentity(storage, OTHER)).toBeDefined();
  });

  test('that was changed in the storage is ignored, or still valid; nothing throws', () => {
    const storage = new StorageDouble();
    keepIdentity(storage, ID, newIdentity(seededRandom('a'), 'Ann'));
    const [[name, text]] = [...storage.entries] as [[string, string]];
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        storage.setItem(name, text.slice(0, at) + put + text.slice(at + 1));
        const loaded = loadIdentity(storage, ID);
        expect(loaded === undefined || loaded.seed.length === 32).toBe(true);
      }),
    );
    for (const broken of ['', '{}', 'null', '[]', '{"v":2}', text.replace('"v":1', '"v":2')]) {
      storage.setItem(name, broken);
      expect(loadIdentity(storage, ID)).toBeUndefined();
    }
    storage.setItem(name, text.replace('"Ann"', `"${'x'.repeat(51)}"`));
    expect(loadIdentity(storage, ID)).toBeUndefined();
    storage.setItem(name, text.replace('"joined":false', '"joined":false,"owner":"no code"'));
    expect(loadIdentity(storage, ID)?.ownerCode).toBeUndefined();
  });

  test('works without a storage', () => {
    const ann = newIdentity(seededRandom('a'), 'Ann');
    keepIdentity(forbiddenStorage, ID, ann);
    expect(loadIdentity(forbiddenStorage, ID)).toBeUndefined();
    forgetIdentity(forbiddenStorage, ID);
  });

  test('refuses a name that is too long', () => {
    expect(() => newIdentity(seededRandom('a'), 'x'.repeat(51))).toThrow(RangeError);
  });
});
