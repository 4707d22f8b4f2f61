// What the owner reads who gives the room a new link, in English.

export const linkTexts = {
  link: 'Link',
  hint: 'A new link and a new key. The old link opens nothing from then on.',
  change: 'Change the link',
  ask: 'Change the link?',
  lead: 'The room gets a new link and a new key. Everyone in the room moves along, and so does whoever is away for a moment. The old link opens nothing from then on: people who only have that can’t join.',
  fresh: 'Start fresh',
  freshHint: 'People who join with the new link see nothing that was written before.',
  passphraseHint:
    'People who join with the new link need this passphrase: the same as before, or another one. Everyone in the room moves along without it.',
  unreachable: 'The server doesn’t answer right now. Try again in a moment.',
  cancel: 'Cancel',
  stop: 'Stop',
  changing: 'Changing the link',
  changingLead: 'Keep this tab open. Until it’s done, the old link works.',
  /** How many members have a key of their own to the new link. */
  progress: (done: number, all: number) => `New keys made: ${done} of ${all}`,
  handing: 'Handing out the new link…',
  changed: 'The link has changed',
  changedLead: 'People in the room have it already. Send it to whoever is to join.',
  failed: {
    refused: 'The link wasn’t changed: the server refused.',
    not_now: 'The link wasn’t changed: the server can’t do it right now. Try again in a moment.',
    no_passphrase: 'They’re out of the room. Choose the passphrase of the new link.',
    stopped: 'The link wasn’t changed: you stopped it.',
    lost: 'The server didn’t confirm the change. If the link did change, the chat says so.',
  },
} as const;
