// The body of an unsend (BODY-5): the proof that its author may erase the message, and whether a line is left of it.

import { ERASE_PROOF_BYTES, fromBase64url, toBase64url } from '@mayfly/protocol';

export type UnsendBody = {
  /** delT of the message (ENV-6). */
  readonly proof: Uint8Array;
  /** An edit leaves none: the message that it changed is still there, or leaves its own. */
  readonly leavesLine: boolean;
};

const LINE = 'm';
const NO_LINE = 'e';

export function writeUnsend({ proof, leavesLine }: UnsendBody): string {
  return (leavesLine ? LINE : NO_LINE) + toBase64url(proof);
}

export function readUnsend(body: string): UnsendBody | undefined {
  const proof = fromBase64url(body.slice(1));
  const leavesLine = body.startsWith(LINE);
  if (proof?.length !== ERASE_PROOF_BYTES || (!leavesLine && !body.startsWith(NO_LINE))) return undefined;
  return { proof, leavesLine };
}
