// The texts about the name and the topic of a new room, in English.

export const roomWordsTexts = {
  name: 'Room name',
  topic: 'Topic',
  topicTooLong: 'That topic is too long. Shorten it.',
  hint: 'Only people with the link can read the room’s name and topic. The server can’t.',
} as const;
