// Which of the messages that arrive are worth a sound or a notification.

import type { Message, Person } from '@mayfly/client';
import { mentions } from './mentions.ts';

export type Alert = {
  readonly kind: 'message' | 'mention';
  /** The newest of them. */
  readonly message: Message;
};

/** After a long absence, hundreds arrive at once. */
const LOOKED_AT_MAX = 50;

/** `messages`: of others, new, and of no one who is muted. Undefined: none. */
export function alertOf(
  messages: readonly Message[],
  me: Person | undefined,
  people: readonly Person[],
): Alert | undefined {
  const newest = messages.at(-1);
  if (newest === undefined) return undefined;
  const isMention = ({ text = '' }: Message) => me !== undefined && mentions(text, me, people);
  const mention = messages.slice(-LOOKED_AT_MAX).findLast(isMention);
  return mention === undefined ? { kind: 'message', message: newest } : { kind: 'mention', message: mention };
}

/** At most one in this time, of each kind. */
export const ALERT_EVERY_MS = 2_000;

/** A crowd that writes is one alert, not a hundred. */
export class AlertPace {
  readonly #last = new Map<Alert['kind'], number>();

  mayAlert(kind: Alert['kind'], now: number): boolean {
    if (now - (this.#last.get(kind) ?? -Infinity) < ALERT_EVERY_MS) return false;
    this.#last.set(kind, now);
    return true;
  }
}
