// What only the room's owner reads, in English.

import { counted } from './quantities.ts';

export const ownerTexts = {
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
