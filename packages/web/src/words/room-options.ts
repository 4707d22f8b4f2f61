// The texts about the options of a new room, in English.

export const roomOptionsTexts = {
  life: 'Disappears when quiet for',
  history: 'New people can see',
  historyAll: 'Everything so far',
  historyNone: 'Only what’s said after they join',
  door: 'Who can join',
  doorLink: 'Anyone with the link',
  doorPassphrase: 'Link and passphrase',
  name: 'Room name',
  topic: 'Topic',
  topicTooLong: 'That topic is too long. Shorten it.',
  owner: 'Who owns this room',
  ownerYou: 'You do',
  ownerNone: 'No one owns this room',
  unownedHint: 'No one can remove people, change the link or end it early. Not even you.',
  hint: 'Only people with the link can read the room’s name and topic. The server can’t.',
} as const;
