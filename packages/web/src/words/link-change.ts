// What the owner reads while changing the link, in English.

export const linkTexts = {
  link: 'Link',
  hint: 'Gives the room a new link and a new key. The old link stops working.',
  change: 'Change the link',
  ask: 'Change the link?',
  lead: 'The room gets a new link and a new key. Everyone in the room moves along, including people who are away for a moment. The old link stops working: people who only have that one can’t join.',
  fresh: 'Start fresh',
  freshHint: 'People who join with the new link see nothing that was written before.',
  passphraseHint:
    'People who join with the new link need this passphrase. You can use the same one as before, or another one. Everyone in the room moves along without it.',
  unreachable: 'The server doesn’t answer right now. Try again in a moment.',
  cancel: 'Cancel',
  stop: 'Stop',
  changing: 'Changing the link',
  changingLead: 'Keep this tab open. Until it’s done, the old link works.',
  /** How many members have a key of their own to the new link. */
  progress: (done: number, all: number) => `New keys made: ${done} of ${all}`,
  handing: 'Handing out the new link…',
  changed: 'The link has changed',
  changedLead: 'People in the room already have it. Send it to anyone else who should join.',
  failed: {
    refused: 'The link wasn’t changed: the server refused.',
    not_now: 'The link wasn’t changed: the server can’t do it right now. Try again in a moment.',
    no_passphrase: 'They’ve been removed. Now choose a passphrase for the new link.',
    stopped: 'The link wasn’t changed: you stopped it.',
    lost: 'The server didn’t confirm the change. If the link did change, the chat says so.',
  },
} as const;
