// The texts of a room, in English.

import { counted, figure, lifetime, minutesLeft } from './quantities.ts';
import { texts } from './start.ts';

/** The marks around a tag and their look-alikes: no name may imitate a tag. */
const TAG_MARKS: readonly (readonly [RegExp, string])[] = [
  [/[‹«<＜〈⟨❮❰˂ᐸ《]/g, '('],
  [/[›»>＞〉⟩❯❱˃ᐳ》]/g, ')'],
];

/** A person's name as shown; without one they are Anonymous. */
export function shownName(name: string): string {
  if (name === '') return texts.name.none;
  return TAG_MARKS.reduce((text, [mark, bracket]) => text.replace(mark, bracket), name);
}

/** A shown wait is at least a second. */
export const shownWait = (ms: number) => lifetime(Math.max(1000, ms));

export const roomTexts = {
  /** Spoken after a name, letter by letter. */
  tag: (tag: string) => `tag ${Array.from(tag).join(' ')}`,
  /** `room`: its name, or its code. */
  title: (room: string, unseen: number) =>
    unseen === 0 ? `Mayfly chat · ${room}` : `(${unseen}) Mayfly chat · ${room}`,
  encrypted: 'End-to-end encrypted',
  /** For wide, narrow and very narrow headers. */
  life: {
    full: 'Disappears in {time} if it stays quiet',
    short: 'Disappears in {time}',
    shortest: '{time} left',
  },
  minutesLeft,
  lifeSoon: (ms: number) => `This room disappears in ${lifetime(ms)} if it stays quiet.`,
  keepAlive: 'Keep alive',
  /** 0 means unknown: the reader is always one. */
  people: (count: number) =>
    count === 0 ? 'People' : counted(count, { one: '{count} person', other: '{count} people' }),
  invite: 'Invite',
  leave: 'Leave room',
  endForEveryone: 'End room for everyone',
  back: 'Back',
  more: 'More',

  you: 'you',
  away: 'Away',
  folded: {
    one: '{name} is muted: {count} message',
    other: '{name} is muted: {count} messages',
  },
  unfold: 'Show',
  ownTurn: 'You',

  safety: 'Safety emoji',

  messages: 'Messages',
  /** Until their profile arrives. */
  someone: 'Someone',
  newMessages: 'New messages',
  jump: (count: number) =>
    count === 0
      ? 'Newest messages'
      : counted(count, { one: '{count} new message', other: '{count} new messages' }),
  missing: {
    one: '{count} message from {name} is missing.',
    other: '{count} messages from {name} are missing.',
  },
  showAll: 'Show all',
  emptyMessage: 'Empty message',
  unsent: 'Message unsent',
  unsupported: 'This message needs a newer version of the page. Reload to read it.',
  clockOff: 'The sender’s clock is wrong; this is when it arrived.',

  start: 'This is the beginning',
  startLead: (most: number, lifeMs: number) => {
    const life = lifetime(lifeMs);
    return counted(most, {
      one: `Only the latest message stays, until it has been quiet for ${life}.`,
      other: `The latest {count} messages stay until it has been quiet for ${life}.`,
    });
  },
  joinedLate: 'You’ll see messages from here on',
  joinedLateLead: 'In this room, new people don’t see earlier messages.',
  cutOff: 'Earlier messages are gone',
  cutOffLead: (most: number) =>
    counted(most, {
      one: 'Rooms keep only the latest message.',
      other: 'Rooms keep the latest {count} messages.',
    }),
  dropped: 'Older messages were dropped from this tab',
  droppedLead: (most: number) => `A tab keeps the latest ${figure(most)} messages.`,
  aloneHere: 'You’re the only one here',
  aloneLead: (lifeMs: number) =>
    `Share the link, or leave a message for whoever joins. The room disappears when it’s quiet for ${lifetime(lifeMs)}.`,

  onItsWay: {
    sending: 'Sending…',
    waiting: 'Waiting for a connection',
    unconfirmed: 'Not confirmed yet; sending again',
    slowed: 'Queued',
    failed: 'Failed to send.',
  },
  trimmed: 'Sent. It’s no longer in the room’s history.',
  retry: 'Retry',
  delete: 'Delete',

  noLongerHere: 'This message is no longer here',
  goToQuoted: 'Go to this message',

  composer: 'Write a message',
  message: 'Message',
  placeholder: 'Write a message',
  send: 'Send',
  tip: 'Encrypted on your device before sending.',
  tipHidden: 'The server may not show this to everyone.',
  tipOffline: 'Messages will be sent when you’re back online.',
  /** `enter` and `shiftEnter` are keys. */
  tipKeys: '{enter} to send · {shiftEnter} for a new line',
  tipEnter: 'Enter',
  tipShiftEnter: 'Shift Enter',
  charactersLeft: (count: number) =>
    counted(count, { one: '{count} character left', other: '{count} characters left' }),
  tooLong: (count: number) =>
    counted(count, {
      one: '{count} character too long. Shorten it or split it up.',
      other: '{count} characters too long. Shorten it or split it up.',
    }),

  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  putOff: {
    busy: 'The server is very busy.',
    too_fast: 'Too many requests from your network.',
    unavailable: 'The server is having trouble.',
    server_full: 'The server is full.',
  },
  putOffLead: (ms: number) => `Trying again in ${shownWait(ms)}.`,
  reconnectingLead: 'Messages will be sent when you’re back.',
  offline: 'You’re offline.',
  offlineLead: 'The room’s clock keeps running.',
  tryNow: 'Try now',

  partMissing: 'This couldn’t be loaded',
  partMissingLead:
    'Check your connection and try again. If that doesn’t help, reload the page: you stay in the room.',
  tryAgain: 'Try again',

  inAddress:
    'Your browser doesn’t let this page store anything, so the key stays in the address bar. After a reload you’re someone new.',

  search: 'Search in this room',

  serverLies: 'This server shows different things to different people',

  panic: 'Panic: forget everything',
  panicKeys: 'Esc 3×',

  rename: 'Change your name',
  settings: 'Settings',
  roomSettings: 'Room settings',
  saveCopy: 'Save a copy',
  details: 'Room details',
} as const;
