// Outsiders at the real socket: guessing, replaying and altering proofs. Everything they hear is `denied`.

import { createRoom, openRoom, socketUrl, webSocketTransport } from '@mayfly/client';
import { BASE58, CLOSE, SUBPROTOCOL, fromBase64url, toBase64url } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer } from './stage.ts';

type Answer = { readonly frames: readonly string[]; readonly code: number };

/** Says one thing after the challenge, and tells what came back. */
async function say(origin: string, text: (nonce: string) => string): Promise<Answer> {
  const socket = new WebSocket(socketUrl(origin), SUBPROTOCOL, { origin });
  const frames: string[] = [];
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => resolve({ frames, code }));
    socket.on('message', (message: Buffer) => {
      const frame = message.toString();
      const { type, nonce } = JSON.parse(frame);
      if (type === 'challenge') socket.send(text(nonce));
      else frames.push(frame);
    });
  });
}

/** A member's first join, as seen on the wire. */
async function overheardJoin(origin: string): Promise<string> {
  const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: 'Ann' });
  if (!created.ok) throw new Error(created.reason);
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => void stored.set(name, text),
    removeItem: (name: string) => void stored.delete(name),
  };
  const texts: string[] = [];
  class TappedSocket extends WebSocket {
    override send(frame: string | Uint8Array): void {
      if (typeof frame === 'string') texts.push(frame);
      super.send(frame);
    }
  }
  const transport = webSocketTransport(socketUrl(origin), TappedSocket);
  const room = openRoom({ link: created.link, identity: created.identity, storage, transport });
  await new Promise<void>((resolve) => {
    room.subscribe(({ type }) => {
      if (type === 'facts') resolve();
    });
  });
  room.close();
  return texts[0] ?? expect.unreachable();
}

const DENIED: Answer = { frames: ['{"type":"denied"}'], code: CLOSE.denied.code };

test('JOIN-3: an overheard proof, replayed or altered, gets in nowhere', async () => {
  await using server = await startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  const overheard = await overheardJoin(origin);
  expect(await say(origin, () => overheard)).toEqual(DENIED);

  const join = JSON.parse(overheard);
  const altered = [
    { ...join, as: 'member', keySig: undefined },
    { ...join, as: 'owner' },
    { ...join, keySig: join.idSig },
    { ...join, keySig: undefined },
    { ...join, idPk: toBase64url(new Uint8Array(32).fill(9)) },
    { ...join, linkSig: join.keySig },
    ...[0, 31, 32, 63].map((at) => ({ ...join, keySig: flipped(join.keySig, at) })),
    ...[0, 31, 32, 63].map((at) => ({ ...join, idSig: flipped(join.idSig, at) })),
  ];
  const answers = await Promise.all(altered.map((frame) => say(origin, () => JSON.stringify(frame))));
  for (const answer of answers) expect(answer).toEqual(DENIED);
});

test('JOIN-5: ten thousand guessed ids and a real id with a wrong key hear the same', async () => {
  await using server = await startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  const overheard = JSON.parse(await overheardJoin(origin));
  const guess = (id: string) => say(origin, () => JSON.stringify({ ...overheard, id }));
  const heard = new Map<string, number>();
  const note = (answer: Answer) => {
    const text = JSON.stringify(answer);
    heard.set(text, (heard.get(text) ?? 0) + 1);
  };
  note(await guess(overheard.id));
  const AT_ONCE = 500;
  for (let round = 0; round < 20; round++) {
    const ids = Array.from({ length: AT_ONCE }, (_, i) => idFrom(round * AT_ONCE + i));
    for (const answer of await Promise.all(ids.map(guess))) note(answer);
  }
  expect([...heard]).toEqual([[JSON.stringify(DENIED), 10_001]]);

  const pages = await Promise.all(
    [overheard.id, 'zzzzzz'].map(async (id) => (await fetch(`${origin}/chat/${id}`)).text()),
  );
  expect(pages[0]).toBe(pages[1]);
});

function flipped(base64url: string, at: number): string {
  const bytes = fromBase64url(base64url) ?? expect.unreachable();
  return toBase64url(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
}

/** Six characters that differ for each number, spread over the whole space of ids. */
function idFrom(number: number): string {
  let rest = (number * 2_654_435_761) % BASE58.length ** 6;
  let id = '';
  for (let i = 0; i < 6; i++) {
    id += BASE58.charAt(rest % BASE58.length);
    rest = Math.floor(rest / BASE58.length);
  }
  return id;
}
