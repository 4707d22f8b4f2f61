// Two members on two nodes write at the very moment when their room's time is up: both messages count, or neither is
// anywhere, and nothing of the room is left.

import { type Transport, systemClock } from '@mayfly/client';
import {
  type RoomId,
  decodeServerControl,
  encodeCommandWithBlob,
  encodeCreateRoom,
  field,
  parseJsonObject,
} from '@mayfly/protocol';
import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { RedisProcess } from '../../../packages/server/src/testing/redis-server.ts';
import { Signer, makeCharter, roomId } from '../../../packages/server/src/testing/signer.ts';
import { eventually, pause, wayTo } from '../faults/crowd.ts';
import { judge } from '../simulation/invariants.ts';
import { LightMember } from '../simulation/light-member.ts';
import type { Cluster, ClusterNode } from './cluster.ts';

export type LastMomentReport = {
  readonly races: number;
  /** Messages that came in time, and too late. */
  readonly taken: number;
  readonly late: number;
  readonly complaints: readonly string[];
};

/** The shortest that there is (rule API-6). */
const LIFE_SECONDS = 3;
/** How long before the announced end they write. The announcement took a while, so some are late. */
const EARLY_MS = 40;
const ABREAST = 16;
/** Whoever is turned back by a server that is behind is not waited for longer. */
const READY_WITHIN_MS = 2_000;
const OVER_WITHIN_MS = 180_000;
const CONTENT_KEYS = '[smlpohgwkiaqxt]{*';

const OWNER = new Signer('owner');

export async function lastMoments(
  redis: RedisProcess,
  cluster: Cluster,
  random: SeededRandom,
  races: number,
): Promise<LastMomentReport> {
  const duels: Duel[] = [];
  let begun = 0;
  const prepareMany = async () => {
    while (begun < races) {
      begun += 1;
      duels.push(await Duel.prepare(cluster, random));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, prepareMany));
  await eventually(() => duels.every(({ isOver }) => isOver), OVER_WITHIN_MS);
  const complaints = duels.flatMap((duel) => duel.faults());
  for (const duel of duels) duel[Symbol.dispose]();
  complaints.push(...(await contentOf(redis, new Set(duels.map(({ room }) => room)))));
  return {
    races,
    taken: sum(duels.map((duel) => duel.taken)),
    late: sum(duels.map((duel) => duel.late)),
    complaints,
  };
}

/** What is left of these rooms, but for the word that they ended. */
async function contentOf(redis: RedisProcess, rooms: ReadonlySet<string>): Promise<readonly string[]> {
  const keys = await redis.ask('KEYS', CONTENT_KEYS);
  if (!Array.isArray(keys)) throw new Error('not a list of keys');
  const left = keys.map(String).filter((key) => rooms.has(key.slice(key.indexOf(':') + 1)));
  return left.map((key) => `${key} is left after the end`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

class Duel implements Disposable {
  readonly room: RoomId;
  readonly #members: readonly LightMember[];

  private constructor(room: RoomId, members: readonly LightMember[]) {
    this.room = room;
    this.#members = members;
  }

  /** With both in, before the end comes. */
  static async prepare(cluster: Cluster, random: SeededRandom): Promise<Duel> {
    for (;;) {
      const duel = await Duel.#gather(cluster, random);
      if (await eventually(() => duel.#isReady, READY_WITHIN_MS)) return duel;
      duel[Symbol.dispose]();
    }
  }

  static async #gather(cluster: Cluster, random: SeededRandom): Promise<Duel> {
    const here = cluster.pick();
    const others = cluster.nodes.filter((node) => node !== here);
    const there = others[random.below(others.length)] ?? here;
    const room = await openRoom(here);
    return new Duel(room, [duelist('A', room, here, random), duelist('B', room, there, random)]);
  }

  get #isReady(): boolean {
    return this.#members.every(({ live }) => live);
  }

  get isOver(): boolean {
    return this.#members.every(({ witness }) => witness.count('ended') > 0);
  }

  get taken(): number {
    return this.#members.reduce((sum, { witness }) => sum + witness.count('echoed'), 0);
  }

  get late(): number {
    return this.#members.reduce((sum, { unechoed }) => sum + unechoed, 0);
  }

  faults(): readonly string[] {
    const witnesses = this.#members.map(({ witness }) => witness);
    const faults = [...judge({ witnesses, present: new Map(), leftovers: {} })];
    if (!this.isOver) faults.push('the room did not end for somebody');
    const logs = witnesses.map(({ seen }) =>
      seen.flatMap((sight) => (sight.saw === 'event' && sight.text !== undefined ? [sight.text] : [])).join(),
    );
    if (logs[0] !== logs[1]) faults.push(`one saw ${logs[0]} before the end, the other ${logs[1]}`);
    const unheard = this.#members.some(
      ({ witness, unechoed }) => unechoed > 0 && logs[0]?.includes(`${witness.name}:`),
    );
    if (unheard) faults.push('a message is in the log, and its author was not told');
    return faults;
  }

  [Symbol.dispose](): void {
    for (const member of this.#members) member.disconnect();
  }
}

/** Writes once, at the end first announced for the room. */
function duelist(name: string, room: RoomId, { port }: ClusterNode, random: SeededRandom): LightMember {
  const signer = new Signer(name);
  const access = new Signer(`access ${room}`);
  const member = new LightMember({
    name,
    room,
    signer,
    proofs: {
      id: (transcript) => signer.sign('id', transcript),
      key: (transcript) => access.sign('join', transcript),
    },
    transport: atTheEnd(wayTo(port), random, () => member.write()),
    now: () => systemClock.now(),
  });
  member.connect();
  return member;
}

/** Each join restarts the room's life and announces that to its members. */
function atTheEnd(way: Transport, random: SeededRandom, act: () => void): Transport {
  let timer: Disposable | undefined;
  let isDone = false;
  const setFor = (expiresInMs: number) => {
    timer?.[Symbol.dispose]();
    if (isDone) return;
    timer = systemClock.after(expiresInMs - random.below(EARLY_MS), () => {
      isDone = true;
      act();
    });
  };
  return (events) =>
    way({
      ...events,
      text: (frame) => {
        const control = decodeServerControl(frame);
        if (control?.type === 'welcome' || control?.type === 'life') setFor(control.expiresInMs);
        events.text(frame);
      },
    });
}

async function openRoom(node: ClusterNode): Promise<RoomId> {
  for (;;) {
    const room = await tryToOpen(`http://127.0.0.1:${node.port}/api/rooms`);
    if (room !== undefined) return room;
  }
}

/** Undefined after waiting for as long as the server asked for; what it had begun may stand, so the next is another room. */
async function tryToOpen(rooms: string): Promise<RoomId | undefined> {
  const wish = encodeCreateRoom({ ownerPk: OWNER.pk, life: LIFE_SECONDS, history: 'all' });
  const reserved = await post(rooms, 'application/json', wish);
  if (reserved === undefined) return undefined;
  const answer = parseJsonObject(reserved);
  const room = roomId(String(answer && field(answer, 'id')));
  const { bytes, blob } = makeCharter(room, OWNER);
  const charter = Uint8Array.from(encodeCommandWithBlob(bytes, blob));
  const opened = await post(`${rooms}/${room}/charter`, 'application/octet-stream', charter);
  return opened === undefined ? undefined : room;
}

/** Undefined when the server is behind: then it makes no rooms. */
async function post(
  url: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  const text = await response.text();
  if (response.ok) return text;
  const refused = parseJsonObject(text);
  const retryAfterMs = Number(refused && field(refused, 'retryAfterMs'));
  if (!(retryAfterMs > 0)) throw new Error(`no room was made: ${response.status} ${text}`);
  await pause(retryAfterMs);
  return undefined;
}
