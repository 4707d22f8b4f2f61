// What only the room's owner reads, in English.

import { counted, shortTime } from './quantities.ts';

export const ownerTexts = {
  settings: 'Room settings',
  settingsLead:
    'Everyone sees each change. The server sees the time limits and whether the door is closed, but can’t read the room’s name or topic.',
  orderFailed: {
    refused: 'The server refused, so nothing has changed.',
    not_now: 'Nothing has changed: the server can’t do it right now. Try again in a moment.',
  },
  room: 'Room',
  saveWords: 'Save',
  life: 'Life',
  lifeLegend: 'Disappears after this long without a message',
  time: shortTime,
  history: 'New people can see',
  histories: { all: 'Everything so far', none: 'Only what’s new' },
  door: 'Door',
  close: 'Close the door',
  closeHint: 'No one new can join. Whoever is in the room stays, and can come back.',
  slow: 'Slow mode: one message per person every',
  slowOff: 'Off',
  moderators: 'Moderators',
  moderatorsHint: 'To make someone a moderator, select them in the list of people.',
  asModerator: 'As a moderator',
  powers: { kick: 'Can remove people', door: 'Can close the door' },
  powerHints: { kick: 'But not you or other moderators.', door: 'And set slow mode.' },
  powersHint: 'Everyone sees who is a moderator. It lasts until you take it away or they close their tab.',
  handOver: 'Hand over to {name}',
  handOverHint:
    '{name} becomes the owner, and you stop being one: from then on, only they can change the room, remove people and end it. The room’s link stays the same. A saved owner link keeps working for whoever has it, so delete yours.',
  handOverNow: 'Hand over now',
  handingOver: 'Handing over…',
  handOverKeep: 'Cancel',
  handOverFailed:
    'The room wasn’t handed over. They may have left, or you’re not connected. Try again in a moment.',
  instead: 'Before you go',
  handOverTo: 'Hand over…',
  handOverToHint: 'The person you choose becomes the owner instead of you. You’ll be asked to confirm.',
  handOverMore: 'To choose someone else, open the list of people and select their name.',
  handOverAlone: 'No one else is here to hand the room over to.',
  remove: 'Remove from room',
  removeHint: 'They’re disconnected at once. With the link they can come back as someone new.',
  removeNow: 'Remove',
  removeForGoodHint:
    'They’re disconnected at once. With the link they can come back as someone new. Changing the link keeps them out, and everyone else moves along.',
  removeForGood: 'Remove and change the link',
  removing: 'Removing…',
  removeKeep: 'Cancel',
  removeFailed: 'They weren’t removed. Check your connection, then try again.',
  ownership: 'Ownership',
  over: 'End',
  giveUp: 'Give up the room',
  giveUpHint: 'Without an owner, no one can change these settings, remove people or end the room.',
  giveUpAsk:
    'You can’t undo this in this tab. Everyone is told that no one owns the room, but no one can verify it.',
  giveUpNow: 'Give it up now',
  giveUpKeep: 'Cancel',
  end: 'End room for everyone',
  endAsk: 'End this room for everyone?',
  /** `others`: how many people besides the owner. */
  endLead: (others: number) =>
    others < 1
      ? 'Messages, files, and names are erased from the server now. This can’t be undone.'
      : counted(others, {
          one: 'You and one other person are disconnected, and messages, files, and names are erased from the server now. This can’t be undone.',
          other:
            'You and {count} others are disconnected, and messages, files, and names are erased from the server now. This can’t be undone.',
        }),
  endCopies: 'We can’t erase copies or screenshots that people made.',
  endNow: 'End room now',
  ending: 'Ending the room…',
  endKeep: 'Keep the room',
  endFailed: {
    refused: 'The server refused to end the room.',
    not_now: 'The room wasn’t ended: the server can’t do it right now. Try again in a moment.',
  },
};
