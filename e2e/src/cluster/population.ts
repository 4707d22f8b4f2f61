// The people of a cluster: several rooms whose members are on any node and write all the time. At the end it is judged
// what they saw.

import type { RoomId } from '@mayfly/protocol';
import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { Crowd, HANG_MS, eventually } from '../faults/crowd.ts';
import type { SdkMember } from '../simulation/sdk-member.ts';
import type { Seen } from '../simulation/witness.ts';
import type { Cluster, ClusterNode, Home } from './cluster.ts';

export type PopulationSetup = {
  readonly rooms: number;
  readonly membersEach: number;
  /** Somebody writes this often. */
  readonly everyMs: number;
};

/** A lease, two looks, and the grace, with room for a busy machine. */

export class Person {
  readonly crowd: Crowd;
  readonly member: SdkMember;
  readonly home: Home = { node: undefined };

  constructor(crowd: Crowd, cluster: Cluster) {
    this.crowd = crowd;
    this.member = crowd.enter(cluster.way(this.home));
  }

  /** What was seen from then on. */
  since(time: number): readonly Seen[] {
    const { seen } = this.member.witness;
    const first = seen.findLastIndex(({ at }) => at < time) + 1;
    return seen.slice(first);
  }

  vanish(): void {
    this.crowd.vanish(this.member);
  }
}

export class Population implements Disposable {
  readonly #cluster: Cluster;
  readonly #random: SeededRandom;
  readonly #setup: PopulationSetup;
  readonly #crowds: Crowd[] = [];
  readonly #people = new Set<Person>();
  #writing: NodeJS.Timeout | undefined;

  private constructor(cluster: Cluster, random: SeededRandom, setup: PopulationSetup) {
    this.#cluster = cluster;
    this.#random = random;
    this.#setup = setup;
  }

  static async of(cluster: Cluster, random: SeededRandom, setup: PopulationSetup): Promise<Population> {
    const population = new Population(cluster, random, setup);
    for (let room = 0; room < setup.rooms; room += 1) await population.#open();
    if (!(await population.settled())) throw new Error('not everybody got in');
    return population;
  }

  get people(): readonly Person[] {
    return [...this.#people];
  }

  get rooms(): readonly RoomId[] {
    return this.#crowds.map(({ link }) => link.id);
  }

  get written(): number {
    return this.people.reduce((sum, { member }) => sum + member.witness.count('wrote'), 0);
  }

  /** How many messages were heard back. */
  get echoed(): number {
    return this.people.reduce((sum, { member }) => sum + member.witness.count('echoed'), 0);
  }

  at(node: ClusterNode): readonly Person[] {
    return this.people.filter(({ home }) => home.node === node);
  }

  /** The node where most are. */
  fullest(): ClusterNode {
    const [first, ...others] = this.#cluster.nodes;
    if (first === undefined) throw new Error('no nodes');
    return others.reduce((most, node) => (this.at(node).length > this.at(most).length ? node : most), first);
  }

  write(): void {
    this.#writing = setInterval(() => {
      const people = this.people;
      people[this.#random.below(people.length)]?.member.write();
    }, this.#setup.everyMs);
  }

  pause(): void {
    clearInterval(this.#writing);
  }

  /** Without a goodbye; a new member takes its place. */
  replace(person: Person): void {
    person.vanish();
    this.#people.delete(person);
    this.#people.add(new Person(person.crowd, this.#cluster));
  }

  /** All are in, and no echo is outstanding. */
  async settled(withinMs = HANG_MS): Promise<boolean> {
    return (await Promise.all(this.#crowds.map((crowd) => crowd.settled(withinMs)))).every(Boolean);
  }

  async caughtUp(withinMs = HANG_MS): Promise<boolean> {
    return (await Promise.all(this.#crowds.map((crowd) => crowd.caughtUp(withinMs)))).every(Boolean);
  }

  /** What is wrong by some of the invariants, as things stand. */
  faults(...invariants: readonly string[]): readonly string[] {
    const all = this.#crowds.flatMap((crowd) => crowd.faults());
    return all.filter((fault) => invariants.some((name) => fault.startsWith(`${name} `)));
  }

  /** Messages written since then that some member lacks or has twice. */
  unshown(since: number): readonly string[] {
    return this.people.flatMap((reader) => {
      const { name, seen } = reader.member.witness;
      const keys = new Map<string, Set<string>>();
      for (const sight of seen) {
        if (sight.saw === 'message') keys.set(sight.text, (keys.get(sight.text) ?? new Set()).add(sight.key));
      }
      return this.#written(reader.crowd, since)
        .filter((text) => keys.get(text)?.size !== 1)
        .map((text) => `${name} is shown ${text} ${keys.get(text)?.size ?? 0} times`);
    });
  }

  #written(room: Crowd, since: number): readonly string[] {
    const roommates = this.people.filter(({ crowd }) => crowd === room);
    return roommates.flatMap((mate) =>
      mate.since(since).flatMap((sight) => (sight.saw === 'wrote' ? [sight.text] : [])),
    );
  }

  /** Stops all writing, waits until all is quiet, and returns what is wrong. */
  async verdict(): Promise<readonly string[]> {
    this.pause();
    const complaints: string[] = [];
    if (!(await this.settled())) complaints.push('not everybody is in and was heard');
    if (!(await this.caughtUp())) complaints.push('not everybody has everything');
    await eventually(() => this.#crowds.every(knowEachOther));
    return [...complaints, ...this.#crowds.flatMap((crowd) => crowd.faults())];
  }

  [Symbol.dispose](): void {
    this.pause();
    for (const crowd of this.#crowds) crowd[Symbol.dispose]();
  }

  async #open(): Promise<void> {
    const crowd = await Crowd.gather({ port: this.#cluster.pick().port });
    this.#crowds.push(crowd);
    for (let i = 0; i < this.#setup.membersEach; i += 1) this.#people.add(new Person(crowd, this.#cluster));
  }
}

function knowEachOther({ members }: Crowd): boolean {
  return members.every(({ witness }) => {
    const list = witness.seen.findLast((sight) => sight.saw === 'members');
    return list?.saw === 'members' && list.count === members.length;
  });
}
