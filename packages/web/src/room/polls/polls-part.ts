// Polls of a room: shown in the list, and made by a dialog.

export { PollCard } from './poll-card.tsx';
export { PollDialog } from './poll-dialog.tsx';
export { PollSheet } from './poll-sheet.tsx';
