// A member reposts another member's old message to people who never saw it.

import {
  type Clock,
  createRoom,
  makeLink,
  openRoom,
  socketUrl,
  systemClock,
  webSocketTransport,
} from '@mayfly/client';
import { decodeClientSealed, encodeClientSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStage } from './stage.ts';

const AGO_MS = 20 * 60_000;
const longAgo: Clock = { ...systemClock, now: () => Date.now() - AGO_MS };

/** Somebody without a page; `sent` are the sealed messages, `post` puts bytes on the wire under the next number. */
class Member implements Disposable {
  readonly sent: Uint8Array[] = [];
  readonly inside: Promise<void>;
  readonly #room: ReturnType<typeof openRoom>;
  #socket: WebSocket | undefined;

  constructor(
    origin: string,
    options: Pick<Parameters<typeof openRoom>[0], 'link' | 'identity' | 'clock' | 'name'>,
  ) {
    const connect = (socket: WebSocket) => {
      this.#socket = socket;
    };
    const note = (frame: Uint8Array) => {
      const decoded = decodeClientSealed(frame);
      if (decoded?.type === 'send') this.sent.push(decoded.envelope);
    };
    class TappedSocket extends WebSocket {
      override send(frame: string | Uint8Array): void {
        connect(this);
        if (typeof frame !== 'string') note(frame);
        super.send(frame);
      }
    }
    const storage = new Map<string, string>();
    this.#room = openRoom({
      ...options,
      storage: {
        getItem: (name) => storage.get(name) ?? null,
        setItem: (name, text) => void storage.set(name, text),
        removeItem: (name) => void storage.delete(name),
      },
      transport: webSocketTransport(socketUrl(origin), TappedSocket),
    });
    this.inside = new Promise((resolve) => {
      this.#room.subscribe(({ type }) => {
        if (type === 'facts') resolve();
      });
    });
  }

  /** Until it is echoed. */
  async write(text: string): Promise<void> {
    const echoed = new Promise<void>((resolve) => {
      this.#room.subscribe((news) => {
        if (news.type === 'messages' && news.messages.some((message) => message.text === text)) resolve();
      });
    });
    this.#room.send(text);
    await echoed;
  }

  post(envelope: Uint8Array): void {
    this.#socket?.send(encodeClientSealed({ type: 'send', n: 1, envelope }));
  }

  [Symbol.dispose](): void {
    this.#room.close();
  }
}

test('RECV-4: a newcomer sees when it was written, and its turn shows no other time', async () => {
  await using stage = await openStage();
  const { origin } = stage;
  const created = await createRoom({ origin, lifeSeconds: 3600, history: 'none', name: 'Ann' });
  if (!created.ok) throw new Error(created.reason);
  const { link, identity } = created;
  using ann = new Member(origin, { link, identity, clock: longAgo });
  using mallory = new Member(origin, { link, name: 'Mallory' });
  await Promise.all([ann.inside, mallory.inside]);
  await ann.write('Yes, send the money');

  const newcomer = await stage.person();
  await newcomer.join(makeLink(origin, link.id, link.secret), 'Ben');
  const [yes] = ann.sent;
  mallory.post(yes ?? expect.unreachable());
  const bubble = newcomer.page.locator('.message', { hasText: 'Yes, send the money' });
  await bubble.getByText(/^Written at \d\d:\d\d.*, delivered later$/).waitFor();
  expect(await newcomer.page.locator('.turn time').count()).toBe(0);
});
