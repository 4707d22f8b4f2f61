// The end of a room's secrets in memory. JavaScript may have made copies; what can be reached is overwritten.

import { type EpochKeys, type RoomSecrets, wipeEpochKeys, wipeRoomSecrets } from './crypto/keys.ts';
import { wipe } from './crypto/wipe.ts';
import type { Identity } from './people/identity.ts';

export function overwrite(keys: EpochKeys, secrets: RoomSecrets, { seed, xSecret }: Identity): void {
  wipeEpochKeys(keys);
  wipeRoomSecrets(secrets);
  wipe(seed, xSecret);
}
