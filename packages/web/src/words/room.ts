// What the chat says, in English.

import type { FailReason } from '@mayfly/client';
import { lifetime, plural, texts } from './start.ts';
import type { ResetReason } from '@mayfly/protocol';

/** The marks around a tag, and what could pass for them: a name must not end in a tag of its own. */
const TAG_MARKS: readonly (readonly [RegExp, string])[] = [
  [/[‹«<＜〈⟨❮❰˂ᐸ《]/g, '('],
  [/[›»>＞〉⟩❯❱˃ᐳ》]/g, ')'],
];

/** A person's name as shown; without one they are Anonymous. */
export function shownName(name: string): string {
  if (name === '') return texts.name.nobody;
  return TAG_MARKS.reduce((text, [mark, bracket]) => text.replace(mark, bracket), name);
}

const megabytes = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

const WHY: Readonly<Record<FailReason, string>> = {
  rate: 'You write faster than this room allows.',
  busy: 'The room is very busy right now.',
  unavailable: 'The server can’t take messages right now.',
  server_full: 'The server has no space left.',
  too_big: 'The message is too long for this server.',
  not_allowed: 'The server doesn’t let you write here.',
  gap: 'An earlier message didn’t arrive.',
  stale: 'The room changed meanwhile.',
  epoch: 'The room’s key changed meanwhile.',
  withheld: 'The server says it has this, but doesn’t show it.',
};

type ResetShown = Exclude<ResetReason, 'fresh'>;

const RESET: Readonly<Record<ResetShown, string>> = {
  new_log: 'The server lost its copy of this room. Messages sent around this time may be missing here.',
  too_old: 'You were away long enough that some messages in between are no longer kept.',
  ahead: 'The server went back to an older copy of this room. Messages around this time may be missing.',
};

/** By how many people: one, two, or the first of several. */
const JOINED = {
  one: '{name} joined the chat',
  two: '{name} and {second} joined the chat',
  more: '{name} and {others} others joined the chat',
} as const;
const LEFT = {
  one: '{name} left the chat',
  two: '{name} and {second} left the chat',
  more: '{name} and {others} others left the chat',
} as const;

export const roomTexts = {
  /** Read out behind a name: letter by letter. */
  tag: (tag: string) => `tag ${Array.from(tag).join(' ')}`,
  title: (id: string, unseen: number) =>
    unseen === 0 ? `Mayfly chat · ${id}` : `(${unseen}) Mayfly chat · ${id}`,
  printed: (moment: string) => `Printed ${moment}`,
  encrypted: 'End-to-end encrypted',
  encryptedLead:
    'Messages and names are encrypted on your device. The server only passes them along; it can’t read them. Anyone with the link can.',
  lifeBefore: 'Vanishes in ',
  lifeAfter: ' unless someone writes',
  lifeSoon: (ms: number) => `This room vanishes in ${lifetime(ms)} unless someone writes.`,
  keepAlive: 'Keep alive',
  /** Of 0 nothing is known yet: whoever looks is one. */
  participants: (count: number) => (count === 0 ? 'Participants' : plural(count, 'participant')),
  participantsLabel: 'Participants',
  hideParticipants: 'Hide participants',
  inThisRoom: 'In this room',
  someOfThem:
    'Too many people to list. Some who were here when you came in, or have written since; they may have left:',
  invite: 'Invite',
  invitePeople: 'Invite people',
  leave: 'Leave room',
  back: 'Back',
  more: 'More',
  menu: 'Room',

  you: 'you',
  owner: 'owner',
  away: 'Away',
  listBefore: 'You’re not connected. This is who was here before.',
  ownTurn: 'You',

  safety: 'Safety emoji of this room',
  safetyHint: 'The same eight on every screen means the same room and key.',
  personEmoji: (names: string) => `Safety emoji: ${names}`,

  messages: 'Messages',
  joined: JOINED,
  left: LEFT,
  renamed: '{before} is now {name}',
  /** Until they have said how they are called. */
  someone: 'Someone',
  newMessages: 'New messages',
  jump: (count: number) => (count === 0 ? 'Newest messages' : plural(count, 'new message')),
  missingBefore: (count: number) => `${plural(count, 'message')} from `,
  missingAfter: (count: number) => ` ${count === 1 ? 'is' : 'are'} missing here.`,
  reset: (reason: ResetShown) => RESET[reason],
  conflicting: 'Signed twice with different words: others may see another text here.',
  showAll: 'Show all',
  emptyMessage: 'Empty message',
  unsupported: 'This message needs a newer version of the page. Reload to read it.',
  late: (moment: string) => `written at ${moment}, delivered later`,
  clockOff: 'The sender’s clock is wrong; this is when it arrived.',

  start: 'This is the start of the room',
  startLead: (lifeMs: number) => `Messages stay until nobody has written for ${lifetime(lifeMs)}.`,
  joinedLate: 'You see what is written from now on',
  joinedLateLead: 'In this room, new people don’t see earlier messages.',
  cutOff: 'Earlier messages are not here',
  cutOffLead: (most: number) => `A room keeps its newest ${plural(most, 'message')}.`,
  created: 'Room created',
  createdLead: 'Send this link to the people you want to talk to.',
  createdLife: (lifeMs: number) => `The room disappears when it’s quiet for ${lifetime(lifeMs)}.`,
  createdWarning: 'Only share it with people you trust.',
  yourName: 'Your name',
  aloneHere: 'You’re the only one here',
  aloneLead: (lifeMs: number) =>
    `Share the link, or leave a message for whoever joins. The room disappears when it’s quiet for ${lifetime(lifeMs)}.`,

  onItsWay: {
    sending: 'Sending…',
    waiting: 'Waiting for a connection',
    unconfirmed: 'Not confirmed, so it is sent again',
  },
  trimmed: 'Sent. It’s no longer in the room’s history.',
  slowed: (code: FailReason, ms: number) =>
    `${WHY[code]} Sending goes on in ${lifetime(Math.max(1000, ms))}.`,
  queued: 'Waits its turn',
  failed: 'Failed to send.',
  why: (code: FailReason) => WHY[code],
  retry: 'Retry',
  delete: 'Delete',

  composer: 'Write a message',
  message: 'Message',
  placeholder: 'Write a message',
  send: 'Send',
  tip: 'Encrypted on this device before it is sent.',
  tipOffline: 'Messages wait on this device until you are back online.',
  tipEnter: 'Enter',
  tipSends: ' to send · ',
  tipShiftEnter: 'Shift Enter',
  tipNewLine: ' for a new line',
  charactersLeft: (count: number) => `${plural(count, 'character')} left`,
  tooLong: (count: number) =>
    `Too long by ${plural(count, 'character')}. Shorten it, or send it in parts. Nothing is lost.`,

  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  putOff: {
    busy: 'The server is very busy.',
    too_fast: 'Too many requests came from here just now.',
    unavailable: 'The server can’t reach its rooms right now.',
    server_full: 'The server has no space left.',
  },
  putOffLead: (ms: number) => `Trying again in ${lifetime(Math.max(1000, ms))}.`,
  reconnectingLead: 'New messages go out when you’re back.',
  offline: 'You’re offline.',
  offlineLead: 'The room keeps counting down without you.',
  tryNow: 'Try now',

  link: {
    keyHint: 'The highlighted part is the key. Browsers never send it to the server.',
    inAddress:
      'Your browser doesn’t let this page store anything, so the key stays in the address bar. After a reload you’re someone new.',
    hereOnly:
      'This link only works on this computer. To invite other devices, open this page at the network address that the server printed when it started.',
    copy: 'Copy link',
    copied: 'Link copied',
    copyByHand: 'Your browser blocked copying. The link is selected: press Ctrl+C (⌘C on a Mac).',
    share: 'Share…',
    shareTitle: 'A chat room',
    qr: 'QR code',
    qrLabel: 'QR code of the room link',
    qrLead: 'Scan it with a phone to open the room there.',
  },
  inviteWarning: 'Anyone with this link can read the room.',
  inviteHistory: {
    all: 'People who join later see all messages.',
    none: 'People who join later see only new messages.',
  },

  leaveAsk: 'Leave this room?',
  leaveOwner:
    'You created this room. Once you’ve left it has no owner, and you can’t come back as one, even with the link.',
  leaveAlone:
    'You’re the last one here. The room stays until its time runs out, but you’ll need the link to come back.',
  leaveUnsent: (count: number) =>
    count === 1
      ? 'One of your messages hasn’t been sent and will be lost.'
      : `${count.toLocaleString('en')} of your messages haven’t been sent and will be lost.`,
  stay: 'Stay',

  rename: 'Change your name',
  renameSave: 'Change name',
  cancel: 'Cancel',
  appearance: 'Light or dark',
  details: 'Room details',
  detailsLife: 'Vanishes after',
  detailsLifeIs: (lifeMs: number) => `${lifetime(lifeMs)} without a message`,
  detailsHistory: 'People who join later see',
  detailsHistoryIs: { all: 'all messages', none: 'only new messages' },
  detailsKeeps: 'Keeps at most',
  detailsKeepsIs: (messages: number, bytes: number) =>
    `${plural(messages, 'message')}, ${megabytes.format(bytes / 2 ** 20)} MB`,
  detailsMembers: 'Has place for',
  detailsMembersIs: (most: number) => plural(most, 'participant'),
  detailsCode: 'Room code',
  detailsUnverified: 'Could not be verified',
  detailsUnverifiedIs: (count: number) =>
    count === 0 ? 'nothing' : `${plural(count, 'sealed message')}, not shown`,
} as const;
