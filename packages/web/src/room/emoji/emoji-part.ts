// What is loaded with the first emoji that is looked for.

export { emojiBook, inTone, noteUse } from './emoji-choice.ts';
export { EmojiPanel } from './emoji-panel.tsx';
