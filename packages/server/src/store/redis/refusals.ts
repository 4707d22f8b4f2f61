// Refusals of Redis, by their first word.

/** Refused logins, as a sentence for the operator that begins with "Redis". */
export const LOGIN_REFUSALS = {
  NOAUTH: 'asks for a password, and REDIS_URL has none',
  NOPERM: 'does not permit this name what docs/scaling.md asks for',
  WRONGPASS: 'refuses the name or password in REDIS_URL',
} as const;

export type LoginRefusal = keyof typeof LOGIN_REFUSALS;

/** Redis can't serve rooms now. */
const REDIS_REFUSALS = [
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'VERSION',
  'WRONGPASS',
] as const;

export type RedisRefusal = (typeof REDIS_REFUSALS)[number];

/** `SILENT`: no connection, or no answer in time. */
export type RedisTrouble = RedisRefusal | 'SILENT';

/** Undefined for another word, or if the error isn't an answer of Redis. */
export function refusalIn(error: unknown): RedisRefusal | undefined {
  const code = codeOf(error);
  return REDIS_REFUSALS.find((refusal) => refusal === code);
}

/** Undefined if the error isn't an answer of Redis. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^-?(?<code>[A-Z]+)\b/.exec(error.message)?.groups?.['code'];
}

/** The first of these words that is one. */
export function loginRefusalAmong(words: readonly string[]): LoginRefusal | undefined {
  return words.find(isLoginRefusal);
}

function isLoginRefusal(word: string): word is LoginRefusal {
  return word in LOGIN_REFUSALS;
}
