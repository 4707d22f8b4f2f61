// The texts about a server that shows people different things, in English.

import type { LieKind } from '@mayfly/client';
import type { ResetReason } from '@mayfly/protocol';
import { figure } from './quantities.ts';

type ResetShown = Exclude<ResetReason, 'fresh'>;

const RESET: Readonly<Record<ResetShown, string>> = {
  new_log: 'The server lost its copy of this room. Messages sent around this time may be missing.',
  too_old: 'You were away for so long that some messages are no longer kept.',
  ahead: 'The server restored an older copy of this room. Messages around this time may be missing.',
};

const LIES: Readonly<Record<LieKind, string>> = {
  changed_event: 'The server showed this page two different things at one place of the conversation.',
  false_stub:
    'The server left out a message and said it was erased, but couldn’t show that its author or a timer erased it.',
  false_command: 'The server showed a change to this room that wasn’t signed by anyone who may make it.',
  false_link:
    'The server said this room has a new link, but what it passed on isn’t the owner’s. This page stays with the old link.',
};

export const trustTexts = {
  reset: (reason: ResetShown) => RESET[reason],
  differ: {
    one: '{name} sees a different history than you do.',
    two: '{name} and {second} each see a different history than you do. Two honest pages can’t differ like that.',
    more: '{name} and {others} others each see a different history than you do. Honest pages can’t differ like that.',
  },
  lie: (kind: LieKind) => LIES[kind],
  meaning: 'What it means',
  meaningIs:
    'The server still can’t read or change a message. But it hides some of them from some of you, or shows them in another order.',
  toDo: 'What to do',
  toDoIs:
    'Compare with the others on another channel: do they have the same lines with the same codes? Then go on in a room on a server you trust.',
  person: '{name} sees a different history',
  personLead:
    'What {name} had seen by {time} isn’t what you have. Their page may be wrong, or they may be making it up. If a second person differs, it’s the server.',
  badge: 'Server not trusted',
  askToReload: 'Ask them to reload',
  /** Into the field, before it is sent. */
  pleaseReload: (mention: string) =>
    `${mention} your page shows a different history than mine. Could you reload it?`,
  copy: 'Copy to compare',
  copied: 'Copied',
  notCopied: 'Your browser blocked copying.',
  fold: 'Make this notice small',
  unfold: 'Read',
  dismiss: 'Close',
  show: 'Show',

  others: (count: number) => figure(count),
} as const;
