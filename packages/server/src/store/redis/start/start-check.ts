// Whether a node may start on this Redis: every server that can be found must keep rooms in memory only.

import type { RedisAddress } from '../address.ts';
import { survey } from './instances.ts';
import { findTraces, findUnbounded } from './memory-only.ts';
import { LOGIN_REFUSALS } from '../refusals.ts';

export type StartCheck =
  | {
      readonly ok: true;
      /** Settings that would have been a refusal. */
      readonly persistent: readonly string[];
      /** For the operator's log. */
      readonly warnings: readonly string[];
    }
  /** A sentence, and a line for each thing to correct. */
  | { readonly ok: false; readonly complaint: string };

/** Checks once: later changes and later servers are up to the operator. */
export async function checkRedis(address: RedisAddress, allowPersistent: boolean): Promise<StartCheck> {
  const { instances, unseen, refusal, hasReplicas } = await survey(address);
  if (instances.length === 0) {
    const why = refusal === undefined ? 'No Redis answers' : `Redis ${LOGIN_REFUSALS[refusal]}`;
    return { ok: false, complaint: `${why}: ${unseen.join(', ')}.` };
  }
  const findings = findTraces(instances, hasReplicas);
  const sentences = findings.map(({ sentence }) => sentence);
  if (sentences.length > 0 && !allowPersistent) return { ok: false, complaint: corrections(sentences) };
  return {
    ok: true,
    persistent: [...new Set(findings.map(({ setting }) => setting))],
    warnings: [
      ...sentences,
      ...unseen.map((name) => `nobody knows how this one is set: ${name}`),
      ...findUnbounded(instances),
    ],
  };
}

function corrections(sentences: readonly string[]): string {
  return [
    'Rooms must live in the memory of Redis alone. Correct this, there and in redis.conf, or set ALLOW_PERSISTENT_REDIS=1:',
    ...sentences.map((sentence) => `  ${sentence}`),
  ].join('\n');
}
