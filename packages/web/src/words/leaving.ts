// The question before leaving a room, in English.

import { counted } from './quantities.ts';

export const leavingTexts = {
  ask: 'Leave this room?',
  owner: 'You own this room. Once you’ve left, only its owner link brings you back as the owner.',
  alone:
    'You’re the last one here. The room stays until its time runs out, but you’ll need the link to come back.',
  unsent: (count: number) =>
    counted(count, {
      one: 'One of your messages hasn’t been sent and will be lost.',
      other: '{count} of your messages haven’t been sent and will be lost.',
    }),
  stay: 'Stay',
};
