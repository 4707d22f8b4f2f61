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
  hint: 'Only people with the link can read the room’s name and topic. The server can’t.',
} as const;
