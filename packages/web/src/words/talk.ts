// The texts about messages that are there: what one can do with them, and pins. In English.

import type { FailReason } from '@mayfly/client';
import { counted } from './quantities.ts';

/** What helps against a refusal. */
const TO_DO: Readonly<Record<FailReason, string>> = {
  rate: 'Wait a moment, then retry.',
  busy: 'Wait a moment, then retry.',
  unavailable: 'Wait a moment, then retry.',
  server_full: 'Retry later.',
  too_big: 'Delete it and make it shorter.',
  not_allowed: 'Delete it, or ask the room’s owner.',
  gap: 'Retry to send it again.',
  stale: 'Look at the message again, then retry.',
  epoch: 'Retry to send it with the new key.',
  withheld: 'Retry, and ask the others what they see.',
};

export const talkTexts = {
  actions: 'Message actions',
  react: 'React',
  reactWith: (emoji: string) => `React with ${emoji}`,
  takeBack: (emoji: string) => `Take back ${emoji}`,
  moreEmoji: 'More emoji',
  reply: 'Reply',
  more: 'More',
  copyText: 'Copy text',
  copied: 'Copied',
  notCopied: 'Your browser blocked copying.',
  edit: 'Edit',
  pin: 'Pin for everyone',
  unpin: 'Unpin',
  info: 'Message info',
  keys: 'Press the up and down arrows to go from message to message, and Enter for what you can do with one.',

  editLead: 'An edit doesn’t erase the first wording. People can still see it.',
  replyTo: 'Reply to {name}',
  replyToOwn: 'Reply to yourself',
  cancelReply: 'Cancel reply',
  editing: 'Editing your message',
  cancelEdit: 'Cancel editing',
  failedEffect: {
    edit: 'Your edit wasn’t sent.',
    unsend: 'The message wasn’t unsent.',
    reaction: 'Your reaction wasn’t sent.',
    vote: 'Your vote wasn’t sent.',
    pin: 'The pin wasn’t sent.',
    saved: 'The note that you saved a copy wasn’t sent.',
  },
  toDo: (why: FailReason) => TO_DO[why],

  unsend: 'Unsend',
  unsendAsk: 'Unsend this message?',
  unsendLead:
    'It’s erased from the server and from every open page. Someone may have read or copied it already.',
  unsendOffline: 'Open pages that are offline may keep it.',
  unsendAgain: 'Unsend and write again',
  keep: 'Keep it',

  infoFrom: 'From',
  infoSent: 'Sent',
  infoClockOff: 'The sender’s clock is wrong; this is when it arrived.',
  infoLate: 'Delivered later',
  infoEdited: 'Edited',
  infoEdits: (count: number) => counted(count, { one: 'Once', other: '{count} times' }),
  infoReaction: (emoji: string) => `Reacted with ${emoji}`,
  infoSignature: 'Signature',
  infoSigned: 'Valid. Only {name} could have written this, in the tab they joined with.',
  infoSignedOwn: 'Valid. Only this tab could have written this.',
  wordings: 'Earlier wordings',

  pins: 'Pinned messages',
  pinnedBy: 'Pinned by {name}',
  pinnedByYou: 'Pinned by you',
  pinned: 'Pinned',
  pinPlace: '{pinned}, {place} of {count}',
  hidePins: 'Hide pinned messages',
  listPins: 'List pinned messages',
} as const;
