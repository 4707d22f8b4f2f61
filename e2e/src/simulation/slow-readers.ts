// One room with more traffic than some members can read: their queues are bounded, and no one else is delayed.

import { CLOSE } from '@mayfly/protocol';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { Signer, makeCharter, roomId } from '../../../packages/server/src/testing/signer.ts';
import { leftoversOf } from './cast.ts';
import { FakeTime } from './fake-time.ts';
import { judge } from './invariants.ts';
import { LightMember } from './light-member.ts';
import { SimulatedNetwork, type Weather } from './network.ts';
import { SimulatedNode } from './node.ts';

export type SlowOutcome = {
  readonly faults: readonly string[];
  /** How many connections were closed for lagging too far behind. */
  readonly tooSlow: number;
  readonly mostUnsent: number;
  /** The longest that the quick reader waited for a message, in milliseconds. */
  readonly quickWaited: number;
};

const ROOM = roomId('S1owRead');
const LIFE_MS = 600_000;
/** Everything that is on its way at the slowest pace arrives in it. */
const QUIET_MS = 180_000;
/** Twice what a backlog keeps. */
const MESSAGES = 130;
const LARGEST = 6;
const SLOWEST = [500, 2_000, 20_000, 100_000] as const;

type Reader = { readonly member: LightMember; weather: Weather };

export async function slowReaders(seed: number): Promise<SlowOutcome> {
  const random = new SeededRandom(seed);
  const time = new FakeTime();
  const node = new SimulatedNode({ time, seed, historyMessages: 500 });
  await node.open(ROOM, makeCharter(ROOM, new Signer('owner')), LIFE_MS, 'all');
  const network = new SimulatedNetwork(time, random, node.accept);
  const delayMs = { min: 5, spread: 20 };
  const enter = (name: string, weather: Weather): Reader => {
    const reader: Reader = { member: memberOn(network, time, name, () => reader.weather), weather };
    reader.member.connect();
    return reader;
  };
  const writer = enter('A', { delayMs });
  const quick = enter('B', { delayMs });
  const slow = SLOWEST.map((bytesPerSecond, i) =>
    enter(String.fromCharCode('C'.charCodeAt(0) + i), { delayMs, bytesPerSecond }),
  );
  const all = [writer, quick, ...slow];
  await time.pass(1_000);

  for (let i = 0; i < MESSAGES; i++) {
    writer.member.write(LARGEST);
    await time.pass(random.below(150));
    if (i % 20 === 0) comeBack(slow);
  }
  for (const reader of all) reader.weather = { delayMs };
  for (let tries = 0; tries < 3; tries++) {
    comeBack(all);
    await time.pass(QUIET_MS);
  }
  const present = new Map(all.map(({ member }) => [member.witness.name, member.idPk]));
  await time.pass(LIFE_MS + QUIET_MS);

  const witnesses = all.map(({ member }) => member.witness);
  const leftovers = await leftoversOf({ node, time, network });
  return {
    faults: judge({ witnesses, present, leftovers }),
    tooSlow: slow.reduce((sum, { member }) => sum + timesTooSlow(member), 0),
    mostUnsent: network.mostUnsent,
    quickWaited: longestWait(writer.member, quick.member),
  };
}

function memberOn(
  network: SimulatedNetwork,
  time: FakeTime,
  name: string,
  weather: () => Weather,
): LightMember {
  const signer = new Signer(name);
  const access = new Signer(`access ${ROOM}`);
  return new LightMember({
    name,
    room: ROOM,
    signer,
    proofs: {
      id: (transcript) => signer.sign('id', transcript),
      key: (transcript) => access.sign('join', transcript),
    },
    transport: network.transport(weather),
    now: () => time.now(),
  });
}

function comeBack(readers: readonly Reader[]): void {
  for (const { member } of readers) if (!member.connected) member.connect();
}

function timesTooSlow({ witness }: LightMember): number {
  return witness.seen.filter((sight) => sight.saw === 'closed' && sight.code === CLOSE.tooSlow.code).length;
}

function longestWait(writer: LightMember, reader: LightMember): number {
  const writtenAt = new Map(
    writer.witness.seen.flatMap((sight) => (sight.saw === 'wrote' ? [[sight.text, sight.at]] : [])),
  );
  const waits = reader.witness.seen.flatMap((sight) =>
    sight.saw === 'event' && sight.text !== undefined
      ? [sight.at - (writtenAt.get(sight.text) ?? Number.NaN)]
      : [],
  );
  return Math.max(...waits);
}
