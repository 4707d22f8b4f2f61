import {
  BODY_BYTES_MAX,
  CLOSE,
  type Join,
  type Welcome,
  encodeMessageEvent,
  encodeProfileFrame,
  equalBytes,
  joinTranscript,
  toBase64url,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from './connection.ts';
import { openProfile, sealProfile } from './crypto/profile.ts';
import { verify } from './crypto/signature.ts';
import { loadIdentity, newIdentity } from './identity.ts';
import { openRoom } from './live-room.ts';
import { OVERTAKEN_PATIENCE_MS } from './outbox.ts';
import type { RoomEnd, RoomNews } from './room-news.ts';
import type { RoomOptions } from './room.ts';
import { Author, ID, KEYS, SECRETS } from './testing/author.ts';
import { seededRandom } from './testing/random.ts';
import { LIFE_MS, LINK, LOG_ID, ServerDouble } from './testing/server-double.ts';
import { StorageDouble } from './testing/storage.ts';
import { NetworkDouble } from './testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

type News<T extends RoomNews['type']> = Extract<RoomNews, { type: T }>;

async function open(options: Partial<RoomOptions> = {}) {
  const network = new NetworkDouble();
  const storage = new StorageDouble();
  const server = new ServerDouble(network, options.identity?.pk);
  const news: RoomNews[] = [];
  const room = openRoom({
    link: LINK,
    storage,
    transport: network.transport,
    random: seededRandom('room'),
    name: 'Me',
    ...options,
  });
  room.subscribe((one) => void news.push(one));
  await Promise.resolve();
  const of = <T extends RoomNews['type']>(type: T) => news.filter((one): one is News<T> => one.type === type);
  const last = <T extends RoomNews['type']>(type: T) => of(type).at(-1);
  const texts = () => of('messages').flatMap(({ messages }) => messages.map(({ text }) => text));
  const outgoing = () => last('outbox')?.outgoing.map(({ text, state }) => `${text}:${state}`);
  const connection = () => {
    const told = last('connection')?.connection;
    return told?.state === 'ended' ? told.end.why : told?.state;
  };
  const sent = () => server.wire.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
  /** Loses the wire, and waits until there is a new one. */
  const reconnect = () => {
    server.wire.breakWith(1006);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
  };
  return { network, storage, server, room, news, of, last, texts, outgoing, connection, sent, reconnect };
}

async function enter(options: Partial<RoomOptions> = {}) {
  const all = await open(options);
  all.server.letIn();
  return all;
}

describe('joining', () => {
  test('JOIN-2: a newcomer proves identity and key, over this nonce', async () => {
    const { server, connection } = await open();
    expect(connection()).toBe('connecting');
    const join = server.challenge();
    expect(join).toMatchObject({ id: ID, as: 'key', epoch: 0 });
    expect(join.position).toBeUndefined();
    const transcript = joinTranscript(ID, new Uint8Array(32).fill(5), join.idPk);
    expect(verify(join.idPk, 'id', transcript, join.idSig)).toBe(true);
    expect(verify(SECRETS.access.pk, 'join', transcript, join.keySig ?? new Uint8Array())).toBe(true);
  });

  test('JOIN-4: a refresh is the same person, as a member', async () => {
    const before = await enter();
    const { idPk } = before.server.challenge();
    before.room.close();
    const after = await open({ storage: before.storage });
    const join = after.server.challenge();
    expect(join.as).toBe('member');
    expect(join.keySig).toBeUndefined();
    expect(equalBytes(join.idPk, idPk)).toBe(true);
  });

  test('tells the connection, the facts and the life, in this order', async () => {
    const { news, last } = await enter();
    expect(news.slice(0, 4).map(({ type }) => type)).toEqual(['connection', 'connection', 'facts', 'life']);
    expect(last('facts')?.facts).toMatchObject({ id: ID, lifeMs: LIFE_MS, history: 'all', owner: false });
    expect(last('facts')?.facts.safetyCode).toHaveLength(8);
    expect(last('life')?.expiresInMs).toBe(LIFE_MS - 1000);
  });

  test("the owner's own tab is known by the charter", async () => {
    const { last } = await enter({ identity: newIdentity(seededRandom('owner'), 'Owner') });
    expect(last('facts')?.facts.owner).toBe(true);
  });

  test('publishes a profile that opens, for the slot we were given', async () => {
    const { server } = await enter();
    const { idPk } = server.challenge();
    const [frame] = server.wire.sealed;
    if (frame?.type !== 'profile') throw new Error('no profile was published');
    expect(openProfile(KEYS, { slot: server.slot, idPk, sealed: frame.sealed })).toMatchObject({
      name: 'Me',
    });
  });
});

describe('CHARTER-4: a false room', () => {
  const cases: Record<string, (server: ServerDouble) => void> = {
    'another blob': (server) => {
      server.charter = {
        ...server.charter,
        blob: server.charter.blob.map((byte, i) => (i === 99 ? byte ^ 1 : byte)),
      };
    },
    'a signature that does not hold': (server) => {
      const { bytes, blob } = server.charter;
      server.charter = { blob, bytes: bytes.map((byte, i) => (i === bytes.length - 40 ? byte ^ 1 : byte)) };
    },
  };
  for (const [name, falsify] of Object.entries(cases)) {
    test(`${name}: we stay out, and nothing is sent`, async () => {
      const { server, room, connection, network, storage, last } = await open();
      room.send('secret');
      falsify(server);
      server.letIn();
      expect(connection()).toBe('false_room');
      expect(network.open).toHaveLength(0);
      expect(server.wire.sealed).toEqual([]);
      expect(last('facts')).toBeUndefined();
      vi.advanceTimersByTime(600_000);
      expect(network.wires).toHaveLength(1);
      // The server may be honest tomorrow.
      expect(loadIdentity(storage, ID)).toBeDefined();
    });
  }

  test('also at a later welcome', async () => {
    const { server, connection, reconnect, room, sent } = await enter();
    room.send('hi');
    reconnect();
    cases['another blob']?.(server);
    server.letIn();
    expect(connection()).toBe('false_room');
    expect(sent()).toEqual([]);
  });

  test('an epoch we have no keys for: this version cannot', async () => {
    const { server, connection } = await open();
    server.letIn({ epoch: 1 });
    expect(connection()).toBe('incompatible');
  });
});

describe('the history', () => {
  test('is told as one, and as history; what comes then is not', async () => {
    const { server, of, texts } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.letIn();
    expect(of('messages')).toHaveLength(1);
    expect(of('messages')[0]).toMatchObject({ history: true });
    server.append(ann.write('d').envelope);
    expect(texts()).toEqual(['a', 'b', 'c', 'd']);
    expect(of('messages')[1]).toMatchObject({ history: false });
  });

  test('RESUME-1: after a loss, exactly what was missed, at our position', async () => {
    const { server, texts, of, reconnect, connection } = await enter();
    const ann = new Author('Ann');
    server.append(ann.write('before').envelope);
    reconnect();
    server.wire.open = false;
    server.append(ann.write('missed').envelope);
    server.wire.open = true;
    const join = server.letIn();
    expect(join).toMatchObject({ as: 'member', position: { logId: LOG_ID, seq: 2 } });
    expect(texts()).toEqual(['before', 'missed']);
    expect(of('messages').at(-1)).toMatchObject({ history: false });
    expect(of('reset')).toEqual([]);
    expect(connection()).toBe('live');
  });

  test('a loss in its middle: nothing of it is lost, and nothing comes twice', async () => {
    const { server, texts, reconnect, of } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    for (const frame of server.frames.slice(0, 2)) server.wire.give(frame);
    expect(texts()).toEqual([]);
    reconnect();
    expect(texts()).toEqual(['a']);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(of('messages').every(({ history }) => history)).toBe(true);
  });

  test('WELCOME-3: a hole is never hidden: the connection goes, the position stays', async () => {
    const { server, texts, network } = await enter();
    const ann = new Author('Ann');
    server.append(ann.write('a').envelope);
    server.wire.open = false;
    server.append(ann.write('b').envelope);
    server.wire.open = true;
    server.append(ann.write('c').envelope);
    expect(texts()).toEqual(['a']);
    expect(network.open).toHaveLength(0);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('WELCOME-3: nor one in what was missed: what stood before it is shown, the rest is asked for anew', async () => {
    const { server, texts, network } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    for (const seq of [1, 2, 4]) server.wire.give(server.frames[seq - 1] ?? expect.unreachable());
    expect(network.open).toHaveLength(0);
    expect(texts()).toEqual(['a']);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('a resume that does not go on where we are is not believed', async () => {
    const { server, reconnect, connection } = await enter();
    server.append(new Author('Ann').write('a').envelope);
    reconnect();
    server.letIn({ first: 1 });
    expect(connection()).toBe('waiting');
  });

  test('a welcome that leaves events out by its own numbers is not believed', async () => {
    const { server, connection, last } = await open();
    server.letIn({ first: 3, seq: 1 });
    expect(connection()).toBe('waiting');
    expect(last('facts')).toBeUndefined();
  });

  test('a second welcome on one connection means nothing', async () => {
    const { server, of, texts } = await enter();
    server.wire.say(server.welcomeFor({}));
    server.append(new Author('Ann').write('a').envelope);
    expect(of('facts')).toHaveLength(1);
    expect(texts()).toEqual(['a']);
  });

  test('RESUME-2: a reset in the middle is told; the first one is not', async () => {
    const { server, of, reconnect, texts } = await enter();
    server.append(new Author('Ann').write('old').envelope);
    expect(of('reset')).toEqual([]);
    reconnect();
    server.logId = 'AAAAAAAAAAA';
    server.frames.length = 1;
    server.append(new Author('Bob').write('new').envelope);
    server.letIn();
    expect(of('reset')).toEqual([{ type: 'reset', reason: 'new_log' }]);
    expect(texts()).toEqual(['old', 'new']);
    const seqs = of('messages').flatMap(({ messages }) => messages.map(({ seq }) => seq));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  test('what cannot be verified is counted', async () => {
    const { server, last, texts } = await enter();
    server.append(new Author('Ann').forge(new Author('Bob').key, 'I am Ann').envelope);
    expect(texts()).toEqual([]);
    expect(last('unverified')).toEqual({ type: 'unverified', count: 1 });
  });
});

describe('sending', () => {
  test('says what fits, and refuses what does not', async () => {
    const { room } = await enter();
    expect(room.send('  \n ')).toEqual({ ok: false, reason: 'empty' });
    expect(room.send('é'.repeat(BODY_BYTES_MAX / 2 + 1))).toEqual({ ok: false, reason: 'too_long' });
    expect(room.send('é'.repeat(BODY_BYTES_MAX / 2))).toMatchObject({ ok: true });
  });

  test('the key is the same in the outbox and in the log; the echo moves it over', async () => {
    const { room, server, outgoing, of, last } = await enter();
    const result = room.send('hi');
    if (!result.ok) throw new Error(result.reason);
    expect(last('outbox')?.outgoing).toMatchObject([{ key: result.key, text: 'hi', state: 'sending' }]);
    server.logSent();
    expect(outgoing()).toEqual([]);
    expect(of('messages').at(-1)?.messages).toMatchObject([{ key: result.key, own: true, text: 'hi' }]);
  });

  test('before the first connection: waits, and goes out by itself', async () => {
    const { room, server, outgoing, texts } = await open();
    room.send('early');
    expect(outgoing()).toEqual(['early:waiting']);
    server.letIn();
    server.logSent();
    expect(texts()).toEqual(['early']);
  });

  test('SEND-2: never doubled, never lost, whether or not it was logged before the loss', async () => {
    const { room, server, texts, outgoing, reconnect, sent } = await enter();
    room.send('a');
    room.send('b');
    server.logSent({ silently: true });
    reconnect();
    room.send('c');
    expect(outgoing()).toEqual(['a:waiting', 'b:waiting', 'c:waiting']);
    server.letIn();
    expect(texts()).toEqual(['a', 'b']);
    expect(sent().map(({ n }) => n)).toEqual([3]);
    server.logSent();
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(outgoing()).toEqual([]);
  });

  test('SEND-2: what did not arrive goes again, the same bytes and number', async () => {
    const { room, reconnect, server, sent } = await enter();
    room.send('a');
    const [first] = sent();
    reconnect();
    server.letIn();
    expect(sent()).toEqual([first]);
  });

  test('one chain: others see no gap and no conflict, through refusals and losses', async () => {
    const { room, server, reconnect, sent } = await enter();
    const witness = await open({ name: 'Witness', random: seededRandom('witness') });
    room.send('a');
    server.logSent();
    room.send('refused');
    room.send('b');
    server.refuseSent('server_full');
    server.logSent();
    reconnect();
    server.letIn();
    room.send('c');
    server.logSent();
    expect(sent()).toHaveLength(1);
    witness.server.frames.push(...server.frames.slice(1));
    witness.server.letIn();
    const seen = witness.of('messages').flatMap(({ messages }) => messages);
    expect(seen.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(seen.every(({ missingBefore, conflicting }) => missingBefore === 0 && !conflicting)).toBe(true);
    expect(witness.last('unverified')).toBeUndefined();
  });

  test('no echo for 10 s, while others are heard: not confirmed; the next connection takes it', async () => {
    const { room, server, network, outgoing, texts } = await enter();
    const ann = new Author('Ann');
    room.send('mine');
    for (const text of ['one', 'two']) {
      vi.advanceTimersByTime(OVERTAKEN_PATIENCE_MS / 2 - 1);
      server.append(ann.write(text).envelope);
    }
    expect(network.open).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(network.open).toHaveLength(0);
    expect(outgoing()).toEqual(['mine:unconfirmed']);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    server.letIn();
    server.logSent();
    expect(texts()).toEqual(['one', 'two', 'mine']);
    expect(outgoing()).toEqual([]);
  });

  test('a failed message can be tried again, or deleted', async () => {
    const { room, server, outgoing, last } = await enter();
    room.send('a');
    server.wire.say({ type: 'refused', n: 1, code: 'server_full', retryAfterMs: 0 });
    expect(last('outbox')?.outgoing).toMatchObject([{ state: 'failed', why: 'server_full' }]);
    room.retry(last('outbox')?.outgoing[0]?.key ?? '');
    expect(outgoing()).toEqual(['a:sending']);
    server.wire.say({ type: 'refused', n: 1, code: 'server_full', retryAfterMs: 0 });
    room.discard(last('outbox')?.outgoing[0]?.key ?? '');
    expect(outgoing()).toEqual([]);
  });
});

describe('people', () => {
  const ann = new Author('Ann');
  const annSlot = new Uint8Array(8).fill(2);

  test('join with their name, by their profile', async () => {
    const { server, last, of } = await enter();
    const idPk = ann.key.pk;
    server.wire.say({
      type: 'presence',
      version: 1,
      snapshot: false,
      joined: [{ slot: annSlot, idPk }],
      away: [],
      left: [],
      count: 2,
    });
    const xPk = newIdentity(seededRandom('ann x'), '').xPk;
    const sealed = sealProfile(KEYS, ann.key, annSlot, { xPk, at: 1, name: 'Ann' }, seededRandom('profile'));
    server.wire.give(encodeProfileFrame(annSlot, idPk, sealed));
    expect(of('joined')).toMatchObject([{ person: { name: 'Ann', idPk: toBase64url(idPk) } }]);
    vi.advanceTimersByTime(100);
    expect(last('members')?.count).toBe(2);
  });

  test('are not named by a profile somebody else wrote', async () => {
    const { server, of } = await enter();
    const mallory = new Author('Mallory');
    server.wire.say({
      type: 'presence',
      version: 1,
      snapshot: false,
      joined: [{ slot: annSlot, idPk: ann.key.pk }],
      away: [],
      left: [],
      count: 2,
    });
    const forger = { seed: mallory.key.seed, pk: ann.key.pk };
    const xPk = newIdentity(seededRandom('ann x'), '').xPk;
    const sealed = sealProfile(KEYS, forger, annSlot, { xPk, at: 1, name: 'Eve' }, seededRandom('profile'));
    server.wire.give(encodeProfileFrame(annSlot, ann.key.pk, sealed));
    vi.advanceTimersByTime(2_000);
    expect(of('joined')).toMatchObject([{ person: { name: '' } }]);
  });

  test('rename: kept for the refresh, published, in every message from then on', async () => {
    const { room, server, storage, of } = await enter();
    expect(room.rename('x'.repeat(51))).toEqual({ ok: false });
    expect(room.rename('New')).toEqual({ ok: true });
    expect(loadIdentity(storage, ID)?.name).toBe('New');
    expect(server.wire.sealed.filter(({ type }) => type === 'profile')).toHaveLength(2);
    room.send('hi');
    server.logSent();
    expect(of('messages').at(-1)?.messages[0]?.from.name).toBe('New');
  });

  test('a resume publishes nothing once our profile was heard; a name changed meanwhile does', async () => {
    const { room, server, reconnect } = await enter();
    server.echoProfile();
    reconnect();
    server.letIn();
    expect(server.wire.sealed).toEqual([]);
    reconnect();
    room.rename('New');
    server.letIn();
    expect(server.wire.sealed.map(({ type }) => type)).toEqual(['profile']);
  });

  test('REFUSED-1: a profile that came too fast is published after the pause, once, by its newest name', async () => {
    const { room, server } = await enter();
    server.echoProfile();
    const published = () => server.wire.sealed.filter(({ type }) => type === 'profile').length;
    const before = published();
    room.rename('New');
    room.rename('Newer');
    const sent = published();
    expect(sent).toBe(before + 2);
    for (let i = 0; i < 2; i++) server.wire.say({ type: 'refused', code: 'rate', retryAfterMs: 10_000 });
    vi.advanceTimersByTime(9_999);
    expect(published()).toBe(sent);
    vi.advanceTimersByTime(1);
    expect(published()).toBe(sent + 1);
    server.echoProfile();
    server.wire.say({ type: 'refused', code: 'rate', retryAfterMs: 10_000 });
    vi.advanceTimersByTime(15_000);
    expect(published()).toBe(sent + 1);
  });

  test('a profile that was lost with its connection is published again', async () => {
    const { room, server, reconnect } = await enter();
    const published = () => server.wire.sealed.map(({ type }) => type);
    reconnect();
    server.letIn();
    expect(published()).toEqual(['profile']);
    server.echoProfile();
    room.rename('New');
    reconnect();
    server.letIn();
    expect(published()).toEqual(['profile']);
    server.echoProfile();
    reconnect();
    server.letIn();
    expect(published()).toEqual([]);
  });
});

/** In, told to go, and asked by the next wire; both are open. */
async function moving() {
  const all = await enter();
  const { server } = all;
  const old = server.wire;
  const ann = new Author('Ann');
  /** Logged, and heard by the old wire alone. */
  const onOld = (envelope: Uint8Array) => {
    server.frames.push(encodeMessageEvent(server.seq + 1, envelope));
    old.give(server.frames.at(-1) ?? expect.unreachable());
  };
  server.echoProfile();
  old.say({ type: 'goaway', withinMs: 1000 });
  vi.advanceTimersByTime(1000);
  expect(server.wire).not.toBe(old);
  /** What the server says to this join: welcome, and all behind its position. */
  const welcome = (join: Join, odd: Partial<Welcome> = {}) => {
    const said = server.welcomeFor(join, odd);
    server.wire.say(said);
    for (const frame of server.frames.slice(said.first - 1)) server.wire.give(frame);
  };
  return { ...all, old, next: server.wire, ann, onOld, welcome };
}

describe('moving to another server', () => {
  test('asks by the position, hears on until the welcome, and shows everything once', async () => {
    const { server, old, next, ann, onOld, welcome, texts, news, network } = await moving();
    onOld(ann.write('before').envelope);
    const join = server.challenge();
    expect(join).toMatchObject({ as: 'member', position: { logId: LOG_ID, seq: 2 } });
    onOld(ann.write('between').envelope);
    server.frames.push(encodeMessageEvent(server.seq + 1, ann.write('next only').envelope));
    expect(texts()).toEqual(['before', 'between']);
    welcome(join);
    expect(network.open).toEqual([next]);
    server.append(ann.write('after').envelope);
    expect(texts()).toEqual(['before', 'between', 'next only', 'after']);
    expect(old.open).toBe(false);
    expect(news.filter(({ type }) => type === 'reset')).toEqual([]);
    expect(news.filter(({ type }) => type === 'connection')).toHaveLength(2);
    expect(next.sealed).toEqual([]);
  });

  test('the old wire was ahead of the welcome: what it brought does not come again', async () => {
    const { server, ann, onOld, welcome, texts } = await moving();
    const join = server.challenge();
    const head = server.seq;
    onOld(ann.write('a').envelope);
    onOld(ann.write('b').envelope);
    welcome(join, { seq: head });
    server.append(ann.write('c').envelope);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('4009 on the old wire before the welcome: still in, and nothing is lost', async () => {
    const { server, old, ann, welcome, texts, connection, storage } = await moving();
    const join = server.challenge();
    old.breakWith(CLOSE.replaced.code);
    expect(connection()).toBe('connecting');
    server.frames.push(encodeMessageEvent(server.seq + 1, ann.write('a').envelope));
    welcome(join);
    expect(connection()).toBe('live');
    expect(texts()).toEqual(['a']);
    expect(loadIdentity(storage, ID)?.joined).toBe(true);
  });

  test('SEND-2: logged by the old wire, heard on the next; not logged: sent again there; never doubled', async () => {
    const { room, server, old, next, welcome, texts, outgoing } = await moving();
    const join = server.challenge();
    room.send('logged');
    room.send('too late');
    const [logged] = old.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
    server.frames.push(encodeMessageEvent(server.seq + 1, logged?.envelope ?? expect.unreachable()));
    server.lastN = 1;
    welcome(join);
    expect(texts()).toEqual(['logged']);
    expect(next.sealed).toMatchObject([{ type: 'send', n: 2 }]);
    server.logSent();
    expect(texts()).toEqual(['logged', 'too late']);
    expect(outgoing()).toEqual([]);
  });

  test('echoed on the old wire while we asked: not sent again', async () => {
    const { room, server, old, next, onOld, welcome, texts, outgoing } = await moving();
    const join = server.challenge();
    room.send('mine');
    const [sent] = old.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
    onOld(sent?.envelope ?? expect.unreachable());
    server.lastN = 1;
    welcome(join);
    expect(next.sealed).toEqual([]);
    expect(texts()).toEqual(['mine']);
    expect(outgoing()).toEqual([]);
  });

  test('in the middle of catching up: what was held is not lost', async () => {
    const { server, texts } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    const old = server.wire;
    for (const frame of server.frames.slice(0, 3)) old.give(frame);
    old.say({ type: 'goaway', withinMs: 0 });
    vi.advanceTimersByTime(1);
    server.letIn({ mode: 'reset', reason: 'too_old', first: 4 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('a welcome that does not go on where we asked is not believed; we stay where we are', async () => {
    const { server, old, ann, onOld, welcome, texts, connection, network } = await moving();
    onOld(ann.write('a').envelope);
    welcome(server.challenge(), { mode: 'resume', first: 1 });
    expect(network.open).toEqual([old]);
    expect(connection()).toBe('live');
    onOld(ann.write('b').envelope);
    expect(texts()).toEqual(['a', 'b']);
  });

  test('the room is not known there: we stay until our server stops, then it has vanished', async () => {
    const { server, old, connection } = await moving();
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('live');
    old.breakWith(CLOSE.drain.code);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('vanished');
  });
});

describe('LIFE', () => {
  test('LIFE-2: a message starts it anew; other causes are told', async () => {
    const { server, last, room } = await enter();
    server.append(new Author('Ann').write('a').envelope);
    expect(last('life')?.expiresInMs).toBe(LIFE_MS);
    server.wire.say({ type: 'life', expiresInMs: 77_000 });
    expect(last('life')?.expiresInMs).toBe(77_000);
    room.keepAlive();
    expect(server.wire.said.at(-1)).toEqual({ type: 'keep' });
  });
});

describe('the end', () => {
  type Ending = readonly [string, (server: ServerDouble) => void, RoomEnd['why'], 'forgotten' | 'kept'];
  const endings: readonly Ending[] = [
    ['expired', (server) => server.wire.say({ type: 'ended', reason: 'expired' }), 'expired', 'forgotten'],
    [
      'ended by its owner',
      (server) => server.wire.say({ type: 'ended', reason: 'owner' }),
      'owner',
      'forgotten',
    ],
    ['ended without a word', (server) => server.wire.breakWith(CLOSE.ended.code), 'server', 'forgotten'],
    ['here in another tab', (server) => server.wire.breakWith(CLOSE.replaced.code), 'replaced', 'forgotten'],
    ['kicked', (server) => server.wire.breakWith(CLOSE.kicked.code), 'kicked', 'forgotten'],
    [
      'a frame of ours does not fit',
      (server) => server.wire.breakWith(CLOSE.badFrame.code),
      'incompatible',
      'kept',
    ],
  ];
  for (const [name, end, why, identity] of endings) {
    test(`${name}: ${why}, the identity is ${identity}; nothing runs on`, async () => {
      const { server, connection, network, storage, room, news } = await enter();
      room.send('unsent');
      end(server);
      expect(connection()).toBe(why);
      expect(loadIdentity(storage, ID) === undefined).toBe(identity === 'forgotten');
      const told = news.length;
      vi.advanceTimersByTime(600_000);
      room.wake();
      expect(room.send('late')).toEqual({ ok: false, reason: 'ended' });
      expect(room.rename('late')).toEqual({ ok: false });
      room.leave();
      expect(news).toHaveLength(told);
      expect(network.wires).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    });
  }

  test('denied: a newcomer is told so; who was in hears that the room has vanished', async () => {
    const newcomer = await open();
    newcomer.server.challenge();
    newcomer.server.wire.say({ type: 'denied' });
    expect(newcomer.connection()).toBe('denied');
    const member = await enter();
    member.reconnect();
    member.server.challenge();
    member.server.wire.say({ type: 'denied' });
    expect(member.connection()).toBe('vanished');
    expect(loadIdentity(member.storage, ID)).toBeUndefined();
  });

  test('denied, when the life we knew of is over: expired, not vanished; a message on the way moves that', async () => {
    const late = await enter();
    vi.setSystemTime(Date.now() + LIFE_MS);
    late.server.wire.breakWith(1006);
    late.room.wake();
    late.server.challenge();
    late.server.wire.say({ type: 'denied' });
    expect(late.connection()).toBe('expired');

    const { server, connection, room } = await enter();
    vi.setSystemTime(Date.now() + LIFE_MS - 2000);
    server.append(new Author('Ann').write('a').envelope);
    vi.setSystemTime(Date.now() + LIFE_MS - 2000);
    server.wire.breakWith(1006);
    room.wake();
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('vanished');
  });

  test('denied after a refresh: not found, and the identity is forgotten', async () => {
    const before = await enter();
    before.room.close();
    const after = await open({ storage: before.storage });
    after.server.challenge();
    after.server.wire.breakWith(CLOSE.denied.code);
    expect(after.connection()).toBe('denied');
    expect(loadIdentity(before.storage, ID)).toBeUndefined();
  });

  test('full: the identity stays, and with it the owner code', async () => {
    const identity = { ...newIdentity(seededRandom('owner'), 'Owner'), ownerCode: '7'.repeat(32) };
    const { server, storage, connection } = await open({ identity });
    server.challenge();
    server.wire.say({ type: 'full' });
    expect(connection()).toBe('full');
    expect(loadIdentity(storage, ID)?.ownerCode).toBe('7'.repeat(32));
  });

  test('leave: says goodbye, forgets who we were, overwrites the keys', async () => {
    const identity = newIdentity(seededRandom('me'), 'Me');
    const { room, server, storage, connection, network } = await enter({ identity });
    room.leave();
    expect(server.wire.said.at(-1)).toEqual({ type: 'leave' });
    expect(network.open).toHaveLength(0);
    expect(connection()).toBe('left');
    expect(storage.entries.size).toBe(0);
    expect([...identity.seed, ...identity.xSecret].every((byte) => byte === 0)).toBe(true);
  });

  test('close: no goodbye, and no news', async () => {
    const { room, server, news, storage } = await enter();
    const told = news.length;
    room.close();
    expect(server.wire.said.some(({ type }) => type === 'leave')).toBe(false);
    expect(news).toHaveLength(told);
    expect(storage.entries.size).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('closed before it began: nothing is ever opened', async () => {
    const network = new NetworkDouble();
    const room = openRoom({ link: LINK, storage: new StorageDouble(), transport: network.transport });
    room.close();
    await Promise.resolve();
    expect(network.wires).toHaveLength(0);
  });
});

describe('listeners', () => {
  test('one that throws breaks neither the room nor the others', async () => {
    const { room, server, texts } = await enter();
    const again: string[] = [];
    const angry = room.subscribe(() => {
      throw new Error('angry');
    });
    room.subscribe(({ type }) => void again.push(type));
    server.append(new Author('Ann').write('a').envelope);
    expect(texts()).toEqual(['a']);
    expect(again).toContain('messages');
    angry[Symbol.dispose]();
  });

  test('one that leaves in the middle of the news is obeyed at once', async () => {
    for (const type of ['connection', 'facts', 'life', 'messages', 'outbox'] as const) {
      const { room, server, news, network } = await open();
      server.append(new Author('Ann').write('a').envelope);
      room.subscribe((one) => {
        if (one.type === type && (one.type !== 'connection' || one.connection.state === 'live')) room.leave();
      });
      server.letIn();
      expect(news.at(-1)).toEqual({
        type: 'connection',
        connection: { state: 'ended', end: { why: 'left' } },
      });
      expect(network.open).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test('one that was disposed of hears nothing', async () => {
    const { room, server } = await open();
    const heard: string[] = [];
    const subscription = room.subscribe(({ type }) => void heard.push(type));
    subscription[Symbol.dispose]();
    server.letIn();
    expect(heard).toEqual([]);
  });
});

test('frames before the welcome mean nothing', async () => {
  const { server, news, connection } = await open();
  const told = news.length;
  server.append(new Author('Ann').write('a').envelope);
  server.wire.say({ type: 'life', expiresInMs: 1 });
  server.wire.say({ type: 'refused', n: 1, code: 'rate', retryAfterMs: 0 });
  server.wire.say({ type: 'presence', version: 1, snapshot: true, joined: [], away: [], left: [], count: 0 });
  expect(news).toHaveLength(told);
  expect(connection()).toBe('connecting');
});
