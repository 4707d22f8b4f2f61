// Many short schedules of joins, sends, breaks and resumes, below the SDK: one room and its people, made once, used by all.

import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import {
  type Actor,
  CHARTER,
  LIFE_MS,
  QUIET_MS,
  ROOM,
  actorAs,
  castOf,
  leftoversOf,
  repeatedChallenges,
  settle,
} from './cast.ts';
import { FakeTime } from './fake-time.ts';
import { judge } from './invariants.ts';
import { BREAKS, SimulatedNetwork } from './network.ts';
import { SimulatedNode } from './node.ts';
import type { Witness } from './witness.ts';

const CAST = castOf('ABC');
const ACTS = { min: 8, spread: 10 };

export type ScheduleOutcome = {
  readonly faults: readonly string[];
  readonly witnesses: readonly Witness[];
  readonly broken: number;
  readonly resumes: number;
  readonly echoed: number;
};

export async function runSchedule(seed: number): Promise<ScheduleOutcome> {
  const random = new SeededRandom(seed);
  const time = new FakeTime();
  const node = new SimulatedNode({ time, seed, historyMessages: 200, random: repeatedChallenges(random) });
  await node.open(ROOM, CHARTER, LIFE_MS, 'all');
  const network = new SimulatedNetwork(time, random, node.accept);
  const actors = CAST.map((who) => actorAs(who, network, time, random));

  for (let acts = ACTS.min + random.below(ACTS.spread); acts > 0; acts--) {
    act(actors[random.below(actors.length)], random);
    await time.pass(random.below(25));
  }
  await settle(actors, time);
  const present = new Map(actors.map(({ member }) => [member.witness.name, member.idPk]));
  await time.pass(LIFE_MS + QUIET_MS);

  const witnesses = actors.map(({ member }) => member.witness);
  const leftovers = await leftoversOf(node, time, network);
  return {
    faults: judge({ witnesses, present, leftovers }),
    witnesses,
    broken: network.broken,
    resumes: witnesses.reduce((sum, witness) => sum + witness.resumes, 0),
    echoed: witnesses.reduce((sum, witness) => sum + witness.count('echoed'), 0),
  };
}

function act(actor: Actor | undefined, random: SeededRandom): void {
  if (actor === undefined) return;
  const { member, wire } = actor;
  const chance = random.below(20);
  // A second wire while the first still stands is the race of a half-open socket and its owner's return.
  if (!member.connected || chance === 0) member.connect();
  else if (chance < 11) member.write();
  else if (chance < 16) wire?.break(random.pick(BREAKS));
  else if (chance < 18) member.disconnect();
  else member.trespass(random.pick(['gap', 'epoch', 'erase']));
}
