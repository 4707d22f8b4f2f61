// The keys of a room, for every epoch this page has been in: the only holder of them (KEY-2 to KEY-4).

import type { RoomId } from '@mayfly/protocol';
import {
  type EpochKeys,
  type RoomSecrets,
  epochKeys,
  roomSecrets,
  wipeEpochKeys,
  wipeRoomSecrets,
} from '../crypto/keys.ts';

export class KeyRing {
  // The newest last.
  #epochs: readonly [EpochKeys, ...EpochKeys[]];
  #secrets: RoomSecrets;

  /** `secret`: S of the link, which opens the room in its first epoch; `second`: P, where the door needs one. */
  constructor(id: RoomId, secret: string, second?: Uint8Array) {
    this.#secrets = roomSecrets(secret, second);
    this.#epochs = [epochKeys(this.#secrets.root, id, 0)];
  }

  /** What the link of the current epoch unlocks. */
  get secrets(): RoomSecrets {
    return this.#secrets;
  }

  get current(): EpochKeys {
    return this.#epochs.at(-1) ?? this.#epochs[0];
  }

  /** Undefined for an epoch this page has no keys of. */
  of(epoch: number): EpochKeys | undefined {
    return this.#epochs.find((keys) => keys.epoch === epoch);
  }

  /** To another epoch. `keys`: of all epochs this page has been in, the newest last: the log may still hold what they open. */
  turn(secrets: RoomSecrets, keys: readonly [EpochKeys, ...EpochKeys[]]): void {
    wipeRoomSecrets(this.#secrets);
    this.#secrets = secrets;
    this.#epochs = keys;
  }

  /** JavaScript may have made copies; what can be reached is overwritten. */
  wipe(): void {
    for (const keys of this.#epochs) wipeEpochKeys(keys);
    wipeRoomSecrets(this.#secrets);
  }
}
