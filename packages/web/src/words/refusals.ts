// The texts about messages that the server refused, or lets wait, in English.

import type { FailReason } from '@mayfly/client';
import { shownWait } from './room.ts';

/** Why the server refused a message. */
const WHY: Readonly<Record<FailReason, string>> = {
  rate: 'You’re sending messages too fast.',
  busy: 'The room is very busy right now.',
  unavailable: 'The server can’t take messages right now.',
  server_full: 'The server is full.',
  too_big: 'The message is too long for this server.',
  not_allowed: 'The server doesn’t let you write here.',
  gap: 'An earlier message didn’t get through.',
  stale: 'The room has changed.',
  epoch: 'The room’s key has changed.',
  withheld: 'The server says it has this, but doesn’t show it.',
};

/** What helps against a refusal. */
const TO_DO: Readonly<Record<FailReason, string>> = {
  rate: 'Wait a moment, then retry.',
  busy: 'Wait a moment, then retry.',
  unavailable: 'Wait a moment, then retry.',
  server_full: 'Retry later.',
  too_big: 'Send a shorter one instead.',
  not_allowed: 'Delete it, or ask the room’s owner.',
  gap: 'Retry to send it again.',
  stale: 'Look at the message again, then retry.',
  epoch: 'Retry to send it with the new key.',
  withheld: 'Retry, and ask the others what they see.',
};

export const refusalTexts = {
  /** Why, and what helps. */
  refused: (why: FailReason) => `${WHY[why]} ${TO_DO[why]}`,
  slowed: (why: FailReason, ms: number) => `${WHY[why]} Sending resumes in ${shownWait(ms)}.`,
} as const;
