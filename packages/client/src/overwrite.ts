// The end of a room's secrets in memory. JavaScript may have made copies; what can be reached is overwritten.

import type { EpochKeys, RoomSecrets } from './crypto/keys.ts';
import type { Identity } from './identity.ts';

export function overwrite(keys: EpochKeys, secrets: RoomSecrets, identity: Identity): void {
  const { ctx, message, ephemeral, profile, manifest, fingerprint } = keys;
  const { access, link, second, root } = secrets;
  const ofEpoch = [ctx, message, ephemeral, profile, manifest, fingerprint];
  const ofRoom = [access.seed, link?.seed, second, root];
  for (const secret of [...ofEpoch, ...ofRoom, identity.seed, identity.xSecret]) secret?.fill(0);
}
