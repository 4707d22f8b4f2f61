// Slices: the secrets of the next epoch, sealed for one member who stays (SLICE-1, SLICE-2).

import { allZero, concat, decodeUtf8, u32, utf8 } from '@mayfly/protocol';
import { type HpkeContext, openFrom, sealTo } from './hpke.ts';
import type { EpochKeys, RoomSecrets } from './keys.ts';
import type { RandomBytes } from './random.ts';
import { wipe, withSecret } from './wipe.ts';

const SECRET_BYTES = 32;

/** Whose slice it is, and who owns the room. */
export type SliceFor = { readonly ownerPk: Uint8Array; readonly idPk: Uint8Array };

/** `keys`: of the epoch that ends. Throws for a low-order `xPk`. */
export function sealSlice(
  keys: EpochKeys,
  { xPk, ...whose }: SliceFor & { readonly xPk: Uint8Array },
  { secret, second }: Pick<RoomSecrets, 'secret' | 'second'>,
  random: RandomBytes,
): Uint8Array {
  const plaintext = concat(utf8(secret), second ?? new Uint8Array(SECRET_BYTES));
  return withSecret(plaintext, () =>
    withContext(keys, whose, (context) => sealTo(xPk, context, plaintext, random(32))),
  );
}

/** S and P of the next epoch. Anyone can make a slice: only the charter that fits it shows that it is the owner's. */
export function openSlice(
  keys: EpochKeys,
  { xSecret, ...whose }: SliceFor & { readonly xSecret: Uint8Array },
  sealed: Uint8Array,
): Pick<RoomSecrets, 'secret' | 'second'> | undefined {
  const opened = withContext(keys, whose, (context) => openFrom(xSecret, context, sealed));
  return opened && withSecret(opened, readSecrets);
}

function readSecrets(both: Uint8Array): ReturnType<typeof openSlice> {
  const secret = decodeUtf8(both.subarray(0, SECRET_BYTES));
  const second = both.slice(SECRET_BYTES);
  return secret === undefined ? undefined : { secret, second: allZero(second) ? undefined : second };
}

function withContext<T>(
  { ctx, epoch }: EpochKeys,
  { ownerPk, idPk }: SliceFor,
  use: (context: HpkeContext) => T,
): T {
  const info = concat(utf8('mayfly/v1 rekey'), ctx, u32(epoch + 1));
  try {
    return use({ info, aad: concat(ownerPk, idPk) });
  } finally {
    wipe(info);
  }
}
