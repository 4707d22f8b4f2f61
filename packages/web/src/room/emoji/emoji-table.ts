// The table of emoji. The build puts it here (packages/web/emoji-table.ts).

export const EMOJI_TABLE: string = '';
