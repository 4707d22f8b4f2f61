// The texts about the passphrase of a room, in English.

import { lifetime } from './quantities.ts';

export const passphraseTexts = {
  label: 'Passphrase',
  show: 'Show passphrase',
  showShort: 'Show',
  words: 'Different words',
  copy: 'Copy passphrase',
  copied: 'Passphrase copied',
  copyByHand: 'Your browser blocked copying. Select the passphrase and copy it yourself.',
  random: 'Five random words. Send them separately from the link, or type your own.',
  noWords: 'The list of words didn’t load. Type a passphrase of your own.',
  /** About one that someone made up. */
  strength: {
    weak: 'Weak: someone with the link could guess it. Use more words.',
    fair: 'Fair: more words make it harder to guess.',
    strong: 'Strong. Send it separately from the link.',
  },
  heading: 'You’re invited to a room',
  room: 'Room {room} needs a passphrase. Ask whoever sent you the link.',
  hint: 'Capitals and spaces count.',
  neededToo: 'People need this passphrase as well. Send it separately from the link.',
  needed: 'People also need the room’s passphrase. This tab doesn’t keep it, only the key made from it.',
  empty: 'Type the passphrase you were given.',
  wrong: 'That passphrase doesn’t open this room. Check for capitals and spaces.',
  tooMany: (waitMs: number) =>
    `Too many wrong passphrases from your network. Try again in ${lifetime(waitMs)}. People in the room aren’t affected.`,
  failed: 'Your browser ran out of memory for this. Close some tabs and try again.',
  none: 'Type a passphrase, or use five random words.',
  makingShort: (percent: number) => `Making the key… ${percent}%`,
  making: (percent: number) => `Making the key on this device… ${percent}%`,
  cancel: 'Cancel',
} as const;
