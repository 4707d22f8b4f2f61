// The emoji that identify people and the room, by the bytes that name them.

export { type Emoji, emojiOf } from '@mayfly/client/emoji';
