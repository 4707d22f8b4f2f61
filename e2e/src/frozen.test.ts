// A tab frozen by the browser after a long time in the background: nothing runs in it, but the browser itself still
// answers pings. The test controls the server's clock and lets an hour pass.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { type Room, createRoom, makeLink, openRoom, socketUrl, webSocketTransport } from '@mayfly/client';
import { createEvents, loadConfig, startServer } from '@mayfly/server';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PING_EVERY_MS } from '../../packages/server/src/socket/gateway.ts';
import { BarePage } from './bare-browser.ts';
import { HastyClock } from './hasty-clock.ts';

const HOUR_MS = 3_600_000;
const SETTINGS = {
  PORT: '0',
  RATE_LIMITS: 'off',
  ROOM_HISTORY_MESSAGES: '10000',
  ROOM_HISTORY_BYTES: String(256 * 2 ** 20),
};

test('an hour frozen while others write a little: the browser answers the pings, and afterwards every message is there', async () => {
  await using scene = await open();
  await scene.freeze();
  const missed = Array.from({ length: 36 }, (_, i) => `missed ${i}`);
  for (const text of missed) {
    await scene.write(text);
    await scene.pass(HOUR_MS / missed.length);
  }
  expect(await scene.bob.messages()).toEqual(['before']);
  expect(scene.closed).toBe(0);
  await scene.thaw();
  await scene.bob.sees('missed 35');
  expect(await scene.bob.messages()).toEqual(['before', ...missed]);
  await scene.bob.send('back');
  await scene.heard('back');
});

// The system’s own buffers take 16 MB or more, by its settings (tcp_rmem), before the server has to let go.
test('an hour frozen while others write more than any buffer holds: disconnected, and afterwards every message is there once', async () => {
  await using scene = await open();
  await scene.freeze();
  const missed: string[] = [];
  while (scene.closed === 0) {
    const next = Array.from({ length: 16 }, (_, i) => `missed ${missed.length + i} ${'.'.repeat(15_000)}`);
    missed.push(...next);
    await scene.write(...next);
    expect(missed.length, 'somewhere this piles up').toBeLessThan(8_000);
  }
  await scene.pass(HOUR_MS);
  for (let i = 0; i < 10; i++) {
    missed.push(`afterwards ${i}`);
    await scene.write(missed.at(-1) ?? '');
  }
  expect(await scene.bob.messages()).toEqual(['before']);
  await scene.thaw();
  await scene.bob.sees('afterwards 9');
  await scene.bob.drawsAll();
  expect(await scene.bob.messages()).toEqual(['before', ...missed]);
  expect(await scene.bob.text()).not.toContain('You were away for so long');
  await scene.bob.send('back');
  await scene.heard('back');
});

/** Bob in a browser and a writer on a plain socket, in one room. */
async function open() {
  const loaded = loadConfig(SETTINGS);
  if (!loaded.ok) throw new Error(loaded.complaints.join(' '));
  const clock = new HastyClock();
  const { events, counts } = createEvents('error', (line) => process.stderr.write(`${line}\n`));
  const server = await startServer(loaded.config, { clock, events, random: (length) => randomBytes(length) });
  const line = await ListenedLine.to(server.port);
  const origin = `http://127.0.0.1:${server.port}`;
  const created = await createRoom({ origin, lifeSeconds: 7_200, history: 'all', name: 'Ann' });
  if (!created.ok) throw new Error(created.reason);
  const { id, secret } = created.link;
  const writer = new Writer(
    openRoom({
      link: created.link,
      identity: created.identity,
      name: 'Ann',
      storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
      transport: webSocketTransport(socketUrl(origin), WebSocket),
    }),
  );
  const page = await BarePage.open();
  const bob = personAt(page);
  await bob.join(makeLink(`http://127.0.0.1:${line.port}`, id, secret));
  await writer.write(['before']);
  await bob.sees('before');
  const closedBefore = counts()['connection.closed'] ?? 0;
  const closed = () => (counts()['connection.closed'] ?? 0) - closedBefore;

  return {
    bob,
    write: (...texts: readonly string[]) => writer.write(texts),
    heard: (text: string) => writer.hears(text),
    freeze: () => page.freeze(),
    thaw: () => page.thaw(),
    /** Connections that the server has lost or let go since. */
    get closed(): number {
      return closed();
    },
    /** Lets time pass at the server. While connected, each ping is answered before the next one. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += PING_EVERY_MS) {
        const answered = line.nextPong();
        clock.forward(PING_EVERY_MS);
        if (closed() === 0) await answered;
        // What has just been passed on is read by the server in the next turn, and handled by the one after it.
        for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => void setImmediate(resolve));
      }
    },
    [Symbol.asyncDispose]: async () => {
      writer.close();
      await page[Symbol.asyncDispose]();
      line.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Whether these bytes end with a masked pong without content (RFC 6455 §5.5.3). */
function endsWithPong(bytes: Uint8Array): boolean {
  return bytes.at(-6) === 0x8a && bytes.at(-5) === 0x80;
}

const all = (selector: string) => `[...document.querySelectorAll(${JSON.stringify(selector)})]`;

/** Bob's actions, and what his page shows. */
function personAt(page: BarePage) {
  const messages = `${all('[role=log] .bubble p')}.map((p) => p.textContent)`;
  const press = async (name: string) => {
    const named = `${all('button')}.find((b) => (b.ariaLabel ?? b.textContent).includes(${JSON.stringify(name)}))`;
    await page.until(`${named} !== undefined && !${named}.disabled`);
    await page.say(`${named}.click()`);
  };
  return {
    join: async (link: string) => {
      await page.goTo(link);
      await press('Join Chat Room');
      await page.until(`${all('textarea')}.length === 1`);
    },
    sees: (text: string) => page.until(`${messages}.includes(${JSON.stringify(text)})`),
    /** As for a print: otherwise only what is in sight is on the page, and what is around it. */
    drawsAll: async () => {
      // The gap shows that there is more than is drawn.
      await page.until(`${all('.log__gap')}.length > 0`);
      await page.say("void dispatchEvent(new Event('beforeprint'))");
    },
    messages: () => page.say(messages),
    text: () => page.say('document.body.innerText'),
    send: async (text: string) => {
      await page.say(`(() => {
        const [box] = ${all('textarea')};
        box.value = ${JSON.stringify(text)};
        box.dispatchEvent(new Event('input', { bubbles: true }));
      })()`);
      await press('Send');
    },
  };
}

class Writer {
  readonly #room: Room;
  readonly #heard = new Set<string>();
  #look: () => void = () => {};

  constructor(room: Room) {
    this.#room = room;
    room.subscribe((news) => {
      if (news.type !== 'messages') return;
      for (const { text } of news.messages) this.#heard.add(text ?? '');
      this.#look();
    });
  }

  /** All echoes are here. */
  async write(texts: readonly string[]): Promise<void> {
    for (const text of texts) expect(this.#room.send(text).ok).toBe(true);
    await this.hears(texts.at(-1) ?? '');
  }

  async hears(text: string): Promise<void> {
    while (!this.#heard.has(text)) await new Promise<void>((resolve) => void (this.#look = resolve));
  }

  close(): void {
    this.#room.close();
  }
}

/** A proxy that passes everything on and reports the browser's answers to pings. */
class ListenedLine {
  readonly port: number;
  readonly #ends: Set<Socket>;
  readonly #stop: () => void;
  readonly #tell: { pong: () => void };

  private constructor(port: number, ends: Set<Socket>, tell: { pong: () => void }, stop: () => void) {
    this.port = port;
    this.#ends = ends;
    this.#tell = tell;
    this.#stop = stop;
  }

  static async to(port: number): Promise<ListenedLine> {
    const ends = new Set<Socket>();
    const tell = { pong: () => {} };
    const listener = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        ends.add(end);
        end.pipe(other);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          ends.delete(end);
          other.destroy();
          tell.pong();
        });
      }
      near.on('data', (bytes) => {
        if (endsWithPong(bytes)) tell.pong();
      });
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return new ListenedLine((listener.address() as AddressInfo).port, ends, tell, () => listener.close());
  }

  /** Also when no process runs, or it has already ended. */
  nextPong(): Promise<void> {
    if (this.#ends.size === 0) return Promise.resolve();
    return new Promise((resolve) => void (this.#tell.pong = resolve));
  }

  close(): void {
    this.#stop();
    for (const end of this.#ends) end.destroy();
  }
}
