// A room with its owner and members, each a whole SDK in a tab of its own, on one node in fake time.

import {
  type Identity,
  type LinkOptions,
  type Room,
  type RoomLink,
  type RoomUpdate,
  type TabStorage,
  createRoom,
  openRoom,
} from '@mayfly/client';
// Loaded before time is ours: a page loads it when a link changes.
import '../../../packages/client/src/link-follower.ts';
import { newIdentity } from '../../../packages/client/src/people/identity.ts';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { FakeTime } from './fake-time.ts';
import { type Break, SimulatedNetwork, type SimulatedWire } from './network.ts';
import { SimulatedNode } from './node.ts';

const DELAY_MS = { min: 2, spread: 6 };
/** Enough for a reconnect, a welcome, and the profiles after a change of the link. */
const CALM_MS = 20_000;

type Choices = {
  readonly seed?: number;
  readonly second?: (secret: string) => Promise<Uint8Array>;
  readonly listedMax?: number;
};

export class OwnedRoom {
  readonly time = new FakeTime();
  readonly random: SeededRandom;
  readonly node: SimulatedNode;
  readonly network: SimulatedNetwork;
  readonly tabs: Tab[] = [];
  #link: RoomLink | undefined;
  #owner: Tab | undefined;

  private constructor({ seed = 1, listedMax }: Choices) {
    this.random = new SeededRandom(seed);
    const listed = listedMax === undefined ? {} : { listedMax };
    this.node = new SimulatedNode({ time: this.time, seed, historyMessages: 500, ...listed });
    this.network = new SimulatedNetwork(this.time, this.random, this.node.accept);
  }

  static async create(choices: Choices = {}): Promise<OwnedRoom> {
    const room = new OwnedRoom(choices);
    const created = await createRoom({
      origin: 'http://simulated',
      lifeSeconds: 3_600,
      history: 'all',
      name: 'Ann',
      fetch: room.node.fetch,
      random: room.random.bytes,
      ...(choices.second && { second: choices.second }),
    });
    if (!created.ok) throw new Error(created.reason);
    room.#link = created.link;
    room.#owner = room.enter('Ann', created.link, created.identity);
    await room.calm();
    return room;
  }

  /** As it was made. */
  get link(): RoomLink {
    if (this.#link === undefined) throw new Error('no room');
    return this.#link;
  }

  get owner(): Tab {
    if (this.#owner === undefined) throw new Error('no room');
    return this.#owner;
  }

  enter(name: string, link = this.link, identity?: Identity): Tab {
    const tab = new Tab(this, name, link, identity);
    this.tabs.push(tab);
    return tab;
  }

  /** Another tab with the owner's code. */
  enterAsOwner(name: string): Tab {
    const { ownerCode } = this.owner;
    return this.enter(name, this.link, {
      ...newIdentity(this.random.bytes, name),
      ...(ownerCode && { ownerCode }),
    });
  }

  calm(ms = CALM_MS): Promise<void> {
    return this.time.pass(ms);
  }

  /** Until it is done. */
  async change(tab = this.owner, options?: LinkOptions) {
    const changed = await this.done(tab.change(options));
    await this.calm();
    return changed;
  }

  /** Lets time pass until then. */
  async done<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const mark = () => done.abort();
    work.then(mark, mark);
    while (!done.signal.aborted) await this.time.pass(1_000);
    return work;
  }
}

export class Tab {
  readonly #room: OwnedRoom;
  readonly #name: string;
  readonly #kept = new Map<string, string>();
  #updates: RoomUpdate[] = [];
  #link: RoomLink;
  #wire: SimulatedWire | undefined;
  #open: Room;

  constructor(room: OwnedRoom, name: string, link: RoomLink, identity?: Identity) {
    this.#room = room;
    this.#name = name;
    this.#link = link;
    this.#open = this.open(link, identity);
  }

  /** As a reload does, or a tab that wakes up. */
  open(link = this.link, identity?: Identity): Room {
    const { time, random, network } = this.#room;
    this.#updates = [];
    const transport = network.transport(
      () => ({ delayMs: DELAY_MS }),
      (wire) => (this.#wire = wire),
    );
    this.#open = openRoom({
      link: copyOf(link),
      name: this.#name,
      storage: storageIn(this.#kept),
      transport,
      clock: time,
      random: new SeededRandom(random.below(2 ** 31)).bytes,
      ...(identity && { identity }),
    });
    this.#open.subscribe((update) => {
      this.#updates.push(update);
      if (update.type === 'link') this.#link = update.link;
    });
    return this.#open;
  }

  get room(): Room {
    return this.#open;
  }

  /** As the tab keeps it. */
  get link(): RoomLink {
    return this.#link;
  }

  get ownerCode(): string | undefined {
    const kept = [...this.#kept.values()].map((text): unknown =>
      JSON.parse(text.startsWith('{') ? text : '{}'),
    );
    const found = kept.find((one) => typeof one === 'object' && one !== null && 'owner' in one);
    return typeof found === 'object' && found !== null && 'owner' in found ? String(found.owner) : undefined;
  }

  change(options?: LinkOptions): ReturnType<Room['changeLink']> {
    return this.#open.changeLink(options);
  }

  write(...texts: readonly string[]): void {
    for (const text of texts) this.#open.send(text);
  }

  /** Goes without a goodbye, and may come back. */
  sleep(): void {
    this.#open.close();
  }

  cut(how: Break): void {
    this.#wire?.break(how);
  }

  #all<T extends RoomUpdate['type']>(type: T) {
    return this.#updates.filter((one): one is Extract<RoomUpdate, { type: T }> => one.type === type);
  }

  /** In the order of the log. */
  get texts(): readonly string[] {
    const found = new Map(
      this.#all('messages').flatMap(({ messages }) => messages.map((one) => [one.key, one])),
    );
    return [...found.values()].toSorted((a, b) => a.seq - b.seq).map(({ text }) => text ?? '');
  }

  get unsent(): number {
    return this.#all('outbox').at(-1)?.outgoing.length ?? 0;
  }

  get unverified(): number {
    return this.#all('unverified').at(-1)?.count ?? 0;
  }

  /** How many lines say that the link was changed. */
  get lines(): number {
    return this.#all('relinked').length;
  }

  /** The lines about a change of the link and a removal, in the order of the log. */
  get orders(): readonly string[] {
    const found = [...this.#all('relinked'), ...this.#all('removed')];
    return found.toSorted((a, b) => a.seq - b.seq).map(({ type }) => type);
  }

  /** Live, or why not. */
  get state(): string {
    const { connection } = this.#all('connection').at(-1) ?? {};
    return connection?.state === 'ended' ? connection.end.why : (connection?.state ?? 'none');
  }

  get idPk(): string {
    return (
      this.#all('members')
        .at(-1)
        ?.members.find(({ you }) => you)?.idPk ?? ''
    );
  }
}

function copyOf({ second, ...link }: RoomLink): RoomLink {
  return { ...link, ...(second && { second: Uint8Array.from(second) }) };
}

function storageIn(entries: Map<string, string>): TabStorage {
  return {
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, text) => void entries.set(name, text),
    removeItem: (name) => void entries.delete(name),
  };
}
