// The texts below messages: what the log doesn’t have yet, their timers, and what their authors did with them. In English.

import { LANGUAGE, counted, figure, lifetime } from './quantities.ts';
import { sentence } from './sentence.ts';

const MINUTE_MS = 60_000;

const list = new Intl.ListFormat(LANGUAGE, { type: 'conjunction' });

export const marksTexts = {
  reactions: 'Reactions',
  /** `names` is a list: Juno, Sam, and you. */
  reactionOf: (emoji: string, count: number, names: string) => `${emoji} ${figure(count)}: ${names}`,
  reactors: (names: readonly string[], others: number) =>
    list.format(
      others === 0 ? names : [...names, counted(others, { one: '{count} other', other: '{count} others' })],
    ),

  /** With a connection, and without one. */
  edit: { sending: 'Saving your edit…', waiting: 'Your edit will be saved when you’re back.' },
  unsend: { sending: 'Unsending…', waiting: 'It will be unsent when you’re back.' },
  reaction: { sending: 'Sending your reaction…', waiting: 'Your reaction will be sent when you’re back.' },
  takeBack: {
    sending: 'Taking back your reaction…',
    waiting: 'Your reaction will be taken back when you’re back.',
  },
  pin: { sending: 'Pinning…', waiting: 'It will be pinned when you’re back.' },
  unpin: { sending: 'Unpinning…', waiting: 'It will be unpinned when you’re back.' },
  /** `emoji` is on its way as a reaction. */
  chip: (emoji: string, state: string) => `${emoji} ${state}`,

  disappearsIn: (time: string) => sentence('Disappears in {time}', { time }),
  /** Whole minutes, rounded up. */
  disappears: (ms: number) =>
    sentence('Disappears in {time}', { time: lifetime(Math.ceil(ms / MINUTE_MS) * MINUTE_MS) }),
  disappearsSoon: 'Disappears in less than a minute',

  edited: 'Edited',
  late: (moment: string) => `Written at ${moment}, delivered later`,
  conflicting: '{name} sent two versions of this message. Others may see a different text.',
  conflictingOwn: 'You sent two versions of this message. Others may see a different text.',
} as const;
