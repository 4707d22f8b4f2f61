// Whether there is space for new rooms, as whoever runs this hears it: told when that changes, and not for each room.

import { background } from '../net/background.ts';
import type { Clock } from '../net/clock.ts';
import type { Creation } from './room-store.ts';

/** `give_way`: new rooms take the places of rooms that nobody uses. `full`: every room is in use, and none is made. */
export type SpaceTrouble = 'give_way' | 'full';

/** What is told to the log. */
export interface SpaceReport {
  /** The server is at its bound of rooms. */
  roomsShort(trouble: SpaceTrouble): void;
  roomsFree(lastedMs: number): void;
}

/** For /healthz. */
export type SpaceShortage = { readonly trouble: SpaceTrouble; readonly seconds: number };

/** It is over when it did not show for so long, so that one room that ends does not fill the log. */
export const CALM_MS = 60_000;

export type RoomSpaceOptions = {
  readonly clock: Clock;
  readonly maxRooms: number;
  /** How many rooms there are. */
  readonly size: () => Promise<number>;
  readonly report: SpaceReport;
  readonly onTrouble: (error: unknown) => void;
};

type Shortage = { readonly since: number; told: SpaceTrouble; look: Disposable };

export class RoomSpace implements Disposable {
  readonly #options: RoomSpaceOptions;
  /** When each showed last. */
  readonly #seenAt = { give_way: -Infinity, full: -Infinity };
  #shortage: Shortage | undefined;

  constructor(options: RoomSpaceOptions) {
    this.#options = options;
  }

  /** What the store answered to a wish for a room. */
  saw(creation: Creation): void {
    if (creation === 'created_instead') this.#short('give_way');
    if (typeof creation === 'object') this.#short('full');
  }

  get shortage(): SpaceShortage | undefined {
    const shortage = this.#shortage;
    return shortage && { trouble: shortage.told, seconds: Math.floor((this.#now() - shortage.since) / 1000) };
  }

  [Symbol.dispose](): void {
    this.#shortage?.look[Symbol.dispose]();
    this.#shortage = undefined;
  }

  #short(trouble: SpaceTrouble): void {
    this.#seenAt[trouble] = this.#now();
    this.#shortage ??= this.#begin(trouble);
    if (trouble === 'full') this.#tell(this.#shortage, 'full');
  }

  #begin(trouble: SpaceTrouble): Shortage {
    this.#options.report.roomsShort(trouble);
    return { since: this.#now(), told: trouble, look: this.#lookLater() };
  }

  #tell(shortage: Shortage, trouble: SpaceTrouble): void {
    if (shortage.told === trouble) return;
    this.#shortage = { ...shortage, told: trouble };
    this.#options.report.roomsShort(trouble);
  }

  #lookLater(): Disposable {
    const { clock, onTrouble } = this.#options;
    return clock.after(CALM_MS, () => background(this.#look(), onTrouble));
  }

  async #look(): Promise<void> {
    const isFree = !this.#showed('full') && !this.#showed('give_way') && (await this.#hasPlace());
    const shortage = this.#shortage;
    if (shortage === undefined) return;
    if (isFree) return this.#end(shortage);
    this.#shortage = { ...shortage, look: this.#lookLater() };
    if (this.#showed('give_way') && !this.#showed('full')) this.#tell(this.#shortage, 'give_way');
  }

  // A store that cannot say is asked again.
  async #hasPlace(): Promise<boolean> {
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
