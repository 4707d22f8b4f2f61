// The owner code, sealed for the person whom the room is handed over to (OWNER-4).

import { concat, decodeUtf8, equalBytes, utf8 } from '@mayfly/protocol';
import { type HpkeContext, openFrom, sealTo } from './hpke.ts';
import type { EpochKeys } from './keys.ts';
import { SECRET_LENGTH, ownerKeys } from './owner.ts';
import type { RandomBytes } from './random.ts';
import { wipe, withSecret } from './wipe.ts';

/** Whom the room goes to, and the key that owns it. */
type HandoverFor = { readonly ownerPk: Uint8Array; readonly idPk: Uint8Array };

/** Throws for a low-order `xPk`. */
export function sealHandover(
  { ctx }: Pick<EpochKeys, 'ctx'>,
  { xPk, ...whose }: HandoverFor & { readonly xPk: Uint8Array },
  ownerCode: string,
  random: RandomBytes,
): Uint8Array {
  return withSecret(utf8(ownerCode), (code) =>
    withContext(ctx, whose, (context) => sealTo(xPk, context, code, random(32))),
  );
}

/** Undefined if it is for someone else, or isn't the code of this owner: anyone can seal something. */
export function openHandover(
  { ctx }: Pick<EpochKeys, 'ctx'>,
  { xSecret, ...whose }: HandoverFor & { readonly xSecret: Uint8Array },
  sealed: Uint8Array,
): string | undefined {
  const opened = withContext(ctx, whose, (context) => openFrom(xSecret, context, sealed));
  const ownerCode = opened && withSecret(opened, decodeUtf8);
  return ownerCode !== undefined && isCodeOf(ownerCode, whose.ownerPk) ? ownerCode : undefined;
}

function isCodeOf(ownerCode: string, ownerPk: Uint8Array): boolean {
  if (ownerCode.length !== SECRET_LENGTH) return false;
  const { pk, seed, boxKey } = ownerKeys(ownerCode);
  wipe(seed, boxKey);
  return equalBytes(pk, ownerPk);
}

function withContext<T>(
  ctx: Uint8Array,
  { ownerPk, idPk }: HandoverFor,
  use: (context: HpkeContext) => T,
): T {
  const info = concat(utf8('mayfly/v1 handover'), ctx);
  try {
    return use({ info, aad: concat(ownerPk, idPk) });
  } finally {
    wipe(info);
  }
}
