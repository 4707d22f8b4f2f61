// One room from its making to its end, with whole SDKs in bad weather: written, broken, reloaded, left, healed, expired.

import { type Identity, type RoomLink, createRoom } from '@mayfly/client';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { Signer } from '../../../packages/server/src/testing/signer.ts';
import { leftoversOf } from './cast.ts';
import { FakeTime } from './fake-time.ts';
import { judge } from './invariants.ts';
import { LightMember } from './light-member.ts';
import { BREAKS, SimulatedNetwork, type SimulatedWire, type Weather } from './network.ts';
import { SimulatedNode } from './node.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { SdkMember } from './sdk-member.ts';

const PEOPLE = 4;
/** How much happens before the weather clears. */
const ACTS = 60;
/** In a room that keeps few, whoever was away for long is reset. */
const HISTORY = [500, 12] as const;
/** In the second kind of room, whoever comes beyond three makes it a number. */
const LISTED_MAX = [200, 3] as const;
/** Rooms of at most this size list names in both kinds. */
const LISTED_AGAIN = 2;
const LIFE_SECONDS = 3_600;
/** Enough for both sides to find a silent break, for the longest pause before a new try, and for grace. */
const HEALED_MS = 180_000;
const FINE: Weather = { delayMs: { min: 5, spread: 20 } };
const PEOPLE_MAX = 9;

type World = {
  readonly random: SeededRandom;
  readonly time: FakeTime;
  readonly node: SimulatedNode;
  readonly network: SimulatedNetwork;
  readonly link: RoomLink;
};

/** All of it follows from the seed. */
export async function liveThrough(seed: number): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const time = new FakeTime();
  const historyMessages = random.pick(HISTORY);
  const listedMax = random.pick(LISTED_MAX);
  const node = new SimulatedNode({ time, seed, historyMessages, listedMax });
  const network = new SimulatedNetwork(time, random, node.accept);
  const created = await createRoom({
    origin: 'http://simulated',
    lifeSeconds: LIFE_SECONDS,
    history: 'all',
    name: 'A',
    fetch: node.fetch,
    random: random.bytes,
  });
  if (!created.ok) throw new Error(created.reason);
  const life = new RoomLife({ random, time, node, network, link: created.link }, created.identity);
  await life.storm();
  return life.clearUpAndEnd();
}

/** Somebody at a page, with a network of their own. */
class Person {
  readonly member: SdkMember;
  here = true;
  #weather = FINE;
  #wire: SimulatedWire | undefined;
  readonly #random: SeededRandom;

  constructor({ random, time, network, link }: World, name: string, identity?: Identity) {
    this.#random = random;
    const transport = network.transport(
      () => this.#weather,
      (wire) => (this.#wire = wire),
    );
    const own = new SeededRandom(random.below(2 ** 31));
    this.member = new SdkMember({
      name,
      link,
      transport,
      clock: time,
      random: own.bytes,
      ...(identity && { identity }),
    });
  }

  act(): void {
    const chance = this.#random.below(100);
    if (chance < 55) this.#write();
    else if (chance < 75) this.#wire?.break(this.#random.pick(BREAKS));
    else if (chance < 82) this.member.reload();
    else if (chance < 87) this.member.wake();
    else if (chance < 96) this.#weather = this.#otherWeather();
    else this.#leave();
  }

  clearUp(): void {
    this.#weather = FINE;
  }

  #write(): void {
    for (let messages = 1 + this.#random.below(3); messages > 0; messages--) this.member.write();
  }

  #leave(): void {
    this.here = false;
    this.member.leave();
  }

  #otherWeather(): Weather {
    const delayMs = { min: this.#random.below(200), spread: this.#random.below(300) };
    return this.#random.below(3) === 0 ? { delayMs, bytesPerSecond: 3_000 } : { delayMs };
  }
}

class RoomLife {
  readonly #world: World;
  readonly #people: Person[] = [];
  readonly #stranger: LightMember;

  constructor(world: World, owner: Identity) {
    this.#world = world;
    this.#enter(owner);
    this.#stranger = strangerAt(world);
  }

  async storm(): Promise<void> {
    const { time, random } = this.#world;
    for (let i = 0; i < ACTS; i++) {
      const here = this.#people.filter((person) => person.here);
      if (here.length < PEOPLE && this.#people.length < PEOPLE_MAX) this.#enter();
      await time.pass(random.below(1_500));
      if (i % 10 === 0) this.#stranger.connect();
      here[random.below(here.length)]?.act();
    }
  }

  async clearUpAndEnd(): Promise<Outcome> {
    const { time } = this.#world;
    for (const person of this.#people) person.clearUp();
    await time.pass(HEALED_MS);
    const here = this.#people.filter((person) => person.here).map(({ member }) => member);
    const present = new Map(here.map(({ witness, idPk }) => [witness.name, idPk]));
    const unsent = here.reduce((sum, { unechoed }) => sum + unechoed, 0);
    await time.pass(LIFE_SECONDS * 1_000 + HEALED_MS);
    const witnesses = [...this.#people.map(({ member }) => member.witness), this.#stranger.witness];
    const leftovers = {
      ...(await this.#leftovers(here)),
      'messages that never went out, through all reloads': unsent,
    };
    const faults = judge({ witnesses, present, leftovers, listedAgain: LISTED_AGAIN });
    return outcomeOf(faults, witnesses, this.#world.network);
  }

  // What must be nothing when the room has ended.
  async #leftovers(here: readonly SdkMember[]): Promise<Readonly<Record<string, number>>> {
    const unaware = here.filter(({ witness }) => witness.count('ended') === 0);
    return {
      ...(await leftoversOf(this.#world)),
      'members who did not hear of the end': unaware.length,
      'welcomes of a stranger': this.#stranger.witness.count('welcome'),
    };
  }

  #enter(identity?: Identity): void {
    const name = String.fromCharCode('A'.charCodeAt(0) + this.#people.length);
    this.#people.push(new Person(this.#world, name, identity));
  }
}

/** Knows the room's id, and signs with a key that is not the room's. */
function strangerAt({ time, network, link }: World): LightMember {
  const signer = new Signer('stranger');
  return new LightMember({
    name: 'Z',
    room: link.id,
    signer,
    proofs: {
      id: (transcript) => signer.sign('id', transcript),
      key: (transcript) => signer.sign('join', transcript),
    },
    transport: network.transport(() => FINE),
    now: () => time.now(),
  });
}
