// A room at a real server, and people with real sockets in it, some of them behind a faulty line.

import {
  type RoomLink,
  type Transport,
  createRoom,
  socketUrl,
  systemClock,
  webSocketTransport,
} from '@mayfly/client';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Identity } from '../../../packages/client/src/people/identity.ts';
import { judge } from '../simulation/invariants.ts';
import { SdkMember } from '../simulation/sdk-member.ts';
import type { Witness } from '../simulation/witness.ts';

export type CrowdSetup = {
  /** Of the server itself. */
  readonly port: number;
  readonly lifeSeconds?: number;
};

/** Nothing takes that long, on whatever machine. */
export const HANG_MS = 180_000;

const random = (length: number) => Uint8Array.from(randomBytes(length));

export class Crowd implements Disposable {
  readonly members: SdkMember[] = [];
  readonly link: RoomLink;
  readonly #gone: Witness[] = [];
  #identity: Identity | undefined;

  private constructor(link: RoomLink, identity: Identity) {
    this.link = link;
    this.#identity = identity;
  }

  static async gather({ port, lifeSeconds = 600 }: CrowdSetup): Promise<Crowd> {
    const origin = `http://127.0.0.1:${port}`;
    const created = await createRoom({ origin, lifeSeconds, history: 'all', name: 'M0' });
    if (!created.ok) throw new Error(created.reason);
    return new Crowd(created.link, created.identity);
  }

  /** By the server's port, a proxy's in front of it, or a way of their own. The first one is the room's owner. */
  enter(way: number | Transport): SdkMember {
    const identity = this.#identity;
    this.#identity = undefined;
    const member = new SdkMember({
      name: `M${this.members.length + this.#gone.length}`,
      link: this.link,
      transport: typeof way === 'number' ? wayTo(way) : way,
      clock: systemClock,
      random,
      ...(identity && { identity }),
    });
    this.members.push(member);
    return member;
  }

  leave(member: SdkMember): void {
    this.members.splice(this.members.indexOf(member), 1);
    this.#gone.push(member.witness);
    member.leave();
  }

  /** As when the machine of a member loses its power. */
  vanish(member: SdkMember): void {
    this.members.splice(this.members.indexOf(member), 1);
    this.#gone.push(member.witness);
    member.close();
  }

  /** All are in, and no echo is outstanding; false after `withinMs`. */
  settled(withinMs = HANG_MS): Promise<boolean> {
    return eventually(() => this.members.every(({ isLive, unechoed }) => isLive && unechoed === 0), withinMs);
  }

  /** Every member has every echoed message; false after `withinMs`. */
  caughtUp(withinMs = HANG_MS): Promise<boolean> {
    return eventually(() => {
      const heads = this.members.map(({ witness }) => headOf(witness));
      return heads.every((head) => head === heads[0]);
    }, withinMs);
  }

  /** What is wrong by the invariants, given the members present now. */
  faults(): readonly string[] {
    const witnesses = [...this.members.map(({ witness }) => witness), ...this.#gone];
    const present = new Map(this.members.map(({ witness, idPk }) => [witness.name, idPk]));
    return judge({ witnesses, present, leftovers: {} });
  }

  [Symbol.dispose](): void {
    for (const member of this.members) member.close();
  }
}

function headOf({ seen }: Witness): number {
  return seen.findLast((sight) => sight.saw === 'event')?.seq ?? 0;
}

export function wayTo(port: number): Transport {
  return webSocketTransport(socketUrl(`http://127.0.0.1:${port}`), WebSocket);
}

/** Looks until it is so, or until the time is up. */
export async function eventually(isSo: () => boolean, withinMs = HANG_MS): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!isSo() && performance.now() < end) await pause(20);
  return isSo();
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
