// The texts about a room's owner link, in English.

const GONE = 'This room is gone, or this isn’t its owner link.';

export const ownerLinkTexts = {
  heading: 'This is an owner link',
  lead: 'It makes you the owner of room {room} on this device, too.',
  /** What the link gives away. */
  warning:
    'Whoever has this link owns the room: they can read it, change it, remove people and end it, and changing the room’s link doesn’t stop them. Never send it in a chat.',
  refused: {
    denied: GONE,
    ended: GONE,
    wrong_passphrase: GONE,
    not_admitted: GONE,
    closed: 'The server doesn’t let anyone in right now. Try again later.',
    full: 'The room is full. Try again when someone leaves.',
    false_room:
      'The server’s answer doesn’t match this owner link, so we didn’t join. Be wary of this server.',
    no_answer: 'The server can’t be reached. Check your connection, then try again.',
  },
  save: 'Save owner link',
  saveLead: 'Keep it to stay the owner after you close this tab, or on another device.',
  copy: 'Copy owner link',
  copied: 'Owner link copied',
  copyByHand: 'Your browser blocked copying. The link is selected: press Ctrl+C (⌘C on a Mac).',
} as const;
