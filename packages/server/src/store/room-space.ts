// Reports to the operator whether there is space for new rooms: when that changes, not for each room.

import { background } from '../net/background.ts';
import type { Clock } from '../net/clock.ts';
import type { Creation } from './room-store.ts';

/** `give_way`: unused rooms make way for new ones. `full`: every room is in use, and no new ones are made. */
export type SpaceTrouble = 'give_way' | 'full';

/** Goes to the log. */
export interface SpaceReport {
  /** The server is at its bound of rooms. */
  roomsShort(trouble: SpaceTrouble): void;
  roomsFree(lastedMs: number): void;
}

/** For /healthz. */
export type SpaceShortage = { readonly trouble: SpaceTrouble; readonly seconds: number };

/** A shortage is over after this long without a sign of it; otherwise each room that ends would fill the log. */
export const CALM_MS = 60_000;

export type RoomSpaceOptions = {
  readonly clock: Clock;
  readonly maxRooms: number;
  /** How many rooms there are. */
  readonly size: () => Promise<number>;
  readonly report: SpaceReport;
  readonly onTrouble: (error: unknown) => void;
};

type Shortage = { readonly since: number; reported: SpaceTrouble; look: Disposable };

export class RoomSpace implements Disposable {
  readonly #options: RoomSpaceOptions;
  /** When each was last seen. */
  readonly #seenAt = { give_way: -Infinity, full: -Infinity };
  #shortage: Shortage | undefined;

  constructor(options: RoomSpaceOptions) {
    this.#options = options;
  }

  /** What the store answered to `create`. */
  saw(creation: Creation): void {
    if (creation === 'created_instead') this.#short('give_way');
    if (typeof creation === 'object') this.#short('full');
  }

  get shortage(): SpaceShortage | undefined {
    const shortage = this.#shortage;
    return (
      shortage && { trouble: shortage.reported, seconds: Math.floor((this.#now() - shortage.since) / 1000) }
    );
  }

  [Symbol.dispose](): void {
    this.#shortage?.look[Symbol.dispose]();
    this.#shortage = undefined;
  }

  #short(trouble: SpaceTrouble): void {
    this.#seenAt[trouble] = this.#now();
    this.#shortage ??= this.#begin(trouble);
    if (trouble === 'full') this.#report(this.#shortage, 'full');
  }

  #begin(trouble: SpaceTrouble): Shortage {
    this.#options.report.roomsShort(trouble);
    return { since: this.#now(), reported: trouble, look: this.#lookLater() };
  }

  #report(shortage: Shortage, trouble: SpaceTrouble): void {
    if (shortage.reported === trouble) return;
    this.#shortage = { ...shortage, reported: trouble };
    this.#options.report.roomsShort(trouble);
  }

  #lookLater(): Disposable {
    const { clock, onTrouble } = this.#options;
    return clock.after(CALM_MS, () => background(this.#look(), onTrouble));
  }

  async #look(): Promise<void> {
    const isFree = !this.#showed('full') && !this.#showed('give_way') && (await this.#hasCapacity());
    const shortage = this.#shortage;
    if (shortage === undefined) return;
    if (isFree) return this.#end(shortage);
    this.#shortage = { ...shortage, look: this.#lookLater() };
    if (this.#showed('give_way') && !this.#showed('full')) this.#report(this.#shortage, 'give_way');
  }

  // A store that can't answer is asked again at the next look.
  async #hasCapacity(): Promise<boolean> {
    const { size, maxRooms } = this.#options;
    return (await size().catch(() => maxRooms)) < maxRooms;
  }

  #end({ since }: Shortage): void {
    this.#shortage = undefined;
    this.#options.report.roomsFree(this.#now() - since);
  }

  #showed(trouble: SpaceTrouble): boolean {
    return this.#now() - this.#seenAt[trouble] < CALM_MS;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
