// Making a room: an id is reserved, and a charter opens it.

import { RESERVATION_MS, decodeServerSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { Signer, envelope, makeCharter, roomId } from '../../testing/signer.ts';
import {
  CHARTER,
  Fixture,
  type Fixtures,
  LIFE_MS,
  OWNER,
  ROOM,
  SPEC,
  VERIFIED_WITH,
  asking,
  identity,
} from './fixture.ts';

export function openingRooms({ fixture, opened }: Fixtures): void {
  test('API-1: an id is reserved once, and joining needs the charter first', async () => {
    const { store, ...f } = await fixture();
    expect(await store.create(ROOM, SPEC)).toBe('created');
    expect(await store.create(ROOM, SPEC)).toBe('taken');
    expect(await store.keys(ROOM)).toBeUndefined();
    expect((await store.join(ROOM, asking('ann'))).outcome).toBe('denied');
    expect(f.notices).toEqual([]);
  });

  test('API-1: a reservation runs out, also when its timer is late', async () => {
    const { store, pass, jump } = await fixture();
    await store.create(ROOM, SPEC);
    await pass(RESERVATION_MS - 1);
    expect(await store.create(ROOM, SPEC)).toBe('taken');
    await pass(1);
    expect(await store.size()).toBe(0);
    expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
    await store.create(ROOM, SPEC);
    await jump(RESERVATION_MS);
    expect(await store.create(ROOM, SPEC)).toBe('created');
    await jump(RESERVATION_MS);
    expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
  });

  test('API-2: the charter is event 1, and proofs are checked against it', async () => {
    const f = await opened();
    expect(await f.store.keys(ROOM)).toEqual({ ...VERIFIED_WITH, ownerPk: OWNER.pk, door: 1 });
    const joined = await f.join('ann');
    const [first] = joined.missed;
    const event = first && decodeServerSealed(first.frame);
    if (event?.type !== 'command') throw new Error('the first event is no command');
    expect(event.seq).toBe(1);
    expect(event.bytes).toEqual(CHARTER.bytes);
    expect(event.blob).toEqual(CHARTER.blob);
  });

  test('API-2: a door that needs the link keeps its key', async () => {
    const { store } = await fixture();
    const linkPk = new Signer('link').pk;
    await store.create(ROOM, SPEC);
    await store.open(ROOM, makeCharter(ROOM, OWNER, { door: 2, linkPk }));
    expect(await store.keys(ROOM)).toMatchObject({ door: 2, linkPk });
  });

  test('API-3: a charter opens only what its signer reserved', async () => {
    const { store } = await fixture();
    expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
    await store.create(ROOM, SPEC);
    expect(await store.open(ROOM, makeCharter(ROOM, new Signer('thief')))).toBe('not_reserved');
    expect(await store.open(ROOM, CHARTER)).toBe('opened');
    const another = makeCharter(ROOM, OWNER, { moderators: [{ idPk: identity('ann'), mask: 1 }] });
    expect(await store.open(ROOM, another)).toBe('not_reserved');
    expect(await store.create(ROOM, SPEC)).toBe('taken');
  });

  test('API-2: the same charter again changes nothing, and dies with the room', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.say(ann.session, 1);
    f.heard();
    await f.pass(LIFE_MS / 2);
    expect(await f.store.open(ROOM, CHARTER)).toBe('opened');
    expect(f.heard()).toEqual([]);
    const position = { logId: ann.logId, seq: 2 };
    expect(await f.join('ann', { as: 'member', position })).toMatchObject({
      mode: 'resume',
      seq: 2,
      lastN: 1,
      expiresInMs: LIFE_MS / 2,
    });
    expect(await f.store.size()).toBe(1);
    await f.jump(LIFE_MS / 2);
    expect(await f.store.open(ROOM, CHARTER)).toBe('not_reserved');
  });

  test('LIMIT-3: rooms and reservations count together', async () => {
    const f = await opened({}, { maxRooms: 2 });
    await f.join('ann');
    expect(await f.store.create(roomId('Room22'), SPEC)).toBe('created');
    expect(await f.store.size()).toBe(2);
    expect(await f.store.create(roomId('Room33'), SPEC)).toHaveProperty('freeInMs');
    expect(await f.store.create(ROOM, SPEC)).toBe('taken');
    await f.pass(RESERVATION_MS);
    expect(await f.store.create(roomId('Room33'), SPEC)).toBe('created');
  });

  test("a caller's bytes may be overwritten afterwards", async () => {
    const { store, ...f } = await fixture();
    const ownerPk = Uint8Array.from(OWNER.pk);
    await store.create(ROOM, { ...SPEC, ownerPk });
    ownerPk.fill(0);
    const charter = makeCharter(ROOM, OWNER);
    expect(await store.open(ROOM, charter)).toBe('opened');
    for (const bytes of [charter.bytes, charter.blob, charter.args.accessPk]) bytes.fill(0);
    const idPk = Uint8Array.from(identity('ann'));
    const ann = await store.join(ROOM, asking('ann', { idPk }));
    if (ann.outcome !== 'joined') throw new Error('not in');
    idPk.fill(0);
    const sent = envelope(5);
    await store.append(ROOM, ann.session, 1, sent);
    sent.fill(0);
    const again = await new Fixture({ store, ...f }).join('ann', { as: 'member' });
    expect(again.terms.charter).toEqual(CHARTER.bytes);
    expect(again.terms.blob).toEqual(CHARTER.blob);
    expect(again.missed[1]?.frame.subarray(5)).toEqual(envelope(5));
  });
}
