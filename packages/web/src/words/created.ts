// The texts on the card of a new room, in English.

import { lifetime } from './quantities.ts';

export const createdTexts = {
  created: 'Room created',
  lead: 'Send this link to the people you want to talk to.',
  life: (lifeMs: number) => `The room disappears when it’s quiet for ${lifetime(lifeMs)}.`,
  warning: 'Only share it with people you trust.',
  yourName: 'Your name',
} as const;
