// A member with the whole SDK, as a page has it: cipher, signatures, outbox, reconnecting. Notes what a page would show.

import {
  type Clock,
  type Identity,
  type RandomBytes,
  type Room,
  type RoomLink,
  type RoomUpdate,
  type TabStorage,
  type Transport,
  openRoom,
} from '@mayfly/client';
import { tap } from './wire-tap.ts';
import { Witness } from './witness.ts';

export type SdkSetup = {
  /** Without a colon. */
  readonly name: string;
  readonly link: RoomLink;
  readonly identity?: Identity;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
};

export class SdkMember {
  readonly witness: Witness;
  readonly #setup: SdkSetup;
  readonly #storage = new Map<string, string>();
  readonly #transport: Transport;
  readonly #unechoed = new Set<string>();
  #failed: readonly string[] = [];
  #idPk: string | undefined;
  #written = 0;
  #room: Room;
  isLive = false;

  constructor(setup: SdkSetup) {
    this.#setup = setup;
    this.witness = new Witness(setup.name, () => setup.clock.now());
    this.#transport = tap(setup.transport, this.witness, () => this.idPk);
    this.#room = this.#open(setup.identity);
  }

  /** As its own list of members says. */
  get idPk(): string {
    return this.#idPk ?? '';
  }

  /** Written in this tab, and not heard back. */
  get unechoed(): number {
    return this.#unechoed.size;
  }

  /** Of these, how many wait for `retry`. */
  get failed(): number {
    return this.#failed.length;
  }

  /** `padding`: characters behind the text, to make it long. */
  write(padding = 0): void {
    this.#written += 1;
    const text = `${this.#setup.name}:${this.#written}${padding === 0 ? '' : `:${'.'.repeat(padding)}`}`;
    // The outbox reports the echo, possibly inside `send`.
    this.witness.note({ saw: 'wrote', text });
    const sent = this.#room.send(text);
    if (sent.ok) this.#unechoed.add(text);
  }

  /** Retries each failed message. */
  retry(): void {
    for (const key of this.#failed) this.#room.retry(key);
  }

  /** As a browser's reload: the page is gone, its tab's storage is not, and with it what waits (SEND-7). */
  reload(): void {
    this.#room.close();
    this.#room = this.#open();
  }

  wake(): void {
    this.#room.wake();
  }

  /** Goes without a goodbye. */
  close(): void {
    this.#room.close();
  }

  leave(): void {
    this.#room.leave();
  }

  #open(identity?: Identity): Room {
    const { name, link, clock, random } = this.#setup;
    this.witness.note({ saw: 'page' });
    const room = openRoom({
      link,
      name,
      storage: storageIn(this.#storage),
      transport: this.#transport,
      clock,
      random,
      ...(identity && { identity: copyOf(identity) }),
    });
    room.subscribe((news) => this.#hear(news));
    return room;
  }

  #hear(news: RoomUpdate): void {
    switch (news.type) {
      case 'connection':
        this.isLive = news.connection.state === 'live';
        return;
      case 'messages':
        for (const { key, seq, text = '' } of news.messages)
          this.witness.note({ saw: 'message', key, seq, text });
        return;
      case 'members':
        this.#idPk = news.members.find(({ you }) => you)?.idPk ?? this.#idPk;
        return this.witness.note({
          saw: 'members',
          here: news.members.map(({ idPk }) => idPk),
          whole: news.whole,
          count: news.count,
        });
      case 'outbox':
        this.#failed = news.outgoing.flatMap(({ key, state }) => (state === 'failed' ? [key] : []));
        return this.#noteEchoes(new Set(news.outgoing.map(({ text }) => text)));
      case 'reset':
        return this.witness.note({ saw: 'reset' });
      case 'trouble':
        return this.witness.note({ saw: 'trouble', what: JSON.stringify(news.trouble) });
      case 'facts':
      case 'joined':
      case 'left':
      case 'renamed':
      case 'removed':
      case 'ordered':
      case 'link':
      case 'relinked':
      case 'life':
      case 'trimmed':
      case 'unsent':
      case 'gone':
      case 'typing':
      case 'notices':
      case 'pending':
      case 'unverified':
        return;
    }
  }

  #noteEchoes(waiting: ReadonlySet<string>): void {
    for (const text of this.#unechoed) {
      if (waiting.has(text)) continue;
      this.#unechoed.delete(text);
      this.witness.note({ saw: 'echoed', text });
    }
  }
}

/** A room overwrites the keys it was given. */
export function copyOf(identity: Identity): Identity {
  const { seed, pk, xSecret, xPk } = identity;
  return {
    ...identity,
    seed: Uint8Array.from(seed),
    pk: Uint8Array.from(pk),
    xSecret: Uint8Array.from(xSecret),
    xPk: Uint8Array.from(xPk),
  };
}

function storageIn(entries: Map<string, string>): TabStorage {
  return {
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, text) => void entries.set(name, text),
    removeItem: (name) => void entries.delete(name),
  };
}
